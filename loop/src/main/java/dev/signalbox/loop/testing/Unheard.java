// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/** Failures that nobody was told of while a test ran. The loop tells them, or whoever closes it, never two at once. */
final class Unheard implements BiConsumer<String, Throwable> {
    private final List<AssertionError> failures = new ArrayList<>();

    @Override
    public void accept(String what, Throwable exception) {
        failures.add(new AssertionError(what, exception));
    }

    void addTo(Throwable failure) {
        failures.forEach(failure::addSuppressed);
    }

    void throwIfAny() {
        if (!failures.isEmpty()) {
            AssertionError first = failures.remove(0);
            addTo(first);
            throw first;
        }
    }
}
