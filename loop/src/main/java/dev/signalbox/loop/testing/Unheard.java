// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Failures that nobody was told of while a test ran. The loop tells them, or whoever closes it, never two at once. */
final class Unheard implements BiConsumer<String, Throwable> {
    private final List<AssertionError> failures = new ArrayList<>();

    @Override
    public void accept(String what, Throwable exception) {
        failures.add(new AssertionError(what, exception));
    }

    /** Runs loops whose handler this is; what they throw takes along what was not heard of, or that is thrown. */
    <T extends @Nullable Object, X extends Throwable> T watch(Run<T, X> loops) throws X {
        T result;
        try {
            result = loops.run();
        } catch (Throwable e) {
            failures.forEach(e::addSuppressed);
            throw e;
        }
        if (!failures.isEmpty()) {
            AssertionError first = failures.remove(0);
            failures.forEach(first::addSuppressed);
            throw first;
        }
        return result;
    }

    /** Runs loops to their end. */
    @FunctionalInterface
    interface Run<T extends @Nullable Object, X extends Throwable> {
        T run() throws X;
    }
}
