// SPDX-License-Identifier: Apache-2.0

/** The claims of Signalbox about threads, each as a jcstress test. */
@NullMarked
package dev.signalbox.jcstress;

import org.jspecify.annotations.NullMarked;
