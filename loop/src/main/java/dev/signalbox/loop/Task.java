// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.core.internal.Identity;
import dev.signalbox.core.internal.OpenGuards;
import dev.signalbox.loop.internal.Engine;
import dev.signalbox.loop.internal.Failures;
import dev.signalbox.loop.internal.Item;
import dev.signalbox.loop.internal.Job;
import dev.signalbox.loop.internal.StackRoom;
import dev.signalbox.loop.internal.Worker;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A body that runs on a loop, and its result: {@code asyncio.Task}.
 *
 * <p>Made by {@link Async#createTask(TaskBody)} or {@link EventLoop#createTask(TaskBody)}; it starts in a later turn of the loop. The loop
 * holds on to its tasks until they are done. While a task runs nobody else of its loop does; it lets others run only where it waits: in
 * {@link Future#await()}, in the {@code Async} primitives, in {@link Async#sleep} and the like.
 *
 * <p><b>Cancellation.</b> {@link #cancel()} asks: the task gets a {@link CancelledException} where it waits, or where it waits next, and not
 * where a call has nothing to wait for. A task that waits for a future cancels that future. If the exception escapes from the body the task
 * ends cancelled; a task that catches it and means to go on calls {@link #uncancel()}. One that was asked too late, and returns before it
 * waits again, ends cancelled all the same. A task that is cancelled before its first turn never runs.
 *
 * <p><b>Failure.</b> Whatever else escapes from the body, errors included, is the failure of this task, rethrown to whoever awaits it. An
 * {@link InterruptedException} that escapes ends it cancelled.
 *
 * @param <T> the type of the result
 */
public final class Task<T extends @Nullable Object> extends Future<T> {
    /** As a timeout: wait without limit. */
    static final long FOREVER = Long.MAX_VALUE;

    /** While its loop closes every further wait is refused; a task that has swallowed so many refusals will not end by itself. */
    private static final int MOST_REFUSALS = 1_000;

    private final int number;
    private final @Nullable String name;

    // Guarded by the baton; the locals, while this task is off its loop, by its thread.
    /** At first those of whoever creates it. */
    @Nullable
    Locals locals;
    /** Where its stack is, from its first turn to its last. */
    private @Nullable Worker worker;
    /** What it waits for while it is suspended or off its loop. */
    private @Nullable Wait waiting;
    /** Neighbours in the list of its loop's tasks. */
    @Nullable
    Task<?> previous;

    @Nullable
    Task<?> next;

    /** Who is told of its end; null for a task that stands alone. */
    private final @Nullable TaskGroup group;
    /** The group that it opened last and has not closed; the others hang on to that one. */
    @Nullable
    TaskGroup innermost;

    /** Null until the first. */
    private @Nullable CancelRequests cancels;

    Task(EventLoop loop, int number, @Nullable String name, @Nullable TaskGroup group) {
        super(loop);
        this.number = number;
        this.name = name;
        this.locals = loop.locals();
        this.group = group;
    }

    // ---------------------------------------------------------------- public

    /**
     * The name, for messages and dumps.
     *
     * @return the name given when it was created, {@code main} for the main task of a run, or else {@code Task-} and a number
     * @throws WrongLoopException off its loop
     */
    public String name() {
        check();
        return displayName();
    }

    /**
     * How many cancel requests are open: made, and not taken back by {@link #uncancel()}.
     *
     * @return the number, zero or more
     * @throws WrongLoopException off its loop
     */
    public int cancelling() {
        check();
        return cancels == null ? 0 : cancels.open();
    }

    /**
     * Takes one cancel request back: the task has dealt with it and goes on. When none is left, one that was not thrown yet is dropped, unless
     * it has ended a wait already.
     *
     * @return how many requests are still open
     * @throws WrongLoopException off its loop
     */
    public int uncancel() {
        check();
        if (cancels == null) {
            return 0;
        }
        cancels.takeBack();
        return cancels.open();
    }

    /**
     * Asks the task to end, with a message for its {@link CancelledException}. See the class on what follows.
     *
     * @param message why; may be null
     * @return false if it was done already
     * @throws WrongLoopException off its loop
     */
    @Override
    public boolean cancel(@Nullable String message) {
        return super.cancel(message);
    }

    /**
     * Not for tasks: the body gives the result.
     *
     * @deprecated always throws
     * @throws UnsupportedOperationException always
     * @throws WrongLoopException off its loop
     */
    @Deprecated
    @Override
    public boolean complete(T value) {
        check();
        throw new UnsupportedOperationException("the result of a task is what its body returns: " + this);
    }

    /**
     * Not for tasks: the body gives the result.
     *
     * @deprecated always throws
     * @throws UnsupportedOperationException always
     * @throws WrongLoopException off its loop
     */
    @Deprecated
    @Override
    public boolean fail(Throwable exception) {
        check();
        throw new UnsupportedOperationException("the exception of a task is what its body throws: " + this);
    }

    /** Identity, name and state; any thread may call this, and reads the state as it happens to be. */
    @Override
    public String toString() {
        return Identity.of(this) + " ['" + displayName() + "', " + displayState() + "]";
    }

    // ---------------------------------------------------------------- its life

    /** The body as the engine starts it; the task itself need not hold on to it. */
    static final class Start<T extends @Nullable Object> extends Job {
        private final Task<T> task;
        private final TaskBody<? extends T, ?> body;

        Start(Task<T> task, TaskBody<? extends T, ?> body) {
            this.task = task;
            this.body = body;
        }

        @Override
        protected void run() {
            task.run(body);
        }

        @Override
        protected boolean refused(Throwable reason) {
            if (task.isPending()) {
                task.end(null, reason);
            }
            return true;
        }

        /** A closing loop has ended its tasks before. */
        @Override
        public void rejected(Throwable reason) {}

        /** Keeps the task from starting until its turn in the queue has come. */
        void holdBack(WaitList queue) {
            HeldBack turn = new HeldBack(task, this);
            task.waiting = turn;
            queue.add(turn);
            Observer observer = task.loop().observer();
            if (observer != null) {
                observer.waits(task, turn);
            }
        }
    }

    /** A task that may not start yet. A cancel ends it on the spot, for there is nothing to unwind. */
    private static final class HeldBack extends Wait {
        private final Start<?> start;

        HeldBack(Task<?> task, Start<?> start) {
            super(task);
            this.start = start;
        }

        @Override
        void goOn() {
            task.tellReady();
            task.engine().ready(start);
        }

        /** One that ends makes room. */
        @Override
        boolean isForAny() {
            return true;
        }

        @Override
        void cancel() {
            end();
            task.cancelUnstarted();
            task.waiting = null;
        }
    }

    /** Whether it ended, or will, without ever having been let go. */
    boolean isHeldBack() {
        return waiting instanceof HeldBack turn && !turn.isGranted();
    }

    private void run(TaskBody<? extends T, ?> body) {
        EventLoop loop = loop();
        if (!isPending()) {
            return; // its loop closed first
        }
        worker = loop.engine.holder();
        loop.enter(this);
        waiting = null;
        T value = null;
        Throwable thrown = null;
        try {
            if (isCancelPending()) {
                throw deliverCancel(null);
            }
            value = body.call();
        } catch (Throwable e) {
            thrown = e;
        }
        if (innermost != null) {
            thrown = closeGroups(thrown);
        }
        loop.enter(null);
        worker = null;
        end(value, thrown);
    }

    /** The body has left groups open: their tasks do not outlive this one, and that is a failure. */
    private Throwable closeGroups(@Nullable Throwable thrown) {
        IllegalStateException left = new IllegalStateException(
                describe() + " ended without closing " + innermost + " (use try-with-resources)");
        while (innermost != null) {
            try {
                innermost.shutDown();
            } catch (RuntimeException e) {
                left.addSuppressed(e); // the loop ends, and with it their tasks
            }
        }
        if (thrown == null) {
            return left;
        }
        if (isOwnCancel(thrown)) {
            left.addSuppressed(thrown);
            return left;
        }
        thrown.addSuppressed(left);
        return thrown;
    }

    @SuppressWarnings("NullAway") // value is absent only together with an exception
    private void end(@Nullable Object value, @Nullable Throwable thrown) {
        loop().remove(this);
        locals = null; // a task that is done may be kept for its result
        reportLeaks(thrown == null && !isCancelPending());
        if (thrown == null && isCancelPending()) {
            endCancelled(cancelMessage(), null);
        } else if (thrown == null) {
            finishSucceeded(value);
            tellEnded();
        } else if (isOwnCancel(thrown)) {
            endCancelled(thrown.getMessage(), thrown);
        } else {
            finishFailed(thrown);
            tellEnded();
        }
    }

    /** What it should have dealt with before its end. */
    private void reportLeaks(boolean succeeded) {
        EventLoop loop = loop();
        if (loop.guards != null) {
            loop.guards.ended(this, this::describe, loop::report);
        }
        if (OpenGuards.OF_CORE != null) {
            OpenGuards.OF_CORE.ended(this, this::describe, loop::report);
        }
        CancelledException swallowed = cancels == null ? null : cancels.takeUnanswered();
        if (swallowed != null && succeeded && !loop.isClosing()) {
            loop.report(describe() + " swallowed a cancel", swallowed);
        }
    }

    private void endCancelled(@Nullable String message, @Nullable Throwable thrown) {
        Throwable reason = group == null ? null : group.reason();
        finishCancelled(message, reason == null ? thrown : reason); // why it was cancelled says more than where
        tellEnded();
    }

    private void tellEnded() {
        Observer observer = loop().observer();
        if (observer != null) {
            observer.ended(this);
        }
        if (group != null) {
            group.ended(this);
        }
    }

    /** A failure of a member is for its group, which tells the owner. */
    @Override
    boolean isAnybodyTold() {
        return group != null || super.isAnybodyTold();
    }

    /** A cancel of this task, or one that the body itself threw; not one of something else that it awaited. */
    private boolean isOwnCancel(Throwable thrown) {
        if (thrown instanceof CancelledException cancelled) {
            return cancelled.source() == null || cancelled.source() == this;
        }
        return thrown instanceof InterruptedException;
    }

    /** Ends a task that never had a turn. */
    void cancelUnstarted() {
        locals = null;
        loop().remove(this);
        endCancelled(cancelMessage(), null);
    }

    // ---------------------------------------------------------------- cancelling

    @Override
    boolean cancelFromLoop(@Nullable String message) {
        if (!isPending()) {
            return false;
        }
        CancelSweep.cancel(this, message);
        return true;
    }

    /**
     * Takes a cancel. What it waits for has been cancelled before as far as that is tasks.
     *
     * @param outlast whether it waits on if something takes the cancel in its place
     */
    void takeCancel(@Nullable String message, boolean outlast) {
        CancelRequests made = cancels();
        made.add(message);
        Wait wait = activeWait();
        if (wait != null && wait.forwardCancel(message) && outlast) {
            return;
        }
        made.toDeliver();
        if (wait != null) {
            Engine engine = engine();
            try {
                wait.cancel();
            } catch (StackOverflowError e) {
                engine.failure = e; // the wait may have ended. No call, there may be no room for one
                throw e;
            }
        }
    }

    boolean isMemberOf(TaskGroup other) {
        return group == other;
    }

    /** Whether that task owns the group of this one, or that of the owner, and so on. */
    boolean isBelow(Task<?> other) {
        TaskGroup above = group;
        while (above != null && above.owner() != other) {
            above = above.owner().group;
        }
        return above != null;
    }

    boolean ownsGroup() {
        return innermost != null;
    }

    /** Whether it has a group open whose members are cancelled: for these it will wait, whatever comes. */
    boolean ownsCancelledGroup() {
        TaskGroup open = innermost;
        while (open != null && !open.isAborted()) {
            open = open.outer();
        }
        return open != null;
    }

    /** All that it waits for, as far as a cancel is passed on to it. */
    Collection<? extends Future<?>> awaited() {
        Wait wait = activeWait();
        return wait == null ? List.of() : wait.awaited();
    }

    boolean isWaitingIn(Wait wait) {
        return waiting == wait;
    }

    /** What it waits for, or waited for until this turn. */
    @Nullable
    Wait waiting() {
        return waiting;
    }

    /** What it waits for, unless that has ended and it only waits for its turn. */
    @Nullable
    Wait activeWait() {
        Wait wait = waiting;
        return wait == null || wait.isEnded() ? null : wait;
    }

    /**
     * A time limit of this task has expired: a cancel which the scope of the limit takes back.
     *
     * @return whether it is still to be thrown; false: what the task waits for took it
     */
    boolean expire(String message) {
        CancelRequests made = cancels();
        made.add(message);
        made.toDeliverExpiry();
        Wait wait = activeWait();
        if (wait == null) {
            return true;
        }
        if (passOn(wait)) {
            return false;
        }
        wait.cancel();
        return true;
    }

    /** Gives what is pending to what this task waits for, or is about to; true if that took it, which may end the wait. */
    private boolean passOn(Wait wait) {
        String message = cancelMessage();
        if (!wait.forwardCancel(message)) {
            return false;
        }
        cancels().delivered();
        CancelSweep.cancelAwaited(this, wait.awaited(), message);
        return true;
    }

    /**
     * Takes the cancel of a time limit back.
     *
     * @param undelivered whether it was never thrown
     */
    void takeBackExpiry(boolean undelivered) {
        cancels().takeBackExpiry(undelivered);
    }

    private CancelRequests cancels() {
        CancelRequests made = cancels;
        if (made == null) {
            made = new CancelRequests();
            cancels = made;
        }
        return made;
    }

    private @Nullable String cancelMessage() {
        return cancels == null ? null : cancels.message();
    }

    final boolean isCancelPending() {
        CancelRequests made = cancels;
        return made != null && made.isPending();
    }

    /** The exception to throw now for all the requests that were not thrown yet. */
    CancelledException deliverCancel(@Nullable Throwable cause) {
        CancelRequests made = cancels();
        made.delivered();
        CancelledException cancelled = new CancelledException(made.message(), this, cause);
        if (loop().guards != null) {
            made.expectAnswer(cancelled);
        }
        return cancelled;
    }

    int deliveries() {
        return cancels == null ? 0 : cancels.deliveries();
    }

    /** The requests of which this task knows already: a scope that begins now has to answer for all others. */
    int known() {
        return cancels == null ? 0 : cancels.known();
    }

    // ---------------------------------------------------------------- waiting

    /**
     * Lets others run until the wait has ended.
     *
     * @param nanos how long at the most, more than zero, or {@link #FOREVER}
     * @return whether the wait was granted; false: the time was up
     * @throws CancelledException if this task was cancelled
     */
    boolean suspend(Wait wait, long nanos) {
        begin(wait, nanos);
        park(false);
        waiting = null;
        if (isCancelPending() || wait.isCutShort()) {
            wait.abandon();
            throw deliverCancel(null);
        }
        return wait.isGranted();
    }

    /** Enters a wait: from here on who ends it makes this task ready, or throws. */
    private void begin(Wait wait, long nanos) {
        Engine engine = engine();
        try {
            waiting = wait;
            if (isRefused() || (isCancelPending() && !passOn(wait))) {
                waiting = null;
                wait.abandon();
                throw deliverCancel(null);
            }
            if (nanos != FOREVER && !wait.isEnded()) {
                engine.schedule(wait, nanos);
            }
        } catch (OutOfMemoryError e) {
            waiting = null; // it goes on: what it may be granted it gives back
            throw e;
        } catch (StackOverflowError e) {
            waiting = null;
            engine.failure = e; // the timers may be in disorder. No call, there may be no room for one
            throw e;
        }
    }

    /**
     * Lets others run until the wait is granted. A cancel does not end the wait, which is told of it, and stays pending.
     *
     * @throws CancelledException if the loop is closing, when nobody may wait
     */
    void outlast(Wait wait) {
        if (isRefused()) {
            throw deliverCancel(null);
        }
        waiting = wait;
        if (isCancelPending()) {
            wait.cancel();
        }
        park(false);
        waiting = null;
        if (!wait.isGranted()) {
            throw deliverCancel(null);
        }
    }

    /** Throws what is pending, as a wait that has outlasted it. */
    void throwIfCancelled() {
        if (isCancelPending()) {
            throw deliverCancel(null);
        }
    }

    /** Lets the others that are ready run first. */
    void letOthersRun() {
        checkMayWait();
        park(true);
        if (isCancelPending()) {
            throw deliverCancel(null);
        }
    }

    /**
     * Throws if it may not begin to wait now, as the wait itself would: for whoever changes something before that.
     *
     * @throws CancelledException if it was cancelled, or its loop is closing
     */
    void checkMayWait() {
        if (isCancelPending() || isRefused()) {
            throw deliverCancel(null);
        }
    }

    /**
     * Suspends. Where the stack ends in here the loop has failed, but this task still is the one that runs.
     *
     * @param ready whether to go on as soon as it is this task's turn again
     */
    private void park(boolean ready) {
        EventLoop loop = loop();
        Engine engine = loop.engine;
        Worker me = worker();
        Observer observer = loop.observer();
        loop.current = null;
        try {
            if (observer != null) {
                tellParks(observer);
            }
            if (ready) {
                engine.ready(me);
            }
            engine.suspend(me);
            if (observer != null) {
                observer.runs(this);
            }
        } catch (StackOverflowError e) {
            engine.failure = e; // no call: there may be no room for one
            throw e;
        } finally {
            loop.current = this;
        }
    }

    private void tellParks(Observer observer) {
        Wait wait = activeWait();
        if (wait == null) {
            observer.ready(this);
        } else {
            observer.waits(this, wait);
        }
    }

    /** Its stack is to go on; only while it is suspended, and once. */
    void wake() {
        tellReady();
        engine().ready(worker());
    }

    private void tellReady() {
        Observer observer = loop().observer();
        if (observer != null) {
            observer.ready(this);
        }
    }

    private Worker worker() {
        return Objects.requireNonNull(worker);
    }

    Engine engine() {
        return loop().engine;
    }

    /** While the loop closes nobody may begin to wait: every attempt is another cancel. */
    private boolean isRefused() {
        EventLoop loop = loop();
        if (loop.engine.hasFailed()) {
            throw new IllegalStateException("event loop '" + loop.name() + "' has failed");
        }
        if (!loop.isClosing()) {
            return false;
        }
        if (cancels().refuse("event loop '" + loop.name() + "' is closing") > MOST_REFUSALS) {
            abandon();
        }
        return true;
    }

    /** Leaves this stack for good: it would keep the closing loop for ever. */
    private void abandon() {
        EventLoop loop = loop();
        loop.report(
                "abandoned: " + describe() + " swallowed " + MOST_REFUSALS + " cancels while its loop was closing",
                new CancelledException(cancelMessage(), this, null));
        Wait wait = activeWait();
        if (wait != null) {
            wait.end(); // nobody may make it ready any more
        }
        cancelUnstarted();
        park(false);
        throw new AssertionError("an abandoned task was woken: " + this);
    }

    /**
     * Its loop is closing: goes on with a cancel. Its wait ends first, or what another task gives back would be granted to this one and
     * make it ready twice.
     *
     * @param coming the stacks that are ready already, or will come back by themselves
     */
    void unwind(Set<Item> coming) {
        if (!isPending()) {
            return;
        }
        CancelRequests made = cancels();
        made.add("event loop '" + loop().name() + "' is closing");
        made.toDeliver();
        Wait wait = activeWait();
        if (worker == null) {
            if (wait != null) {
                wait.end();
            }
            cancelUnstarted();
            return;
        }
        if (wait instanceof StepOff) {
            wait.cancel();
        } else if (wait != null) {
            wait.end();
        }
        if (!coming.contains(worker)) {
            wake();
        }
    }

    /** Whether it is off its loop and has not asked for its turn yet; racily without the baton. */
    boolean isOut() {
        return isOffLoop() && !isBack();
    }

    /** Whether its code runs off its loop, or has and waits for its turn. */
    boolean isOffLoop() {
        return waiting instanceof StepOff;
    }

    /** Whether it was off its loop, and waits for its turn; racily without the baton. */
    boolean isBack() {
        Worker stack = worker;
        return isOffLoop() && stack != null && stack.isBack();
    }

    /** Whether it waits for a primitive of core, without a limit: as it happens to be. */
    boolean isParkedInCore() {
        return waiting instanceof StepOff off && !off.isForeign() && off.isParked() && !isBack();
    }

    /** Whether it belongs to a group. */
    boolean isMember() {
        return group != null;
    }

    /** Its stack as an item of the engine; null before its first turn. */
    @Nullable
    Worker stack() {
        return worker;
    }

    // ---------------------------------------------------------------- off the loop

    /**
     * Code that runs outside the loop, on this task's own stack, while the loop goes on: what a task waits for between stepping off and
     * stepping on again. A cancel interrupts its thread, but only while it is out.
     */
    private static final class StepOff extends Wait {
        private final @Nullable Object primitive;
        private final boolean interruptible;
        private final Thread thread = Thread.currentThread();
        private boolean over; // guarded by this
        private boolean interrupted; // guarded by this

        StepOff(Task<?> task, @Nullable Object primitive, boolean interruptible) {
            super(task);
            this.primitive = primitive;
            this.interruptible = interruptible;
        }

        @Override
        void cancel() {
            synchronized (this) {
                if (!over && interruptible) {
                    interrupted = true;
                    thread.interrupt();
                }
            }
        }

        /** Whether the code is the user's, which may do anything. */
        boolean isForeign() {
            return primitive == null;
        }

        @Override
        Collection<?> subjects() {
            return List.of(primitive == null ? Async.BLOCKING_CODE : primitive);
        }

        @Override
        boolean isTimed() {
            return thread.getState() == Thread.State.TIMED_WAITING;
        }

        boolean isParked() {
            return thread.getState() == Thread.State.WAITING;
        }

        /** Nobody interrupts the thread from here on; an interrupt of ours is taken back. One from elsewhere cannot be told apart then. */
        void over() {
            boolean ours;
            synchronized (this) {
                over = true;
                ours = interrupted;
            }
            if (ours) {
                Thread.interrupted();
            }
        }
    }

    /**
     * Runs code while the loop goes on without this task.
     *
     * @param primitive what the code waits for; null if that is the code's affair
     * @param interruptible whether a cancel may interrupt it
     */
    @SuppressWarnings("NullAway") // the result is absent only together with an exception
    <R extends @Nullable Object, X extends Throwable> R offLoop(
            @Nullable Object primitive, TaskBody<R, X> code, boolean interruptible) throws X, InterruptedException {
        EventLoop loop = loop();
        if (interruptible) {
            checkMayWait();
        }
        StackRoom.require();
        StepOff off = new StepOff(this, primitive, interruptible);
        leave(off);
        R result = null;
        Throwable thrown = null;
        try {
            result = code.call();
        } catch (Throwable e) {
            thrown = e;
        }
        off.over();
        loop.engine.stepOn(worker());
        loop.cameBack();
        loop.enter(this);
        waiting = null;
        if (thrown == null) {
            return result;
        }
        if (interruptible && isCancelPending()) {
            CancelledException cancelled = deliverCancel(null);
            cancelled.addSuppressed(thrown);
            throw cancelled;
        }
        throw Failures.<X>sneaky(thrown);
    }

    /** Runs a wait that no cancel may end; the cancel waits for the next one. */
    void runOffLoop(Object primitive, Runnable wait) {
        try {
            this.<Void, RuntimeException>offLoop(primitive, valued(wait::run), false);
        } catch (InterruptedException e) {
            throw new AssertionError("an uninterruptible wait was interrupted", e);
        }
    }

    private void leave(StepOff off) {
        EventLoop loop = loop();
        RunningLoops.remember(loop);
        waiting = off;
        Observer observer = loop.observer();
        if (observer != null) {
            observer.leaves(this, off);
        }
        loop.enter(null);
        loop.wentOut();
        try {
            loop.engine.stepOff(worker(), off.isForeign());
        } catch (StackOverflowError | OutOfMemoryError e) {
            waiting = null;
            loop.cameBack();
            loop.enter(this);
            throw e;
        }
    }

    // ---------------------------------------------------------------- display

    @Override
    String describe() {
        return "task '" + displayName() + "'";
    }

    String displayName() {
        return name == null ? "Task-" + number : name;
    }

    /** A body without a result, as one whose result is null. */
    @SuppressWarnings("NullAway") // Void has no other value, and Task<Void> reads better than Task<@Nullable Void>
    static <X extends Throwable> TaskBody<Void, X> valued(VoidTaskBody<X> body) {
        Objects.requireNonNull(body, "body");
        return () -> {
            body.run();
            return null;
        };
    }
}
