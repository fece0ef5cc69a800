// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core.lincheck;

import dev.signalbox.core.Event;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.Operation;

/** A flag that anyone sets and clears. */
public class EventLincheckTest extends Linearizability {

    private final Event event = new Event();

    @Operation
    public void set() {
        event.set();
    }

    @Operation
    public void clear() {
        event.clear();
    }

    @Operation
    public boolean isSet() {
        return event.isSet();
    }

    @Override
    Class<?> brokenTwin() {
        return Broken.class;
    }

    /** Counts the changes: two that set the flag at once have changed it twice, and it is not set. */
    public static class Broken {

        private final AtomicInteger changes = new AtomicInteger();

        @Operation
        public void set() {
            if (!isSet()) {
                changes.incrementAndGet();
            }
        }

        @Operation
        public void clear() {
            if (isSet()) {
                changes.incrementAndGet();
            }
        }

        @Operation
        public boolean isSet() {
            return changes.get() % 2 == 1;
        }
    }
}
