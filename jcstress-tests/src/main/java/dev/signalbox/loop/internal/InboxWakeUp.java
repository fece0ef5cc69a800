// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * "{@code sleeper} is published before the last look at the inbox, and a push is before the look at the sleeper: no wake-up is lost." The
 * inbox is the real one; the steps beside it are those of the engine.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t InboxWakeUp}
 */
@JCStressTest
@Outcome(id = "false, false", expect = Expect.ACCEPTABLE, desc = "the loop saw the item and stays awake")
@Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "the loop sleeps and is woken")
@Outcome(id = "true, false", expect = Expect.ACCEPTABLE, desc = "a wake-up that was not needed")
@Outcome(expect = Expect.FORBIDDEN, desc = "the loop sleeps, and nobody wakes it")
@State
public class InboxWakeUp {

    private final Inbox inbox = new Inbox();
    private final Op item = Op.of(() -> {});
    private volatile @Nullable Thread sleeper;

    @Actor
    public void pushes(ZZ_Result r) {
        r.r1 = inbox.push(item) == Inbox.Push.FIRST && sleeper != null;
    }

    @Actor
    public void sleeps(ZZ_Result r) {
        sleeper = Thread.currentThread();
        r.r2 = inbox.isEmpty();
    }

    /** A sleeper that is published in a plain field: the look at the inbox may overtake the write. */
    @JCStressTest
    @Outcome(id = "false, false", expect = Expect.ACCEPTABLE, desc = "the loop saw the item and stays awake")
    @Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "the loop sleeps and is woken")
    @Outcome(id = "true, false", expect = Expect.ACCEPTABLE, desc = "a wake-up that was not needed")
    @Outcome(expect = Expect.ACCEPTABLE_INTERESTING, desc = "the loop sleeps, and nobody wakes it")
    @State
    public static class Broken {

        private final Inbox inbox = new Inbox();
        private final Op item = Op.of(() -> {});
        private @Nullable Thread sleeper;

        @Actor
        public void pushes(ZZ_Result r) {
            r.r1 = inbox.push(item) == Inbox.Push.FIRST && sleeper != null;
        }

        @Actor
        public void sleeps(ZZ_Result r) {
            sleeper = Thread.currentThread();
            r.r2 = inbox.isEmpty();
        }
    }
}
