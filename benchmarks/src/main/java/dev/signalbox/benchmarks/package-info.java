// SPDX-License-Identifier: Apache-2.0

/** Benchmarks of Signalbox and its peers. */
@NullMarked
package dev.signalbox.benchmarks;

import org.jspecify.annotations.NullMarked;
