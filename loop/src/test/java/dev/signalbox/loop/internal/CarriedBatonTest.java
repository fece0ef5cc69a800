// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.signalbox.loop.Pinned;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One stack, and what it does: the test is its engine. */
@Timeout(60)
final class CarriedBatonTest {
    private final CarriedBaton baton = new CarriedBaton(new Carrier());
    private final CarriedWorker me = (CarriedWorker) baton.newWorker(null);

    @BeforeEach
    void onOwnThreads() {
        assumeTrue(Threads.configured() == Threads.OWN);
    }

    @AfterEach
    void close() {
        baton.close();
    }

    /** Runs code on the stack, which begins on the carrier. */
    private void run(Runnable code) throws Exception {
        FutureTask<Void> task = new FutureTask<>(code, null);
        Thread thread = OwnThreads.newThread(me, "stack", task);
        me.bind(thread);
        thread.start();
        task.get(20, TimeUnit.SECONDS);
    }

    /** To another thread, as one that was pinned and is not any more. */
    private void leaveTheCarrier() {
        Thread carrier = OwnThreads.currentCarrier();
        baton.stepOff(me, true);
        me.outside = false;
        assertThat(OwnThreads.currentCarrier()).isNotSameAs(carrier);
    }

    // ---------------------------------------------------------------- a wake-up ends the sleep that it comes before

    /** Sent by another thread, that is, which has seen that this one is about to sleep. */
    private void sleepAfterTheWakeUp() {
        baton.wake(me);
        baton.idle(me, Engine.FOREVER);
    }

    @Test
    void wakeUp_beforeTheSleep() throws Exception {
        run(this::sleepAfterTheWakeUp);
    }

    @Test
    void wakeUp_beforeTheSleep_pinned() throws Exception {
        run(() -> Pinned.run(this::sleepAfterTheWakeUp));
    }

    @Test
    void wakeUp_beforeTheSleep_elsewhere() throws Exception {
        run(() -> {
            leaveTheCarrier();
            sleepAfterTheWakeUp();
        });
    }

    @Test
    void wakeUp_beforeTheSleep_elsewhere_pinned() throws Exception {
        run(() -> {
            leaveTheCarrier();
            Pinned.run(this::sleepAfterTheWakeUp);
        });
    }
}
