// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.loop.internal.Engine;
import dev.signalbox.loop.internal.Failures;
import dev.signalbox.loop.internal.Simulation;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Several loops with one clock and one order, whose rounds the calling thread runs one after the other: what {@link Standstill} is for one
 * loop. The baton of each of them lies on the floor whenever this class does something.
 *
 * <p>A task that waits for a primitive of core waits for one of the others, so it holds up neither the clock nor the finding of a stall.
 */
final class Ensemble {
    /** How long to wait for something to come in before looking at everybody again: one may have parked, which is no news. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Simulation simulation;
    private final List<EventLoop> loops = new ArrayList<>();
    private final List<Task<?>> mains = new ArrayList<>();
    /** Something came in since this was last false. */
    private volatile boolean news;

    private boolean interrupted;
    private boolean cancelled;
    private @Nullable Throwable failure;

    <X extends Throwable> Ensemble(
            Simulation simulation, List<EventLoop.Builder> builders, List<VoidTaskBody<X>> bodies) {
        this.simulation = simulation;
        Thread driver = Thread.currentThread();
        Runnable hook = () -> {
            news = true;
            LockSupport.unpark(driver);
        };
        for (int i = 0; i < bodies.size(); i++) {
            EventLoop loop = builders.get(i).onWork(hook).build();
            loops.add(loop);
            mains.add(loop.newTask(EventLoop.MAIN, Task.valued(bodies.get(i))));
        }
    }

    /** Until all main tasks are done, which are cancelled when one has failed; then closes the loops. */
    <X extends Throwable> void run() throws X {
        try {
            while (mains.stream().anyMatch(Future::isPending) && !isInterruptedTwice()) {
                news = false;
                turn(simulation.awaitRest());
                if (mains.stream().anyMatch(main -> main.failure() != null)) {
                    cancel("the main task of another loop has failed");
                }
            }
        } catch (Throwable e) {
            failed(e);
        }
        for (EventLoop loop : loops) {
            try {
                loop.close();
            } catch (Throwable e) {
                failed(e);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        mains.stream()
                .filter(main -> main.exception() != null)
                .map(Future::failure)
                .forEach(this::failed);
        if (failure == null) { // otherwise that says why the others were cancelled
            mains.stream().map(Future::failure).forEach(this::failed);
        }
        if (failure != null) {
            throw Failures.<X>sneaky(failure);
        }
    }

    private void failed(@Nullable Throwable reason) {
        if (failure == null) {
            failure = reason;
        } else if (reason != null && reason != failure) {
            failure.addSuppressed(reason);
        }
    }

    private void cancel(String reason) {
        if (!cancelled) {
            cancelled = true;
            mains.forEach(main -> main.cancelFromLoop(reason));
        }
    }

    /** The first interrupt cancels, as that of a run; a second one does not wait for what the tasks do about it. */
    private boolean isInterruptedTwice() {
        if (!Thread.interrupted()) {
            return false;
        }
        boolean again = interrupted;
        interrupted = true;
        cancel("interrupted");
        return again;
    }

    /**
     * Lets one of the loops go on by a round; where there is none, what is next: those who wait for this, time, or the end.
     *
     * @param settled whether everybody who could come back has
     */
    private void turn(boolean settled) {
        List<EventLoop> due = loops.stream()
                .filter(loop -> loop.engine.nanosToNextEvent() <= 0)
                .collect(Collectors.toList());
        if (!due.isEmpty()) {
            due.get(simulation.choose(due.size())).runOnce();
            return;
        }
        List<Task<?>> parked = loops.stream()
                .flatMap(loop -> loop.tasks().snapshot().stream())
                .filter(Task::isParkedInCore)
                .collect(Collectors.toList());
        if (parked.size() < loops.stream().mapToInt(EventLoop::out).sum()) {
            boolean unused = awaitNews(LOOK_NANOS); // the others come back by themselves
        } else if ((settled || parked.isEmpty() || stayParked(parked))
                && loops.stream().noneMatch(Ensemble::letSettle)) {
            passTime();
        }
    }

    /** Whether none of them was woken and is on the way back, where the machine carries stacks. */
    private boolean stayParked(List<Task<?>> parked) {
        if (loops.get(0).scheduler() == Scheduler.PLATFORM) {
            try {
                return ParkedStacks.stay(parked) && !news;
            } catch (LinkageError e) {
                return !awaitNews(LOOK_NANOS * 50);
            }
        }
        return !awaitNews(LOOK_NANOS); // a virtual thread that was woken looks so, but for a moment while it parks
    }

    private static boolean letSettle(EventLoop loop) {
        return Objects.requireNonNull(loop.standstill).letSettle();
    }

    private void passTime() {
        long nanos = simulation.nanosToNextTimer();
        if (nanos == Engine.FOREVER) {
            throw new StalledLoopException(loops.stream()
                    .filter(loop -> !loop.tasks().isEmpty())
                    .map(WaitGraph::stall)
                    .collect(Collectors.joining("\n")));
        }
        simulation.advance(nanos);
    }

    /** Waits until something comes in; false if that was too long. */
    private boolean awaitNews(long nanos) {
        long end = System.nanoTime() + nanos;
        for (long left = nanos; !news && left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(this, left);
            if (Thread.currentThread().isInterrupted()) {
                return true;
            }
        }
        return news;
    }
}
