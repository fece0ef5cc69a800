// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.core.LeakDetection;
import dev.signalbox.core.internal.Checks;
import dev.signalbox.core.internal.Durations;
import dev.signalbox.core.internal.Identity;
import dev.signalbox.core.internal.OpenGuards;
import dev.signalbox.loop.internal.Engine;
import dev.signalbox.loop.internal.Failures;
import dev.signalbox.loop.internal.Item;
import dev.signalbox.loop.internal.Job;
import dev.signalbox.loop.internal.LoopAccess;
import dev.signalbox.loop.internal.Op;
import dev.signalbox.loop.internal.Simulation;
import dev.signalbox.loop.internal.TaskWaitHook;
import dev.signalbox.loop.internal.Threads;
import dev.signalbox.loop.internal.Worker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks and callbacks, exactly one at any moment: {@code asyncio}'s event loop.
 *
 * <pre>{@code
 * int n = EventLoop.run(() -> {
 *     var a = Async.createTask(() -> fetch(1));
 *     var b = Async.createTask(() -> fetch(2));
 *     return a.await() + b.await();
 * });
 * }</pre>
 *
 * <p>A loop runs while a thread is in one of its {@code run} methods. That thread only waits there: tasks have threads of the loop's own,
 * of the kind that {@link Scheduler} tells. Which thread runs a task does not matter to it, and never changes in its life.
 *
 * <p><b>Where it may be used.</b> What is marked "any thread" below may be called from anywhere. Everything else belongs to the tasks and
 * callbacks of this loop, and throws {@link WrongLoopException} off it.
 *
 * <p><b>Order.</b> What is ready runs first in, first out. Timers run in the order of their deadlines, those with equal ones in the order in
 * which they were made. What becomes ready in one round of the loop runs in the next, so timers and other threads always get their turn.
 *
 * <p><b>Callbacks</b> are short and never wait: a call that only tasks can make throws {@link IllegalStateException} in a callback. What a
 * callback throws goes to the exception handler, and the loop goes on.
 *
 * <p><b>Close or leak.</b> A loop that is not closed keeps its threads, and through them itself, for ever.
 *
 * <p><b>Memory consistency effects.</b> Each task or callback sees what those that ran before it on this loop did, and what happened in
 * another thread before that thread sent it in. What {@code run} returns happens after all that was done on the loop.
 */
public final class EventLoop implements Executor, AutoCloseable {
    private static final AtomicInteger LOOPS = new AtomicInteger();

    /** The name of the task that a run is for, as that of the thread with which a JVM begins. */
    static final String MAIN = "main";

    static {
        TaskWaitHook.install(new CoreWaits());
        LoopAccess.install(new Access());
    }

    final Engine engine;

    private final Threads threads;
    private final String name;
    private final BiConsumer<String, Throwable> handler;
    /** What to do when nothing is ready; null: just sleep. */
    final @Nullable Standstill standstill;
    /** The guards that are watched; null when leaks are not looked for. */
    final @Nullable OpenGuards guards;

    private final @Nullable Observer recorder;
    /** Sees what runs while a flight recording asks for it. */
    private final @Nullable Observer flightRecorder;

    // Guarded by the baton: by the holder, or by the thread that runs or closes this loop while the baton lies on the
    // floor.
    /** The task whose code runs; null in a callback. */
    @Nullable
    Task<?> current;

    /** The loop of the task in whose {@link Async#blocking} this loop is run. */
    private @Nullable EventLoop outer;

    /** The values of task-locals in the callback that runs. */
    private @Nullable Locals callbackLocals;

    private final TaskList tasks = new TaskList();
    private int tasksMade;
    /** How much is out: stacks that stepped off, calls of executors, waits for what other threads complete. */
    private int out;
    /** The run has an end of its own, for which somebody waits. */
    private boolean ending;

    private boolean stopWithoutTasks;
    private boolean closing;
    /** Every task that is not done is getting a cancel of its own. */
    private boolean sweeping;
    /** Groups whose tasks are to be cancelled; the first is at work. */
    private final Deque<TaskGroup> aborted = new ArrayDeque<>();

    private final Set<Unobserved> unobserved = new LinkedHashSet<>();
    private final Set<HandedOut> handedOut = Collections.newSetFromMap(new IdentityHashMap<>());

    private final Lifecycle lifecycle = new Lifecycle();
    private final @Nullable Watchdog watchdog;

    private EventLoop(Builder builder) {
        name = builder.name != null ? builder.name : "loop-" + LOOPS.incrementAndGet();
        handler = builder.handler;
        guards = OpenGuards.at(builder.leakDetection, this::reportCollected);
        Runnable onWork = builder.onWork;
        Simulation simulation = builder.simulation.get();
        standstill = simulation == null && !builder.failOnStall
                ? null
                : new Standstill(this, simulation, builder.failOnStall);
        threads = Threads.configured();
        engine = new Engine(
                threads,
                builder.workers.apply(threads.factory("event loop '" + name + "'")),
                Thread.currentThread().getContextClassLoader(),
                onWork == null ? null : () -> tell(onWork),
                simulation,
                standstill);
        Consumer<String> report = builder.slowSteps;
        watchdog = report == null ? null : new Watchdog(this, builder.slowStep, report);
        Timeline timeline = builder.timeline;
        recorder = timeline == null ? null : timeline.recorder(name, engine::nanoTime);
        flightRecorder = Jfr.observer(name, recorder);
    }

    private void tell(Runnable onWork) {
        try {
            onWork.run();
        } catch (Throwable e) {
            handle("exception in onWork", e);
        }
    }

    // ---------------------------------------------------------------- running

    /**
     * Runs a body as the main task of a new loop until it is done, then cancels the tasks that are left and waits for them, and closes the
     * loop: {@code asyncio.run}.
     *
     * <p>An interrupt of the calling thread cancels the main task, as Ctrl-C does in {@code asyncio}; the interrupt status is set again when
     * this method returns or throws. A second one does not wait for the tasks that are left to clean up.
     *
     * <p>The body is a task on a thread of the loop, not the caller: if it wants a lock that the caller holds, an {@code RLock} or a
     * monitor, both wait for ever.
     *
     * @param main the body
     * @param <T> the type of its result
     * @param <X> what it throws
     * @return what the body returned
     * @throws X what the body threw, as it is
     * @throws CancelledException if the main task was cancelled
     * @throws IllegalStateException in a task or callback of a loop: use {@link Async#createTask} or {@link Async#blocking} there
     */
    public static <T extends @Nullable Object, X extends Throwable> T run(TaskBody<T, X> main) throws X {
        Objects.requireNonNull(main, "main");
        requireNoLoop("EventLoop.run");
        return run(builder(), main);
    }

