// SPDX-License-Identifier: Apache-2.0
/** The machinery of a loop, which knows nothing of tasks: whose turn it is, and how turns are passed. Not exported. */
@NullMarked
package dev.signalbox.loop.internal;

import org.jspecify.annotations.NullMarked;
