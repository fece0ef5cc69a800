// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Bare threads that pass a token round: what a switch costs when there is nothing else to it. */
@State(Scope.Benchmark)
public class Ring {

    /** How many threads. */
    @Param({"2", "100"})
    public int members;

    private final List<Member> ring = new ArrayList<>();
    private volatile boolean stopped;
    private volatile boolean done;
    private Thread waiting = Thread.currentThread();
    private int left; // passed on with the token

    private final class Member implements Runnable {
        private final Thread thread;
        private Member next = this;
        private volatile boolean go;

        Member(ThreadFactory factory) {
            thread = factory.newThread(this);
        }

        @Override
        public void run() {
            while (!stopped) {
                if (go) {
                    go = false;
                    pass();
                } else {
                    LockSupport.park(this);
                }
            }
        }

        private void pass() {
            if (--left > 0) {
                next.take();
            } else {
                done = true;
                LockSupport.unpark(waiting);
            }
        }

        void take() {
            go = true;
            LockSupport.unpark(thread);
        }
    }

    /** Starts the threads; all of them wait. */
    @Setup
    public void start() {
        ThreadFactory factory = BareThreads.factory();
        for (int i = 0; i < members; i++) {
            ring.add(new Member(factory));
        }
        for (int i = 0; i < members; i++) {
            ring.get(i).next = ring.get((i + 1) % members);
        }
        ring.forEach(member -> member.thread.start());
    }

    /** Ends the threads. */
    @TearDown
    public void stop() throws InterruptedException {
        stopped = true;
        for (Member member : ring) {
            LockSupport.unpark(member.thread);
            member.thread.join();
        }
    }

    /** Sends the token so many steps round. */
    void turn(int steps) {
        waiting = Thread.currentThread();
        left = steps;
        done = false;
        ring.get(0).take();
        while (!done) {
            LockSupport.park(this);
        }
    }
}
