// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZI_Result;

/**
 * "Only the push that found the inbox empty has to wake the loop": of two pushes exactly one is the first, and both items arrive.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t InboxPushes}
 */
@JCStressTest
@Outcome(
        id = {"true, false, 2", "false, true, 2"},
        expect = Expect.ACCEPTABLE,
        desc = "one of them wakes the loop, and both items arrive")
@Outcome(expect = Expect.FORBIDDEN, desc = "an item was lost, or nobody wakes the loop")
@State
public class InboxPushes {

    private final Inbox inbox = new Inbox();
    private final Op first = Op.of(() -> {});
    private final Op second = Op.of(() -> {});

    @Actor
    public void left(ZZI_Result r) {
        r.r1 = inbox.push(first) == Inbox.Push.FIRST;
    }

    @Actor
    public void right(ZZI_Result r) {
        r.r2 = inbox.push(second) == Inbox.Push.FIRST;
    }

    @Arbiter
    public void count(ZZI_Result r) {
        r.r3 = length(inbox.takeAll());
    }

    private static int length(@Nullable Item items) {
        int length = 0;
        for (Item item = items; item != null; item = item.next) {
            length++;
        }
        return length;
    }

    /** A push in two steps, a look and a write: the later writer forgets the other's item. */
    @JCStressTest
    @Outcome(
            id = {"true, false, 2", "false, true, 2"},
            expect = Expect.ACCEPTABLE,
            desc = "one of them wakes the loop, and both items arrive")
    @Outcome(id = "true, true, 1", expect = Expect.ACCEPTABLE_INTERESTING, desc = "an item was lost")
    @Outcome(expect = Expect.FORBIDDEN, desc = "nobody wakes the loop")
    @State
    public static class Broken {

        private final Op first = Op.of(() -> {});
        private final Op second = Op.of(() -> {});
        private volatile @Nullable Item newest;

        @Actor
        public void left(ZZI_Result r) {
            r.r1 = push(first);
        }

        @Actor
        public void right(ZZI_Result r) {
            r.r2 = push(second);
        }

        @Arbiter
        public void count(ZZI_Result r) {
            r.r3 = length(newest);
        }

        private boolean push(Item item) {
            Item before = newest;
            item.next = before;
            newest = item;
            return before == null;
        }
    }
}