    private static <T extends @Nullable Object, X extends Throwable> T run(Builder builder, TaskBody<T, X> main)
            throws X {
        try (EventLoop loop = builder.build()) {
            return loop.runMain(main, true);
        }
    }

    /**
     * Runs a body without a result as the main task of a new loop: see {@link #run(TaskBody)}.
     *
     * @param main the body
     * @param <X> what it throws
     * @throws X what the body threw, as it is
     * @throws CancelledException if the main task was cancelled
     * @throws IllegalStateException in a task or callback of a loop
     */
    public static <X extends Throwable> void run(VoidTaskBody<X> main) throws X {
        run(Task.valued(Objects.requireNonNull(main, "main")));
    }

    /**
     * The loop that the calling thread is at this moment: {@code asyncio.get_running_loop}.
     *
     * @return the loop whose task or callback calls this
     * @throws IllegalStateException if the calling thread runs no task or callback of a loop
     */
    public static EventLoop current() {
        EventLoop loop = currentOrNull();
        if (loop == null) {
            throw new IllegalStateException("no running event loop");
        }
        return loop;
    }

    static @Nullable EventLoop currentOrNull() {
        return RunningLoops.current();
    }

    /**
     * Creates a loop with the default options, to be run and closed by its owner.
     *
     * @return a new loop
     */
    public static EventLoop create() {
        return builder().build();
    }

    /**
     * Begins a loop with other options.
     *
     * @return a builder with the default options
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Runs this loop until the body, as its main task, is done: {@code loop.run_until_complete}. Other tasks stay, and go on when the loop
     * is run again. The calling thread waits meanwhile; an interrupt cancels the main task and is set again at the end.
     *
     * @param main the body
     * @param <T> the type of its result
     * @param <X> what it throws
     * @return what the body returned
     * @throws X what the body threw, as it is
     * @throws CancelledException if the main task was cancelled, also by {@link #close()}
     * @throws IllegalStateException if this loop is running or closed, was stopped before the body was done, or if the calling thread is
     *     itself in a task or callback of a loop
     */
    public <T extends @Nullable Object, X extends Throwable> T runUntilComplete(TaskBody<T, X> main) throws X {
        Objects.requireNonNull(main, "main");
        requireNoLoop("EventLoop.runUntilComplete");
        return runMain(main, false);
    }

    /**
     * Runs this loop until the body is done: see {@link #runUntilComplete(TaskBody)}.
     *
     * @param main the body
     * @param <X> what it throws
     * @throws X what the body threw, as it is
     * @throws CancelledException if the main task was cancelled
     * @throws IllegalStateException as in {@link #runUntilComplete(TaskBody)}
     */
    public <X extends Throwable> void runUntilComplete(VoidTaskBody<X> main) throws X {
        runUntilComplete(Task.valued(Objects.requireNonNull(main, "main")));
    }

    /**
     * Runs this loop until the future is done: {@code loop.run_until_complete(future)}. An interrupt cancels the future.
     *
     * @param future a future of this loop, or one that is not bound yet
     * @param <T> the type of its result
     * @return its result
     * @throws CancelledException if the future was cancelled
     * @throws java.util.concurrent.CompletionException if it failed with a checked exception, which is the cause; unchecked exceptions and
     *     errors are thrown as they are
     * @throws WrongLoopException if the future belongs to another loop
     * @throws IllegalStateException as in {@link #runUntilComplete(TaskBody)}
     */
    public <T extends @Nullable Object> T runUntilComplete(Future<T> future) {
        Objects.requireNonNull(future, "future");
        requireNoLoop("EventLoop.runUntilComplete");
        begin();
        if (!future.bindTo(this)) {
            lifecycle.withdrawRun();
            throw new WrongLoopException(future + " is bound to a different event loop: bound to "
                    + future.loop().describe() + "; EventLoop.runUntilComplete() called for " + describe());
        }
        runToCompletion(future, false);
        return future.result();
    }

    /**
     * Runs this loop until {@link #stop()} or {@link #close()}: {@code loop.run_forever}. An interrupt of the calling thread stops it, and
     * is set again at the end.
     *
     * @throws IllegalStateException if this loop is running or closed, or if the calling thread is in a task or callback of a loop
     */
    public void runForever() {
        requireNoLoop("EventLoop.runForever");
        begin();
        finishRun(drive(this::stop));
    }

    /**
     * Runs one round of this loop, for a thread that has a loop of its own, as that of a window system: the callbacks and tasks that are
     * ready now, each as far as it goes without waiting. Returns when all of them have had their turn, and does not wait for more: what
     * becomes ready meanwhile belongs to the next round, and {@link #nextEventIn()} tells when that is due.
     *
     * <p>A task that waits stays where it is and goes on in a later round, whichever thread runs it, be it in this method or in another
     * {@code run} method. A task or callback that computes is not cut short. Code off the loop, in {@link Async#blocking}, goes on between the
     * rounds. An interrupt of the calling thread is left to it.
     *
     * <p>{@code _run_once} of {@code asyncio}, which does not publish it; {@code trio}'s guest mode.
     *
     * @return whether anything ran
     * @throws IllegalStateException if this loop is running or closed, or if the calling thread is in a task or callback of a loop
     */
    public boolean runOnce() {
        requireNoLoop("EventLoop.runOnce");
        begin();
        boolean due = false;
        Throwable failed = null;
        try {
            due = engine.takeDue();
        } catch (Throwable e) {
            failed = e;
        }
        if (due) {
            engine.stop(); // after its first round
            failed = drive(() -> {});
        }
        finishRun(failed);
        return due;
    }

    /**
     * How long a thread that calls {@link #runOnce()} may do something else. Any thread, as long as nobody runs this loop. What comes in from
     * other threads later can make it shorter: see {@link Builder#onWork}.
     *
     * @return zero if something is ready; otherwise the time until the next timer, or null if there is none
     * @throws IllegalStateException if this loop is running or closed
     */
    public @Nullable Duration nextEventIn() {
        long nanos = lifecycle.whileIdle(engine::nanosToNextEvent).orElseThrow(this::notIdle);
        return nanos == Engine.FOREVER ? null : Duration.ofNanos(nanos);
    }

