// SPDX-License-Identifier: Apache-2.0

/** The work of the benchmarks, done by other libraries, each in the way that costs it least. */
@NullMarked
package dev.signalbox.benchmarks.peers;

import org.jspecify.annotations.NullMarked;
