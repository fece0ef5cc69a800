// SPDX-License-Identifier: Apache-2.0

/** Small programs that show Signalbox at work. */
@NullMarked
package dev.signalbox.examples;

import org.jspecify.annotations.NullMarked;
