// SPDX-License-Identifier: Apache-2.0

/** For tests of code that runs on a loop: time that passes when the test says so, and schedules that a seed repeats. */
@NullMarked
package dev.signalbox.loop.testing;

import org.jspecify.annotations.NullMarked;