    /** Ends the run after the current round, or the next one after its first round: {@code loop.stop}. Any thread. */
    public void stop() {
        engine.post(stopper());
    }

    private void stopForClose() {
        engine.postIntoRun(stopper());
    }

    private Op stopper() {
        int run = lifecycle.runOrNext();
        return Op.of(() -> {
            // One that is late must not end the next run, and closing ends by itself, not before the tasks have ended.
            if (run == lifecycle.run() && !closing) {
                engine.stop();
            }
        });
    }

    /** Runs until it is stopped, on a thread of this loop's own that has begun the run already. */
    private void runStarted() {
        try {
            finishRun(drive(this::stop));
        } catch (Throwable e) {
            handle("the run has failed", e);
        }
    }

    private <T extends @Nullable Object, X extends Throwable> T runMain(TaskBody<T, X> main, boolean cancelRest)
            throws X {
        begin();
        Task<T> task = newTask(MAIN, main);
        runToCompletion(task, cancelRest);
        Throwable failure = task.failure();
        if (failure != null) {
            throw Failures.<X>sneaky(failure);
        }
        return task.value();
    }

    /** Ends the run that {@link #begin()} began; returns when the future is done, or throws. */
    private void runToCompletion(Future<?> main, boolean cancelRest) {
        Throwable failed = null;
        ending = true;
        if (main.isPending()) {
            Link end = new Link() {
                @Override
                void signalled() {
                    engine.stop();
                }
            };
            main.addWaiter(end);
            failed = drive(() -> engine.post(Op.of(() -> main.cancelFromLoop("interrupted"))));
            end.unlink(); // a main task that was stopped before it was done must not end a later run
        }
        boolean stopped = main.isPending();
        main.observe(); // the caller is told, and from the end of the run on somebody else may run this loop
        if (failed == null && cancelRest && !tasks.isEmpty()) {
            failed = cancelRest();
        }
        ending = false;
        finishRun(failed);
        if (stopped && lifecycle.isCloseRequested()) {
            lifecycle.awaitClosed(); // it ends the tasks, but a future that nobody completes stays pending
        } else if (stopped) {
            throw new IllegalStateException(describe() + " was stopped before " + main + " was done");
        }
        if (main.isPending()) {
            throw closedException();
        }
    }

    private @Nullable Throwable cancelRest() {
        sweeping = true;
        try {
            CancelSweep.cancelAll(tasks.snapshot(), "the main task is done");
        } catch (OutOfMemoryError e) {
            return e; // nothing to keep the walk in: closing cancels them all the same
        } finally {
            sweeping = false;
        }
        boolean interrupted = Thread.interrupted(); // main was cancelled for it; only another one cuts this short
        stopWithoutTasks = true;
        Throwable failed = tasks.isEmpty() ? null : drive(this::stop);
        stopWithoutTasks = false;
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return failed;
    }

    /** Lets the engine run, as one of the loops that {@link #current()} finds. */
    private @Nullable Throwable drive(Runnable interrupted) {
        Task<?> blocking = Async.blockingTask();
        outer = blocking == null ? null : blocking.loop();
        RunningLoops.register(this, true);
        watch();
        try {
            return engine.run(interrupted);
        } catch (Throwable e) {
            return e; // no thread to begin with
        } finally {
            RunningLoops.register(this, false);
            if (watchdog != null) {
                Watchdogs.unregister(watchdog);
            }
            outer = null;
        }
    }

    private void watch() {
        if (watchdog == null) {
            return;
        }
        try {
            Watchdogs.register(watchdog);
        } catch (OutOfMemoryError e) {
            handle("the loop runs without its watchdog", e);
        }
    }

    private static void requireNoLoop(String operation) {
        EventLoop loop = currentOrNull();
        if (loop != null) {
            throw new IllegalStateException(
                    operation + " cannot be called from a running event loop ('" + loop.name + "')");
        }
    }

    // ---------------------------------------------------------------- lifecycle

    private void begin() {
        if (!lifecycle.beginRun()) {
            throw notIdle();
        }
    }

    private IllegalStateException notIdle() {
        return isRunning() ? new IllegalStateException(describe() + " is running already") : closedException();
    }

    private void finishRun(@Nullable Throwable failed) {
        lifecycle.endRun(failed != null);
        if (failed != null) {
            close();
            throw Failures.<RuntimeException>sneaky(failed);
        }
    }

    /**
     * Closes this loop: stops it, cancels all its tasks and waits until they have unwound, fails what it has handed to other threads, and
     * ends its threads. Any thread. A loop that is closed already is left alone; a second thread waits for the first.
     *
     * <p>The tasks get {@link CancelledException} where they wait and at every further attempt to wait; cleaning up must not wait here. (The
     * tasks that {@link #run} cancels at its end may.) One that swallows a thousand of them is abandoned and reported: it ends cancelled, but its stack does not
     * unwind, and its thread waits for ever. Code that is off the
     * loop, in {@link Async#blocking} or in a wait of core, is interrupted and waited for. Callbacks that did not run yet never will.
     *
     * <p>Not interruptible; the interrupt status stays as it is.
     *
     * @throws IllegalStateException in a task or callback of this loop, also within {@link Async#blocking}, and in those of a loop that is
     *     run there
     */
    @Override
    public void close() {
        requireNotWithin();
        if (lifecycle.beginClose(this::stopForClose)) {
            try {
                shutDown();
            } finally {
                lifecycle.endClose();
            }
        }
    }

    /** Closing waits for the tasks, so none of them may wait for it: not in their code, nor in that of loops which they run. */
    private void requireNotWithin() {
        EventLoop caller = currentOrNull();
        if (caller == null) {
            Task<?> blocking = Async.blockingTask();
            caller = blocking == null ? null : blocking.loop();
        }
        if (caller == this) {
            throw new IllegalStateException(
                    "EventLoop.close cannot be called by a task or callback of its own ('" + name + "')");
        }
        for (EventLoop loop = caller; loop != null; loop = loop.outer) {
            if (loop.outer == this) {
                throw new IllegalStateException("EventLoop.close cannot be called within a loop ('" + loop.name
                        + "') that a task of its own ('" + name + "') runs");
            }
        }
    }

