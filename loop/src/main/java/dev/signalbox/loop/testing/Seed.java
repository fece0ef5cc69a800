// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.testing;

/** Says, suppressed in a failure, how to repeat it. */
final class Seed extends Throwable {
    private static final long serialVersionUID = 1;

    Seed(String call, long seed) {
        super("with seed " + seed + " (to repeat it: " + call + ")", null, false, false);
    }
}
