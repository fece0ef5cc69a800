// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.examples;

import java.util.concurrent.Callable;
import java.util.function.Predicate;

/** For facts that hold unless the machine halts one thread for longer than a whole step of the example takes. */
final class Attempts {
    private static final int MOST = 5;

    private Attempts() {}

    /** The first result that is as wanted, or else the last. */
    static <T> T until(Predicate<T> wanted, Callable<T> example) throws Exception {
        T result = example.call();
        for (int i = 1; i < MOST && !wanted.test(result); i++) {
            result = example.call();
        }
        return result;
    }
}