    private void shutDown() {
        closing = true;
        stopWithoutTasks = true;
        try {
            // A second round for tasks that a failure of the bookkeeping left behind.
            // Whoever survives that stays where it is.
            for (int round = 0; round < 2 && !tasks.isEmpty(); round++) {
                unwindTasks();
                if (!tasks.isEmpty()) {
                    drive(() -> {});
                }
            }
        } finally {
            failWhatOthersWaitFor(); // whatever becomes of the tasks: the library's own classes may be gone
        }
        List.copyOf(unobserved).forEach(Unobserved::reportNow);
        engine.dismissWorkers();
    }

    private void failWhatOthersWaitFor() {
        IllegalStateException reason = closedException();
        for (Item item : engine.seal()) {
            item.rejected(reason);
        }
        List.copyOf(handedOut).forEach(HandedOut::closed);
    }

    /** Makes every task go on, once, with a cancel; whatever else was ready stays so. */
    private void unwindTasks() {
        List<Task<?>> unfinished = tasks.snapshot();
        Set<Item> live = stacks(unfinished, task -> true);
        // Before the inbox is emptied: who has posted itself by now is in there, or was lost by a failure of the
        // bookkeeping.
        Set<Item> coming = stacks(unfinished, Task::isOut);
        Set<Item> ready = Collections.newSetFromMap(new IdentityHashMap<>());
        List<Item> readyItems = engine.takeReady();
        for (Item item : readyItems) {
            // A failure may also have left one behind whose task is done, or one twice.
            if (item instanceof Worker && live.contains(item) && ready.add(item)) {
                engine.ready(item);
            }
        }
        coming.addAll(ready);
        unfinished.forEach(task -> task.unwind(coming));
        readyItems.forEach(item -> {
            if (item instanceof Job) {
                engine.ready(item);
            }
        });
    }

