// SPDX-License-Identifier: Apache-2.0

/** Thread-safe concurrency primitives: the vocabulary of Python's {@code threading} and {@code queue} on the JDK. */
@NullMarked
package dev.signalbox.core;

import org.jspecify.annotations.NullMarked;
