// SPDX-License-Identifier: Apache-2.0

/** The seam between the primitives and an event loop; not for users. */
@NullMarked
package dev.signalbox.core.internal;

import org.jspecify.annotations.NullMarked;
