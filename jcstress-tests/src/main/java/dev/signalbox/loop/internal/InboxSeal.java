// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/**
 * A closing loop "takes everything and refuses all that comes later": an item is refused, or is among those that the closing gets to
 * reject, and never neither.
 *
 * <p>Alone: {@code java -jar jcstress-tests/target/jcstress.jar -t InboxSeal}
 */
@JCStressTest
@Outcome(id = "true, 1", expect = Expect.ACCEPTABLE, desc = "accepted, and given to the closing")
@Outcome(id = "false, 0", expect = Expect.ACCEPTABLE, desc = "refused")
@Outcome(expect = Expect.FORBIDDEN, desc = "accepted and forgotten, or refused and run")
@State
public class InboxSeal {

    private final Inbox inbox = new Inbox();
    private final Op item = Op.of(() -> {});

    @Actor
    public void pushes(ZI_Result r) {
        r.r1 = inbox.push(item) != Inbox.Push.REFUSED;
    }

    @Actor
    public void seals(ZI_Result r) {
        r.r2 = inbox.seal() == null ? 0 : 1;
    }

    /** A flag beside the inbox, asked before the push: the closing may come in between. */
    @JCStressTest
    @Outcome(id = "true, 1", expect = Expect.ACCEPTABLE, desc = "accepted, and given to the closing")
    @Outcome(id = "false, 0", expect = Expect.ACCEPTABLE, desc = "refused")
    @Outcome(id = "true, 0", expect = Expect.ACCEPTABLE_INTERESTING, desc = "accepted and forgotten")
    @Outcome(expect = Expect.FORBIDDEN, desc = "refused and run")
    @State
    public static class Broken {

        private final Inbox inbox = new Inbox();
        private final Op item = Op.of(() -> {});
        private volatile boolean sealed;

        @Actor
        public void pushes(ZI_Result r) {
            if (!sealed) {
                inbox.push(item);
                r.r1 = true;
            }
        }

        @Actor
        public void seals(ZI_Result r) {
            sealed = true;
            r.r2 = inbox.takeAll() == null ? 0 : 1;
        }
    }
}
