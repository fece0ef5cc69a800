// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * "Many push, the holder of the baton takes all at once", and "items come out in the order of their pushes": whenever it takes, nothing is
 * lost, doubled or turned round. Items are digits, in the order in which they came out.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t InboxOrder}
 */
@JCStressTest
@Outcome(
        id = {"0, 12", "1, 2", "12, 0"},
        expect = Expect.ACCEPTABLE,
        desc = "both items, in order, in one take or in two")
@Outcome(expect = Expect.FORBIDDEN, desc = "an item was lost, doubled or overtaken")
@State
public class InboxOrder {

    private final Inbox inbox = new Inbox();
    private final Op first = Op.of(() -> {});
    private final Op second = Op.of(() -> {});

    @Actor
    public void pushes() {
        inbox.push(first);
        inbox.push(second);
    }

    @Actor
    public void takes(II_Result r) {
        r.r1 = digits(inbox.takeAll());
    }

    @Arbiter
    public void takesTheRest(II_Result r) {
        r.r2 = digits(inbox.takeAll());
    }

    private int digits(@Nullable Item items) {
        int digits = 0;
        for (Item item = items; item != null; item = item.next) {
            digits = 10 * digits + (item == first ? 1 : 2);
        }
        return digits;
    }

    /** A take in two steps, a look and a write: what is pushed in between is forgotten. */
    @JCStressTest
    @Outcome(
            id = {"0, 3", "1, 2", "3, 0"},
            expect = Expect.ACCEPTABLE,
            desc = "both items, in one take or in two")
    @Outcome(
            id = {"0, 0", "0, 2", "1, 0"},
            expect = Expect.ACCEPTABLE_INTERESTING,
            desc = "an item was lost")
    @Outcome(expect = Expect.FORBIDDEN, desc = "an item was doubled")
    @State
    public static class Broken {

        /** A set of bits: 1 for the first item, 2 for the second. */
        private final AtomicInteger items = new AtomicInteger();

        @Actor
        public void pushes() {
            items.getAndAdd(1);
            items.getAndAdd(2);
        }

        @Actor
        public void takes(II_Result r) {
            r.r1 = items.get();
            items.set(0);
        }

        @Arbiter
        public void takesTheRest(II_Result r) {
            r.r2 = items.getAndSet(0);
        }
    }
}
