// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.testing;

import dev.signalbox.core.internal.Checks;
import dev.signalbox.core.internal.Durations;
import dev.signalbox.loop.EventLoop;
import dev.signalbox.loop.TaskBody;
import dev.signalbox.loop.VoidTaskBody;
import dev.signalbox.loop.internal.LoopAccess;
import dev.signalbox.loop.internal.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Runs code of tests on a loop with virtual time, in an order that can be repeated: {@code kotlinx-coroutines-test}'s {@code runTest},
 * {@code trio.testing.MockClock}, and what the Python world has in third-party loops.
 *
 * <pre>{@code
 * TestLoop.run(() -> {
 *     var tea = createTask(() -> {
 *         sleep(Duration.ofMinutes(3));
 *         return "tea";
 *     });
 *     TestLoop.advance(Duration.ofSeconds(179));
 *     assertThat(tea.isDone()).isFalse();
 *     assertThat(tea.await()).isEqualTo("tea"); // at once
 *     assertThat(TestLoop.elapsed()).isEqualTo(Duration.ofMinutes(3));
 * });
 * }</pre>
 *
 * <p><b>Virtual time.</b> The clock of the loop, that of timeouts, {@code sleep}, {@code callLater} and {@link EventLoop#nanoTime()}, begins at
 * zero and stands still while anything runs. When nothing is ready it jumps to the next timer. While something is out that comes back by itself
 * (code in {@code Async.blocking} or in an executor, a wait for a primitive of core, for a {@code CompletionStage} or for a publisher) it waits
 * for that, in real time: it may be another thread that ends it. Where tasks of the test wait for each other at primitives of core, and timers have
 * to expire meanwhile, {@link #together} runs them, on one loop or on several. {@link #advance} moves the clock by hand.
 *
 * <p><b>A stall</b>, when nothing is ready, no timer runs and nothing is out, fails at once with {@link
 * dev.signalbox.loop.StalledLoopException}, which says who waits for what.
 *
 * <p><b>Schedules.</b> Without a seed, what is ready runs first in, first out, as on any loop. With one, the seed decides the order of what is
 * ready, and when timers and what other threads have sent come in between: which of the orders that are possible between two awaits comes,
 * nobody who relies on the library alone may depend on. The same seed gives the same order again, on every JDK and every kind of thread, as far
 * as the loop decides: when something comes back that was out, it does not.
 *
 * <p>What the primitives promise holds under every seed: tasks are served in the order in which they came to a semaphore, say. In which order
 * they come is the seed's.
 *
 * <p>Failures that nobody is told of, of callbacks and of tasks that were never awaited, fail the test: {@code run} throws them.
 */
public final class TestLoop {
    private TestLoop() {}

    /**
     * Runs a body as the main task of a new loop with virtual time, first in, first out: {@link EventLoop#run(TaskBody)} but for the clock.
     *
     * @param body the body
     * @param <T> the type of its result
     * @param <X> what it throws
     * @return what the body returned
     * @throws X what the body threw, as it is
     * @throws dev.signalbox.loop.StalledLoopException if nothing could ever run again
     * @throws AssertionError if something failed that nobody was told of; that is the cause
     * @throws IllegalStateException in a task or callback of a loop
     */
    public static <T extends @Nullable Object, X extends Throwable> T run(TaskBody<T, X> body) throws X {
        return run(builder().name("test"), body);
    }

    /**
     * Runs a body without a result: see {@link #run(TaskBody)}.
     *
     * @param body the body
     * @param <X> what it throws
     * @throws X what the body threw, as it is
     * @throws dev.signalbox.loop.StalledLoopException if nothing could ever run again
     * @throws AssertionError if something failed that nobody was told of; that is the cause
     * @throws IllegalStateException in a task or callback of a loop
     */
    public static <X extends Throwable> void run(VoidTaskBody<X> body) throws X {
        Objects.requireNonNull(body, "body");
        run(builder().name("test"), valued(body));
    }

    /**
     * Runs a body in the order of a seed, to repeat what {@link #forEachSeed} has found: see {@link #run(TaskBody)}.
     *
     * @param seed any number
     * @param body the body
     * @param <X> what it throws
     * @throws X what the body threw, as it is; {@linkplain Throwable#getSuppressed() suppressed} in it stands which seed it was
     * @throws dev.signalbox.loop.StalledLoopException if nothing could ever run again
     * @throws AssertionError if something failed that nobody was told of; that is the cause
     * @throws IllegalStateException in a task or callback of a loop
     */
    public static <X extends Throwable> void run(long seed, VoidTaskBody<X> body) throws X {
        Objects.requireNonNull(body, "body");
        try {
            run(builder(seed).name("test with seed " + seed), valued(body));
        } catch (Throwable e) {
            e.addSuppressed(new Seed("TestLoop.run(" + seed + "L, body)", seed));
            throw e;
        }
    }

    /**
     * Runs a body once for each of the seeds 0, 1, 2, … on a new loop each time, until one fails. The body has to begin anew each time: what it
     * shares with the runs before it, they have changed.
     *
     * @param seeds how many; more than zero
     * @param body the body
     * @param <X> what it throws
     * @throws X what the body threw, as it is; {@linkplain Throwable#getSuppressed() suppressed} in it stands which seed it was
     * @throws dev.signalbox.loop.StalledLoopException if nothing could ever run again
     * @throws AssertionError if something failed that nobody was told of; that is the cause
     * @throws IllegalArgumentException if {@code seeds} is zero or less
     * @throws IllegalStateException in a task or callback of a loop
     */
    public static <X extends Throwable> void forEachSeed(int seeds, VoidTaskBody<X> body) throws X {
        Checks.positive(seeds, "seeds");
        for (long seed = 0; seed < seeds; seed++) {
            run(seed, body);
        }
    }

    /**
     * Runs loops together, one body as the main task of each, in the order of a seed: whose round comes next the seed decides too, and
     * all of them have one clock. For code in which loops talk to each other, by {@code execute} and {@code submit} or by primitives of core:
     *
     * <pre>{@code
     * for (long seed = 0; seed < 200; seed++) {
     *     Queue<Integer> queue = new Queue<>(1);
     *     TestLoop.together(
     *             seed,
     *             () -> {
     *                 queue.put(1);
     *                 queue.put(2);
     *             },
     *             () -> assertThat(queue.take() + queue.take()).isEqualTo(3));
     * }
     * }</pre>
     *
     * <p>Nothing but these loops should use the primitives of core that they share. A wait for one of these then is a wait for one of the other
     * tasks, so it does not hold up virtual time, unless it has a limit, which runs in real time; and it is a stall when nobody can end it.
     *
     * <p>The same seed gives the same order again, as above. Which of the waits for primitives of core ends first is also the same where loops
     * have {@linkplain dev.signalbox.loop.Scheduler#OWN their own scheduler}, since the stacks of all of them run on one thread then. On
     * other threads it is the machine's.
     *
     * <p>When a body fails, the other bodies are cancelled. When all of them are done, what is left on the loops is too. An interrupt of the
     * calling thread cancels the bodies, and is set again at the end.
     *
     * @param seed any number
     * @param bodies one for each loop
     * @param <X> what they throw
     * @throws X what a body threw, as it is; {@linkplain Throwable#getSuppressed() suppressed} in it stands which seed it was, and what others threw
     * @throws dev.signalbox.loop.StalledLoopException if nothing could ever run again on any of them
     * @throws AssertionError if something failed that nobody was told of; that is the cause
     * @throws dev.signalbox.loop.CancelledException if a body was cancelled, and none failed
     * @throws IllegalArgumentException if there is no body
     * @throws IllegalStateException in a task or callback of a loop
     */
    @SafeVarargs
    public static <X extends Throwable> void together(long seed, VoidTaskBody<X>... bodies) throws X {
        Objects.requireNonNull(bodies, "bodies");
        if (bodies.length == 0) {
            throw new IllegalArgumentException("bodies: none (expected: one for each loop)");
        }
        List<VoidTaskBody<X>> mains = new ArrayList<>();
        Simulation simulation = Simulation.ofSeed(seed);
        Unheard unheard = new Unheard();
        List<EventLoop.Builder> loops = new ArrayList<>();
        for (int i = 0; i < bodies.length; i++) {
            mains.add(Objects.requireNonNull(bodies[i], "bodies[" + i + "]"));
            loops.add(LoopAccess.get()
                    .simulated(() -> simulation)
                    .name("test " + i + " with seed " + seed)
                    .exceptionHandler(unheard));
        }
        try {
            unheard.watch(() -> {
                LoopAccess.get().together(simulation, loops, mains);
                return null;
            });
        } catch (Throwable e) {
            e.addSuppressed(new Seed("TestLoop.together(" + seed + "L, bodies)", seed));
            throw e;
        }
    }

    /**
     * Begins a loop with virtual time, first in, first out, for code that makes its own loop.
     *
     * @return a builder; each loop it builds has a clock of its own
     */
    public static EventLoop.Builder builder() {
        return LoopAccess.get().simulated(Simulation::inOrder);
    }

    /**
     * Begins a loop with virtual time and the order of a seed, for code that makes its own loop.
     *
     * @param seed any number
     * @return a builder; each loop it builds has a clock of its own, and begins with the seed anew
     */
    public static EventLoop.Builder builder(long seed) {
        return LoopAccess.get().simulated(() -> Simulation.ofSeed(seed));
    }

    /**
     * Lets the others run until all of them wait: returns when nothing else is ready. Time stands still. Who is out (in {@code Async.blocking},
     * say) counts as waiting. Of several that settle at once, one after the other returns.
     *
     * <p>A task that yields again and again, and never waits, keeps this from returning.
     *
     * @throws IllegalStateException on a loop in real time, in a callback, or without a loop
     * @throws dev.signalbox.loop.CancelledException if the task is cancelled meanwhile
     */
    public static void settle() {
        LoopAccess.get().settle();
    }

    /**
     * Lets so much virtual time pass: the clock moves from timer to timer, and at each {@link #settle() all settles}. Unlike {@code sleep}, it
     * does not wait for those who are out.
     *
     * @param time how much; zero only settles
     * @throws IllegalArgumentException if it is negative
     * @throws IllegalStateException on a loop in real time, in a callback, or without a loop
     * @throws dev.signalbox.loop.CancelledException if the task is cancelled meanwhile; time may have passed
     */
    public static void advance(Duration time) {
        Objects.requireNonNull(time, "time");
        if (time.isNegative()) {
            throw new IllegalArgumentException("time: " + time + " (expected: >= 0)");
        }
        LoopAccess.get().advance(Durations.saturatedNanos(time));
    }

    /**
     * How much virtual time has passed since the loop was made.
     *
     * @return the time
     * @throws IllegalStateException on a loop in real time, or without a loop
     */
    public static Duration elapsed() {
        return Duration.ofNanos(LoopAccess.get().elapsed());
    }

    private static <T extends @Nullable Object, X extends Throwable> T run(
            EventLoop.Builder builder, TaskBody<T, X> body) throws X {
        Objects.requireNonNull(body, "body");
        Unheard unheard = new Unheard();
        return unheard.watch(() -> LoopAccess.get().run(builder.exceptionHandler(unheard), body));
    }

    private static <X extends Throwable> TaskBody<@Nullable Void, X> valued(VoidTaskBody<X> body) {
        return () -> {
            body.run();
            return null;
        };
    }
}
