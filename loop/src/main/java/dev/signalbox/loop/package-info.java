// SPDX-License-Identifier: Apache-2.0

/** The event loop, its tasks, and the primitives of Python's {@code asyncio} in direct style. */
@NullMarked
package dev.signalbox.loop;

import org.jspecify.annotations.NullMarked;
