// SPDX-License-Identifier: Apache-2.0
/** What the modules of Signalbox share; no API. */
@NullMarked
package dev.signalbox.core.internal;

import org.jspecify.annotations.NullMarked;
