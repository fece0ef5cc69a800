// SPDX-License-Identifier: Apache-2.0

/**
 * Benchmarks of Signalbox, each beside its twin: the class of the JDK that does the same, or bare threads as the floor.
 *
 * <p>A time says little by itself, since it is the machine's: {@code benchmarks/ratios.py} runs twins in turn and prints
 * what one costs in terms of the other. {@code benchmarks/peers.py} does so beside other libraries, which do the same work in the
 * module that {@code -Ppeers} builds, and beside the goals.
 */
@NullMarked
package dev.signalbox.benchmarks;

import org.jspecify.annotations.NullMarked;