    private static Set<Item> stacks(List<Task<?>> tasks, Predicate<Task<?>> which) {
        Set<Item> stacks = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Task<?> task : tasks) {
            Item stack = task.stack();
            if (stack != null && which.test(task)) {
                stacks.add(stack);
            }
        }
        return stacks;
    }

    /**
     * Whether somebody runs this loop. Any thread.
     *
     * @return true between the beginning and the end of a run
     */
    public boolean isRunning() {
        return lifecycle.state() == Lifecycle.State.RUNNING;
    }

    /**
     * Whether this loop was closed. Any thread.
     *
     * @return true once {@link #close()} has done its work
     */
    public boolean isClosed() {
        return lifecycle.state() == Lifecycle.State.CLOSED;
    }

    // ---------------------------------------------------------------- callbacks

    /**
     * Has a callback called in a later turn: {@code loop.call_soon}.
     *
     * @param callback the callback
     * @return a handle that calls it off
     * @throws WrongLoopException off this loop; {@link #callSoonThreadSafe} is for other threads
     * @throws IllegalStateException if this loop is closing or closed
     */
    public Handle callSoon(Runnable callback) {
        checkOpenOnLoop();
        Callback call = new Callback(this, Objects.requireNonNull(callback, "callback"), false, locals());
        engine.ready(call);
        return call;
    }

    /**
     * Has a callback called after a delay: {@code loop.call_later}.
     *
     * @param delay how long; zero or negative: in the next round
     * @param callback the callback
     * @return a handle that calls it off
     * @throws WrongLoopException off this loop
     * @throws IllegalStateException if this loop is closing or closed
     */
    public Handle callLater(Duration delay, Runnable callback) {
        checkOpenOnLoop();
        ScheduledCallback call = new ScheduledCallback(this, Objects.requireNonNull(callback, "callback"));
        engine.schedule(call, Durations.saturatedNanos(Objects.requireNonNull(delay, "delay")));
        return call;
    }

    /**
     * Has a callback called at a point in time: {@code loop.call_at}.
     *
     * @param nanoTime when, on the clock of {@link #nanoTime()} and compared like it, by the difference; a point that has passed: in the
     *     next round
     * @param callback the callback
     * @return a handle that calls it off
     * @throws WrongLoopException off this loop
     * @throws IllegalStateException if this loop is closing or closed
     */
    public Handle callAt(long nanoTime, Runnable callback) {
        checkOpenOnLoop();
        ScheduledCallback call = new ScheduledCallback(this, Objects.requireNonNull(callback, "callback"));
        engine.scheduleAt(call, nanoTime);
        return call;
    }

    /**
     * Has a callback called in a later turn: {@code loop.call_soon_threadsafe}. Any thread; the handle works from any thread too. If the
     * loop is not running the callback waits for the next run. Callbacks of one thread run in the order of its calls.
     *
     * @param callback the callback
     * @return a handle that calls it off
     * @throws IllegalStateException if this loop is closing or closed
     */
    public Handle callSoonThreadSafe(Runnable callback) {
        Callback call = new Callback(this, Objects.requireNonNull(callback, "callback"), true, Locals.ofCaller());
        post(call);
        return call;
    }

    /**
     * Has a callback called in a later turn, as {@link #callSoonThreadSafe} does. Any thread.
     *
     * @param callback the callback
     * @throws RejectedExecutionException if this loop is closing or closed
     */
    @Override
    public void execute(Runnable callback) {
        Callback call = new Callback(this, Objects.requireNonNull(callback, "callback"), true, Locals.ofCaller());
        if (lifecycle.isCloseRequested() || !engine.post(call)) {
            throw new RejectedExecutionException(closedException().getMessage());
        }
    }

    // ---------------------------------------------------------------- tasks

    /**
     * Runs a body as a task of this loop: {@code asyncio.run_coroutine_threadsafe}. Any thread. If the loop is not running the body waits
     * for the next run.
     *
     * <p>Cancelling the result cancels the task. What depends on the result without an executor of its own runs on this loop, as a callback.
     * If the loop closes first the result fails. Waiting for it with {@code get} or {@code join} on this loop itself throws {@link
     * IllegalStateException}, since it could never end; so do the stages made from it. ({@code CompletableFuture.allOf} and {@code anyOf}
     * make futures that know nothing of this: they are for {@link Async#await}.)
     *
     * @param body the body
     * @param <T> the type of its result
     * @return its result, for any thread
     * @throws IllegalStateException if this loop is closing or closed
     */
    public <T extends @Nullable Object> CompletableFuture<T> submit(TaskBody<? extends T, ?> body) {
        Objects.requireNonNull(body, "body");
        LoopFuture<T> result = new LoopFuture<>(this);
        result.start(body);
        return result;
    }

    /**
     * Runs a body without a result as a task of this loop: see {@link #submit(TaskBody)}. Any thread.
     *
     * @param body the body
     * @return completed with null when the body is done
     * @throws IllegalStateException if this loop is closing or closed
     */
    public CompletableFuture<Void> submit(VoidTaskBody<?> body) {
        return submit(Task.valued(body));
    }

    /**
     * Creates a task of this loop; it starts in a later turn: {@code loop.create_task}.
     *
     * @param body what it runs
     * @param <T> the type of its result
     * @return the task
     * @throws WrongLoopException off this loop; {@link #submit} is for other threads
     * @throws IllegalStateException if this loop is closing or closed
     */
    public <T extends @Nullable Object> Task<T> createTask(TaskBody<? extends T, ?> body) {
        checkOpenOnLoop();
        return newTask(null, Objects.requireNonNull(body, "body"));
    }

    /**
     * Creates a task without a result: see {@link #createTask(TaskBody)}.
     *
     * @param body what it runs
     * @return the task
     * @throws WrongLoopException off this loop
     * @throws IllegalStateException if this loop is closing or closed
     */
    public Task<Void> createTask(VoidTaskBody<?> body) {
        checkOpenOnLoop();
        return newTask(null, Task.valued(body));
    }

    /**
     * Creates a task with a name: see {@link #createTask(TaskBody)}.
     *
     * @param name for messages and dumps
     * @param body what it runs
     * @param <T> the type of its result
     * @return the task
     * @throws WrongLoopException off this loop
     * @throws IllegalStateException if this loop is closing or closed
     */
    public <T extends @Nullable Object> Task<T> createTask(String name, TaskBody<? extends T, ?> body) {
        checkOpenOnLoop();
        return newTask(Objects.requireNonNull(name, "name"), Objects.requireNonNull(body, "body"));
    }

    /**
     * Creates a task with a name and without a result: see {@link #createTask(TaskBody)}.
     *
     * @param name for messages and dumps
     * @param body what it runs
     * @return the task
     * @throws WrongLoopException off this loop
     * @throws IllegalStateException if this loop is closing or closed
     */
    public Task<Void> createTask(String name, VoidTaskBody<?> body) {
        checkOpenOnLoop();
        return newTask(Objects.requireNonNull(name, "name"), Task.valued(body));
    }

    /**
     * Has an executor run a body that blocks or computes: {@code loop.run_in_executor}. To block in place, {@link Async#blocking} needs no
     * executor; this is for bodies that a certain pool has to run, or that run while the task goes on.
     *
     * <p>The body runs outside this loop: it can use nothing that is bound to one, and sees no {@link TaskLocal}s. (An executor that runs it
     * at once, on the calling thread, runs it in the calling task or callback.) If the executor drops the body in silence, the result stays
     * pending.
     *
     * <p><b>Cancellation.</b> A body whose result was cancelled before it began never runs. One that runs is not interrupted: its result is
     * dropped, and so is its exception. An {@link InterruptedException} out of the body, as after {@code shutdownNow()}, cancels the result.
     * What {@code shutdownNow()} returns are {@link java.util.concurrent.Future}s: cancelling them cancels the results. A loop that closes
     * leaves the bodies to the executor, and what they come to is dropped.
     *
     * <p><b>Memory consistency effects.</b> What happened before this call is visible to the body, and what the body did to whoever goes on
     * after the result.
     *
     * @param executor what runs the body
     * @param body the body
     * @param <T> the type of its result
     * @return its result; it fails with what the body throws
     * @throws java.util.concurrent.RejectedExecutionException if the executor refuses; then nothing has happened
     * @throws WrongLoopException off this loop
     * @throws IllegalStateException if this loop is closing or closed
     */
    public <T extends @Nullable Object> Future<T> runInExecutor(Executor executor, TaskBody<? extends T, ?> body) {
        checkOpenOnLoop();
        Objects.requireNonNull(executor, "executor");
        Future<T> result = new Future<>(this);
        ExecutorCall.of(this, result, Objects.requireNonNull(body, "body")).start(executor);
        return result;
    }

    /**
     * Has an executor run a body without a result: see {@link #runInExecutor(Executor, TaskBody)}.
     *
     * @param executor what runs the body
     * @param body the body
     * @return completed with null when the body is done
     * @throws java.util.concurrent.RejectedExecutionException if the executor refuses
     * @throws WrongLoopException off this loop
     * @throws IllegalStateException if this loop is closing or closed
     */
    public Future<Void> runInExecutor(Executor executor, VoidTaskBody<?> body) {
        checkOpenOnLoop();
        Objects.requireNonNull(executor, "executor");
        return runInExecutor(executor, Task.valued(body));
    }

    <T extends @Nullable Object> Task<T> newTask(@Nullable String taskName, TaskBody<? extends T, ?> body) {
        Task<T> task = newTask(taskName, (TaskGroup) null);
        try {
            engine.ready(new Task.Start<>(task, body));
        } catch (StackOverflowError | OutOfMemoryError e) {
            engine.failure = e; // it would never start, and never end. No call, there may be no room for one
            throw e;
        }
        return task;
    }

    /** A task that is still to be started. */
    <T extends @Nullable Object> Task<T> newTask(@Nullable String taskName, @Nullable TaskGroup group) {
        Task<T> task = new Task<>(this, ++tasksMade, taskName, group);
        Observer observer = observer();
        if (observer != null) {
            observer.created(task);
        }
        tasks.add(task); // last: who is in the list has to be started
        return task;
    }

    // ---------------------------------------------------------------- looking

    /**
     * The loop's clock: {@code loop.time}.
     *
     * @return nanoseconds since some fixed point
     * @throws WrongLoopException off this loop
     * @throws IllegalStateException if this loop is closed
     */
    public long nanoTime() {
        checkOnLoop();
        return engine.nanoTime();
    }

    /**
     * The tasks that are not done: {@code asyncio.all_tasks}.
     *
     * @return the tasks as they are now, the oldest first
     * @throws WrongLoopException off this loop
     * @throws IllegalStateException if this loop is closed
     */
    public List<Task<?>> allTasks() {
        checkOnLoop();
        return Collections.unmodifiableList(tasks.snapshot());
    }

    /**
     * What every task does or waits for, as text for people; the form may change. Any thread.
     *
     * <pre>
     * loop 'main', running: 3 tasks, 0 ready, 0 timers
     * 'main' waits for Task 'worker' [pending] for 3 s
     *     at shop.Shop.main(Shop.java:14)
     *   'worker' waits for AsyncLock@1f [locked, waiters=1], held by 'clerk', for 3 s
     *       at shop.Worker.run(Worker.java:31)
     * 'clerk' waits for AsyncQueue@77 [size=0, capacity=unbounded, takers=1, putters=0, unfinished=0, shutdown=false] for 4 s
     *     at shop.Clerk.run(Clerk.java:52)
     * </pre>
     *
     * <p>A tree: below a task stand the tasks of its open groups and those that it awaits, below the first line of each the first frames of
     * its stack that belong neither to this library nor to Java. Of more than a thousand tasks the rest is counted.
     *
     * <p>How long a task has waited is counted from when the loop last looked at the clock, up to 64 rounds before: it is never too short,
     * and too long by as much as these rounds took.
     *
     * <p>The dump is made while nobody else is the loop, so it is consistent: by the caller if that is on the loop or nobody runs it, or else
     * by the loop between two turns, which takes it some milliseconds. A loop that does not answer within 100 ms, since a task computes or
     * blocks, is read all the same, and the first lines say that, and what runs. What is not of this library is named by its class, and
     * none of its code is called.
     *
     * @return the dump, of several lines; only the first if the loop is closed
     */
    public String dump() {
        return Dump.of(this);
    }

    /**
     * What the tasks of this loop run on. Any thread may ask.
     *
     * @return the scheduler, the same for the whole life of the loop
     */
    public Scheduler scheduler() {
        return Scheduler.valueOf(threads.name());
    }

    /** Identity and state; any thread may call this, and reads the state as it happens to be. */
    @Override
    public String toString() {
        return Identity.of(this) + " [name=" + name + ", "
                + lifecycle.state().name().toLowerCase(Locale.ROOT) + ", tasks=" + tasks.size() + "]";
    }

    // ---------------------------------------------------------------- for the rest of the package: any thread

    Lifecycle lifecycle() {
        return lifecycle;
    }

    /** The tasks that are not done; racily without the baton. */
    TaskList tasks() {
        return tasks;
    }

    boolean isOwner() {
        return engine.isOwner();
    }

    String name() {
        return name;
    }

    String describe() {
        return "loop '" + name + "'" + (isClosed() ? " (closed)" : "");
    }

    /** Whose code runs. With the baton. */
    String describeRunning() {
        Task<?> task = current;
        return task == null ? "a callback" : task.describe();
    }

    IllegalStateException closedException() {
        return new IllegalStateException("event loop '" + name + "' is " + (isClosed() ? "closed" : "closing"));
    }

    /** Sends an item in, or says that the loop takes no more. */
    void post(Item item) {
        if (lifecycle.isCloseRequested() || !engine.post(item)) {
            throw closedException();
        }
    }

    void checkOnLoop() {
        if (!isOwner()) {
            throw offLoop();
        }
    }

    private void checkOpenOnLoop() {
        checkOnLoop();
        checkOpen();
    }

    /** Nothing new begins on a loop that is closing. */
    void checkOpen() {
        if (closing) {
            throw closedException();
        }
    }

    private IllegalStateException offLoop() {
        if (isClosed()) {
            return closedException();
        }
        EventLoop other = currentOrNull();
        return new WrongLoopException(this + " is a different event loop: " + CallSite.operation() + " called from "
                + (other == null ? CallSite.currentThread() + ", which runs no loop" : other.describe())
                + " (use callSoonThreadSafe, execute or submit from other threads)");
    }

    // ---------------------------------------------------------------- for the rest of the package: with the baton

    /** Sees what runs; null: nobody wants to at this moment. */
    @Nullable
    Observer observer() {
        return Jfr.recordsWaits() ? flightRecorder : recorder;
    }

    /** The task whose code runs; null in a callback. */
    @Nullable
    Task<?> runningTask() {
        return current;
    }

    Task<?> requireTask() {
        Task<?> task = current;
        if (task == null) {
            throw new IllegalStateException(
                    CallSite.operation() + " in a callback: only tasks can wait, use createTask");
        }
        return task;
    }

    /** From here on this task's code runs, or, with null, no task's. */
    void enter(@Nullable Task<?> task) {
        current = task;
        Observer observer = observer();
        if (observer != null && task != null) {
            observer.runs(task);
        }
    }

    /** From here on the code of a callback runs, which begins with these values of task-locals. */
    void enterCallback(@Nullable Locals locals) {
        setCallbackLocals(locals);
        Observer observer = recorder; // the flight recorder has no events of callbacks
        if (observer != null) {
            observer.callbackBegins();
        }
    }

    /** The code of a callback has run: what it set is forgotten. */
    void leaveCallback() {
        setCallbackLocals(null);
        Observer observer = recorder; // the flight recorder has no events of callbacks
        if (observer != null) {
            observer.callbackEnds();
        }
    }

    /** The values of task-locals where the loop is: in the task or callback whose code runs. */
    @Nullable
    Locals locals() {
        Task<?> task = current;
        return task == null ? callbackLocals : task.locals;
    }

    void setLocals(@Nullable Locals locals) {
        Task<?> task = current;
        if (task == null) {
            setCallbackLocals(locals);
        } else {
            task.locals = locals;
        }
    }

    /** Most callbacks have none, and then nothing is written: other threads read fields beside this one to send something. */
    private void setCallbackLocals(@Nullable Locals locals) {
        if (callbackLocals != locals) {
            callbackLocals = locals;
        }
    }

    boolean isClosing() {
        return closing;
    }

    /** Something is on its way that will come back by itself. */
    void wentOut() {
        out++;
    }

    void cameBack() {
        out--;
    }

    boolean isAnythingOut() {
        return out > 0;
    }

    /** How much is out. */
    int out() {
        return out;
    }

    /** Whether somebody waits for this run to come to its end. */
    boolean isEnding() {
        return ending;
    }

    /** The task is done. */
    void remove(Task<?> task) {
        tasks.remove(task);
        if (tasks.isEmpty() && stopWithoutTasks) {
            engine.stop();
        }
    }

    /**
     * Cancels the tasks of a group, and of the groups that these wait for in turn: one after the other, since they may be nested as deeply as
     * no stack can follow.
     */
    void abort(TaskGroup group) {
        if (sweeping) {
            return;
        }
        aborted.add(group);
        if (aborted.size() > 1) {
            return; // below this one on the stack somebody goes through them
        }
        try {
            for (TaskGroup next = group; next != null; next = aborted.peek()) {
                next.cancelTasks();
                aborted.remove();
            }
        } finally {
            aborted.clear();
        }
    }

    Unobserved unobserved(Future<?> future, Throwable exception) {
        Unobserved failure = new Unobserved(this, future, exception);
        unobserved.add(failure);
        return failure;
    }

    void forget(Unobserved failure) {
        unobserved.remove(failure);
    }

    void register(HandedOut handle) {
        handedOut.add(handle);
    }

    void unregister(HandedOut handle) {
        handedOut.remove(handle);
    }

    // ---------------------------------------------------------------- exceptions that nobody catches

    /** Calls the exception handler; only where user code may run. */
    void handle(String what, Throwable exception) {
        try {
            handler.accept("event loop '" + name + "': " + what, exception);
        } catch (Throwable e) {
            if (e != exception) { // a handler may rethrow what it was given, and nothing suppresses itself
                exception.addSuppressed(e);
            }
            Builder.log("event loop '" + name + "': the exception handler failed on: " + what, exception);
        }
    }

    /** Has the exception handler called in a turn of user code. */
    void report(String what, Throwable exception) {
        engine.ready(new Notice(this, () -> handle(what, exception)));
    }

    /** On the cleaner's thread. A loop that is closed needs no report: its tasks have ended, and that told it all. */
    private void reportCollected(String what, Throwable place) {
        engine.post(new Notice(this, () -> handle(what, place)));
    }

    /** What the other packages of this module may do. */
    private static final class Access extends LoopAccess {
        @Override
        public Builder simulated(Supplier<Simulation> simulation) {
            Builder builder = builder();
            builder.simulation = simulation;
            builder.failOnStall = true;
            return builder;
        }

        @Override
        public <T extends @Nullable Object, X extends Throwable> T run(Builder builder, TaskBody<T, X> main) throws X {
            requireNoLoop("TestLoop.run");
            return EventLoop.run(builder, main);
        }

        @Override
        public <X extends Throwable> void together(
                Simulation simulation, List<Builder> builders, List<VoidTaskBody<X>> mains) throws X {
            requireNoLoop("TestLoop.together");
            new Ensemble(simulation, builders, mains).run();
        }

        @Override
        public void settle() {
            standstill("settle").settle(Async.currentTask());
        }

        @Override
        public void advance(long nanos) {
            standstill("advance").advance(Async.currentTask(), nanos);
        }

        @Override
        public long elapsed() {
            return standstill("elapsed").elapsed();
        }

        private static Standstill standstill(String operation) {
            EventLoop loop = current();
            Standstill standstill = loop.standstill;
            if (standstill == null || !standstill.hasVirtualTime()) {
                throw new IllegalStateException("TestLoop." + operation + "() on " + loop.describe()
                        + ", which runs in real time (expected: a loop of TestLoop)");
            }
            return standstill;
        }
    }

    /** Options of a loop. */
    public static final class Builder {
        private @Nullable String name;
        private Supplier<? extends @Nullable Simulation> simulation = Simulation::configured;
        private boolean failOnStall;
        private BiConsumer<String, Throwable> handler = Builder::log;
        private UnaryOperator<ThreadFactory> workers = UnaryOperator.identity();
        private @Nullable Runnable onWork;
        private long slowStep;
        private @Nullable Consumer<String> slowSteps;
        private LeakDetection leakDetection = OpenGuards.LEVEL;
        private @Nullable Timeline timeline;

        private Builder() {}

        /** Changes how the threads of the loop are made. */
        Builder workers(UnaryOperator<ThreadFactory> workers) {
            this.workers = workers;
            return this;
        }

        /**
         * Names the loop, for messages and thread names.
         *
         * @param name the name; {@code loop-} and a number by default
         * @return this
         */
        public Builder name(String name) {
            this.name = Objects.requireNonNull(name, "name");
            return this;
        }

        /**
         * Sets who is told of exceptions that nobody else can be told of: what callbacks throw, and what tasks and futures failed with that
         * were never asked. {@code loop.set_exception_handler}.
         *
         * @param handler called with a description and the exception, on the loop like a callback, or by {@link EventLoop#close()}, or by
         *     the thread on which a hook of {@link #onWork}, a report of {@link #watchdog} or a run of {@link #start()} failed; by default it
         *     logs an error to the system logger {@code dev.signalbox.loop}
         * @return this
         */
        public Builder exceptionHandler(BiConsumer<String, Throwable> handler) {
            this.handler = Objects.requireNonNull(handler, "handler");
            return this;
        }

        /**
         * Sets whether a run fails when nothing can ever run again: {@link StalledLoopException} instead of waiting for ever. Off by default;
         * always on under the virtual time of {@code TestLoop}.
         *
         * <p>Nothing can run again when nothing is ready, no timer runs, and nothing is out that comes back by itself: code in {@link
         * Async#blocking} or in an executor, a wait for a primitive of core, for a {@link java.util.concurrent.CompletionStage} or for a
         * publisher. What other threads send by {@link EventLoop#execute}, {@link EventLoop#submit} and the like cannot be known before it comes:
         * where tasks wait for that alone, leave this off. A run without an end of its own, as that of {@link EventLoop#runForever()}, is there to
         * be sent something; it fails only if tasks wait for each other in a ring. A task that is out is no hope where it waits for an {@code
         * RLock} of core which another of the stalled tasks holds: that is found too, within some tenths of a second.
         *
         * <p>The run that fails closes the loop: its tasks are cancelled, and the exception is thrown by the {@code run} method.
         *
         * @param on whether to fail
         * @return this
         */
        public Builder failOnStall(boolean on) {
            this.failOnStall = on;
            return this;
        }

        /**
         * Has the run of the loop recorded, to be drawn.
         *
         * @param timeline where; it may record other loops too. Nothing is recorded by default
         * @return this
         */
        public Builder record(Timeline timeline) {
            this.timeline = Objects.requireNonNull(timeline, "timeline");
            return this;
        }

        /**
         * Sets who is told that something came in for the loop, so that a thread with a loop of its own can call {@link
         * EventLoop#runOnce()}.
         *
         * <pre>{@code
         * private final EventLoop loop =
         *         EventLoop.builder().onWork(() -> window.execute(this::turn)).build();
         *
         * private void turn() {
         *     loop.runOnce();
         *     timer.cancel(false);
         *     Duration next = loop.nextEventIn();
         *     if (next != null) {
         *         timer = window.schedule(this::turn, next.toNanos(), TimeUnit.NANOSECONDS);
         *     }
         * }
         * }</pre>
         *
         * <p>The hook is called by whoever sends something in: any thread, be it one that completes a future, or a task of this very loop
         * that calls {@code execute}. It is called once for a burst, until a run has taken in what came, and not when it wakes a run that
         * waits; a call without need is possible. It should pass the word on and do nothing else, least of all run the loop.
         *
         * @param hook what to call; what it throws goes to the exception handler
         * @return this
         */
        public Builder onWork(Runnable hook) {
            this.onWork = Objects.requireNonNull(hook, "hook");
            return this;
        }

        /**
         * Watches the loop for steps that take too long: a task that computes or blocks between two waits, or a callback. It is told of while
         * it goes on, with the name of the task, for how long it has held the loop, what its thread does, and its stack.
         *
         * <pre>{@code
         * var loop = EventLoop.builder()
         *         .name("prices")
         *         .watchdog(Duration.ofMillis(100), System.err::println)
         *         .start();
         * }</pre>
         *
         * <p>A step that lasts is told of again after twice the time, four times and so on, each time with the stack of that moment. The loop
         * is looked at four times in {@code slowStep}, at the most once in a millisecond and at least once in a second: a step that ends less
         * than two looks after its time was up may go unnoticed. A loop that waits for its next event is never told of. Code in {@link
         * Async#blocking} is off the loop, and no part of a step.
         *
         * <p>If the thread blocks, as in {@link Thread#sleep} or in a lock or queue of {@code java.util.concurrent}, the report says on what.
         * On platform threads it also says who holds the lock, given the module {@code java.management}: of a task of this loop that holds it over
         * a wait it tells that neither can go on. On virtual threads, of which the JDK does not know that, it names tasks that wait in the same
         * class. Where a thread got its turn and does not run, since all carriers of virtual threads are pinned or busy, the report says so.
         *
         * <p>The reports come from a thread of the library's own, one for all loops: one that takes its time delays those of others. What they
         * throw goes to the exception handler. That thread only looks, in real time, and costs the loop nothing worth mentioning. It keeps no loop
         * that does not run, and ends soon after the last run of a watched loop. {@code loop.slow_callback_duration}, which {@code asyncio} looks
         * at when it is too late.
         *
         * @param slowStep how long a step may take, more than zero
         * @param report called with a text of several lines
         * @return this
         * @throws IllegalArgumentException if {@code slowStep} is zero or negative
         */
        public Builder watchdog(Duration slowStep, Consumer<String> report) {
            long nanos = Durations.saturatedNanos(Checks.positive(slowStep, "slowStep"));
            this.slowSteps = Objects.requireNonNull(report, "report");
            this.slowStep = nanos;
            return this;
        }

        /**
         * Sets how this loop looks for leaks. At {@link LeakDetection#SAMPLED} and {@link LeakDetection#FULL} the exception handler is told
         *
         * <ul>
         *   <li>of guards of the {@code Async} primitives that are never closed: see {@link LeakDetection};
         *   <li>of every task that swallowed a cancel: a {@link CancelledException} was thrown where it waited, and its body returned all the
         *       same, at once or later, without having called {@link Task#uncancel()}. The exception is the one that was thrown, so its stack
         *       trace is the place. A task that ends cancelled or fails after all is not reported, nor one that ends while this loop closes.
         * </ul>
         *
         * <p>Guards of {@code dev.signalbox.core} have the level of the process; those that a task leaves open are told to the exception handler of
         * its loop.
         *
         * @param level the level; by default that of the process, which the system property {@code dev.signalbox.leaks} sets
         * @return this
         */
        public Builder leakDetection(LeakDetection level) {
            this.leakDetection = Objects.requireNonNull(level, "level");
            return this;
        }

        /**
         * Creates the loop and runs it for ever on a thread of its own: when this returns it is running.
         *
         * <pre>{@code
         * final class Prices implements AutoCloseable {
         *     private final EventLoop loop = EventLoop.builder().name("prices").start();
         *
         *     CompletableFuture<Integer> fetch(String product) {
         *         return loop.submit(() -> priceOf(product));
         *     }
         *
         *     @Override
         *     public void close() {
         *         loop.close();
         *     }
         * }
         * }</pre>
         *
         * <p>{@link EventLoop#close()} ends the run, the loop and the thread; {@link EventLoop#stop()} ends the run and the thread, and the
         * loop may be run again. The thread is a daemon, as the others of the loop are: a process does not stay for it. It has the context
         * class loader of the caller, and inherits nothing else. If the run fails, the loop closes, and the exception handler is told.
         *
         * @return a loop that runs
         * @throws IllegalStateException as {@link #build()} does
         * @throws OutOfMemoryError if there is no thread to be had; then nothing is left of the loop
         */
        public EventLoop start() {
            EventLoop loop = build();
            loop.begin();
            try {
                Thread runner = workers.apply(Threads.PLATFORM.factory("event loop '" + loop.name + "' (runner)"))
                        .newThread(loop::runStarted);
                runner.setContextClassLoader(Thread.currentThread().getContextClassLoader());
                runner.start();
            } catch (Throwable e) {
                loop.lifecycle.endRun(false);
                loop.close();
                throw e;
            }
            return loop;
        }

        /**
         * Creates the loop.
         *
         * @return a new loop
         * @throws IllegalStateException if the system property {@code dev.signalbox.loop.scheduler} asks for what this Java does not have
         */
        public EventLoop build() {
            return new EventLoop(this);
        }

        /** Identity, and what was chosen so far. */
        @Override
        public String toString() {
            return Identity.of(this) + " [name=" + (name == null ? "not set" : name) + ", failOnStall=" + failOnStall
                    + ", watchdog=" + (slowSteps == null ? "off" : Duration.ofNanos(slowStep)) + ", leakDetection="
                    + leakDetection + "]";
        }

        private static void log(String what, Throwable exception) {
            System.getLogger("dev.signalbox.loop").log(System.Logger.Level.ERROR, what, exception);
        }
    }
}
