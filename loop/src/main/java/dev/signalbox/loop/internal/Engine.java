// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Decides whose turn it is: a single-threaded loop whose code runs on many stacks, one at any moment. It knows nothing of tasks, only of
 * code to start, stacks to continue, timers, and what other threads send.
 *
 * <p>There is one <em>baton</em>, and whoever holds it <em>is</em> the loop (leader and followers: D. C. Schmidt, C. O'Ryan, M. Kircher,
 * I. Pyarali, 2000). Jobs run at the bottom of a worker's stack. A job that must wait keeps its thread: it looks for the next item from
 * where it stands and passes the baton straight to the stack that is to go on, or to a free worker if the next item is user code, since
 * nothing of a suspended task may leak into foreign code. The baton lies on the floor while nobody runs the loop.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>At most one thread holds the baton. {@link #owner} names it, and is written before that thread can run.
 *   <li>A stack that passed the baton touches nothing of the loop, and does not unwind, until it got it back.
 *   <li>User code runs at the bottom of a worker's stack only, and under no lock.
 *   <li>A suspended worker is in the ready queue or the inbox at most once.
 *   <li>A throwable out of the bookkeeping is never swallowed: it ends the run, loudly.
 *   <li>{@link #sleeper} is published before the last look at the inbox, and a push is before the look at the sleeper: no wake-up is lost.
 * </ol>
 */
public final class Engine {
    /** Idle workers kept; a surplus one ends its thread. */
    static final int MOST_IDLE = 64;

    /** So far away that nobody sees it, so near that differences of two deadlines, passed or to come, do not overflow. */
    public static final long LONGEST_DELAY = Long.MAX_VALUE / 4;

    /** No time at which anything is due. */
    public static final long FOREVER = Long.MAX_VALUE;

    /** How long to wait for a thread to become available before asking for one again. */
    private static final long RETRY_NANOS = 10_000_000;

    private static final int SPINS = 64;

    /** How long a loop that is through with a burst leaves the inbox alone: {@link #gather()}. */
    private static final int GATHERING_SPINS = 64;

    /** After so many rounds at the most the coarse clock is set; a power of two. */
    private static final int ROUNDS_PER_LOOK = 64;

    private final ThreadFactory threads;
    private final Baton baton;
    private final @Nullable ClassLoader contextClassLoader;
    private final @Nullable Runnable outsideWork;
    private final @Nullable Simulation simulation;
    private final @Nullable Lull lull;
    private final Inbox inbox = new Inbox();

    // Guarded by the baton: read and written by its holder, or by the one thread that works while it lies on the floor.
    private final ReadyQueue ready = new ReadyQueue();
    private final Timers timers = new Timers();
    /** Jobs that have to run and found no thread. They try again in each round. */
    private final ReadyQueue homeless = new ReadyQueue();

    private @Nullable Worker idle;
    private int idleCount;
    private boolean stop;
    private @Nullable Worker holder;
    /** What the clock showed when the loop last looked. */
    private long clock;

    private int rounds;
    /** How many items came in with the last that did; 0 after the loop has waited for more. */
    private int arrived;

    /** Changes with every sleep, and every worker that is called to lead: see {@link #turn()}. */
    private int turn;

    /**
     * The thread that holds the baton. A plain field which any thread may read to ask "is it me?": a thread can see its own name here only
     * while it holds the baton, since passing it on is its own later write.
     */
    private @Nullable Thread owner;

    /** What ended the bookkeeping. Written by whoever fails, possibly with no stack left: hence a bare field. */
    public @Nullable Throwable failure;

    /** Held by a thread that came back to a loop which was closed without it. */
    private final ReentrantLock late = new ReentrantLock();

    // Cross threads.
    private volatile @Nullable Worker sleeper;
    private volatile boolean stopped = true;
    private @Nullable Thread runner; // written before a run begins, read by its holders

    /**
     * An engine whose workers are such threads.
     *
     * @param kind what kind of threads they are
     * @param threads makes them, as {@link Threads#factory} of this kind does
     * @param outsideWork called when something is posted and no run sleeps that would be woken by it: once until it is taken in
     * @param simulation what takes the place of the clock and of the order of the ready queue
     * @param lull asked before each sleep; null: just sleep
     */
    public Engine(
            Threads kind,
            ThreadFactory threads,
            @Nullable ClassLoader contextClassLoader,
            @Nullable Runnable outsideWork,
            @Nullable Simulation simulation,
            @Nullable Lull lull) {
        this.threads = threads;
        this.baton = kind.newBaton(simulation);
        this.contextClassLoader = contextClassLoader;
        this.outsideWork = outsideWork;
        this.simulation = simulation;
        if (simulation != null) {
            simulation.join(this);
        }
        this.lull = lull;
        this.clock = nanoTime();
    }

    // ---------------------------------------------------------------- any thread

    /** Whether the calling thread holds the baton. */
    public boolean isOwner() {
        return owner == Thread.currentThread();
    }

    /** Sends an item into the loop and wakes it, or has somebody told who runs it; false when the loop is sealed. */
    public boolean post(Item item) {
        if (sleeper != null) {
            StackRoom.requireForWakeUp(); // one that got lost halfway would leave the loop asleep for ever
        }
        Inbox.Push push = inbox.push(item);
        if (push == Inbox.Push.FIRST && !wakeSleeper() && outsideWork != null) {
            outsideWork.run();
        }
        return push != Inbox.Push.REFUSED;
    }

    /** Sends an item into a run that is under way; nobody else is told. */
    public void postIntoRun(Item item) {
        if (inbox.push(item) == Inbox.Push.FIRST) {
            boolean unused = wakeSleeper();
        }
    }

    private boolean wakeSleeper() {
        Worker sleeping = sleeper;
        if (sleeping != null) {
            baton.wake(sleeping);
        }
        return sleeping != null;
    }

    /** The clock of the timers, in nanoseconds. */
    public long nanoTime() {
        Simulation simulated = simulation;
        return simulated == null ? System.nanoTime() : simulated.nanoTime();
    }

    /** How many items are ready; racily without the baton. */
    public int readyCount() {
        return Math.max(ready.size(), 0) + Math.max(homeless.size(), 0);
    }

    /** How many timers are pending; racily without the baton. */
    public int timerCount() {
        return timers.size();
    }

    /** Shows all pending timers; racily without the baton. */
    public void forEachTimer(Consumer<? super Timer> action) {
        timers.forEach(action);
    }

    /** Which turn it is, a number that may wrap: as long as it stays the same nothing new has begun. As it happens to be. */
    public int turn() {
        return turn + ready.taken();
    }

    /** Who has the baton or is to take it, null while it lies on the floor: as it happens to be. */
    public @Nullable Worker seenHolder() {
        return holder;
    }

    /** Whether the holder sleeps until a timer or a push: as it happens to be. */
    public boolean isAsleep() {
        return sleeper != null;
    }

    // ---------------------------------------------------------------- the thread that runs the loop

    /**
     * Gives the baton to a worker and waits until it lies on the floor again: after {@link #stop()}, or when the bookkeeping failed.
     *
     * @param interrupted runs on this thread for each interrupt; the status is set again at the end
     * @return what failed, or null
     */
    public @Nullable Throwable run(Runnable interrupted) {
        assert stopped : "running already";
        begin(firstStack());
        boolean status = false;
        while (!stopped) {
            Baton.parkRunner(this);
            if (Thread.interrupted()) {
                status = true;
                interrupted.run();
            }
        }
        stop = false;
        if (status) {
            Thread.currentThread().interrupt();
        }
        Throwable failed = failure;
        failure = null;
        return failed;
    }

    /**
     * Takes in what has become due, for a run of one round.
     *
     * @return whether there is anything to run
     */
    public boolean takeDue() {
        try {
            return takeArrived();
        } finally {
            failure = null; // what is thrown tells of it
        }
    }

    /** How long it is until something is due, in nanoseconds; {@link #FOREVER} if only a post can change that. The baton is on the floor. */
    public long nanosToNextEvent() {
        return ready.isEmpty() && inbox.isEmpty() ? Math.max(nanosToTimer(), 0) : 0;
    }

    /** A suspended stack if one is next, which needs no other thread; a free one otherwise. */
    private Worker firstStack() {
        beginRound();
        if (ready.peek() instanceof Worker suspended) {
            ready.takeOfRound();
            return suspended;
        }
        return leader();
    }

    private void begin(Worker leader) {
        look();
        runner = Thread.currentThread();
        stopped = false;
        hold(leader);
        try {
            baton.pass(leader);
        } catch (StackOverflowError | OutOfMemoryError e) {
            stopped = true;
            owner = null;
            holder = null;
            ready.add(leader);
            throw e;
        }
    }

    /** Empties the ready queue and takes in what has arrived. The baton is on the floor or the caller's. */
    public List<Item> takeReady() {
        takeInbox();
        homeless.moveTo(ready);
        return ready.takeAll();
    }

    /** Refuses everything from now on, forgets the timers, and returns what was still to be done. The baton is on the floor. */
    public List<Item> seal() {
        homeless.moveTo(ready);
        List<Item> left = new ArrayList<>(ready.takeAll());
        for (Item item = inbox.seal(); item != null; item = item.next) {
            left.add(item);
        }
        timers.clear();
        return left;
    }

    /** Lets the idle workers end. The baton is on the floor. */
    public void dismissWorkers() {
        while (idle != null) {
            Worker worker = popIdle();
            worker.exit = true;
            baton.pass(worker);
        }
        baton.close();
    }

    // ---------------------------------------------------------------- the holder of the baton

    /** The worker that holds the baton. */
    public Worker holder() {
        Worker worker = holder;
        assert worker != null && isOwner() : "not the holder of the baton";
        return worker;
    }

    /** Makes an item ready. */
    public void ready(Item item) {
        try {
            ready.add(item);
        } catch (StackOverflowError | OutOfMemoryError e) {
            failure = e;
            throw e;
        }
    }

    /** Ends the run after this round. */
    public void stop() {
        stop = true;
    }

    /** Ends the run, from within {@link Lull}, as if the bookkeeping had failed; but every task stays where it is. */
    public void stop(Throwable reason) {
        failure = reason;
        stop = true;
    }

    /** How long it is until the next timer; {@link #FOREVER} when there is none. */
    public long nanosToNextTimer() {
        return timers.isEmpty() ? FOREVER : timers.earliest() - nanoTime();
    }

    /**
     * What {@link #nanoTime()} was a short while ago: when a timer was started or looked at, when the loop last slept or began to run, or
     * 64 rounds ago. To look at the clock for each wait would be too dear.
     */
    public long recently() {
        return clock;
    }

    private long look() {
        long now = nanoTime();
        clock = now;
        return now;
    }

    /** Starts a timer that expires after so many nanoseconds; below 0 counts as 0. */
    public void schedule(Timer timer, long nanos) {
        timers.add(timer, look() + Math.min(Math.max(nanos, 0), LONGEST_DELAY));
    }

    /** Starts a timer that expires at that point of {@link #nanoTime()}. */
    public void scheduleAt(Timer timer, long deadline) {
        long now = look();
        timers.add(timer, now + Math.max(Math.min(deadline - now, LONGEST_DELAY), -LONGEST_DELAY));
    }

    /** Stops a timer; one that does not run is left alone. */
    public void unschedule(Timer timer) {
        timers.remove(timer);
    }

    /** Whether the bookkeeping failed: this run is about to end, and nobody can wait in it any more. */
    public boolean hasFailed() {
        return failure != null;
    }

    /** Suspends the calling job until somebody made its worker ready and its turn has come. */
    public void suspend(Worker me) {
        try {
            dispatch(me, false);
        } catch (Throwable e) {
            failure = e; // no call: the stack may be at its end. The bottom of the stack, which has room, does the rest
            throw e;
        }
        me.restoreInterrupt();
    }

    /**
     * Gives the baton away although the calling job goes on, outside the loop, until {@link #stepOn}.
     *
     * @param foreign whether what the job goes on with is user code, which may do anything, and not a wait of core
     * @throws OutOfMemoryError when no worker can be had to go on with; then the baton is still the caller's
     */
    public void stepOff(Worker me, boolean foreign) {
        Worker next;
        if (!ready.isRoundOver() && ready.peek() instanceof Worker suspended) {
            next = suspended;
            ready.takeOfRound();
        } else {
            next = leader();
        }
        try {
            pass(next, me);
        } catch (StackOverflowError | OutOfMemoryError e) {
            failure = e; // whom it was for has left the queue
            throw e;
        }
        baton.stepOff(me, foreign);
    }

    /** Waits until it is the calling job's turn again, after {@link #stepOff}. */
    public void stepOn(Worker me) {
        if (!post(me)) {
            late.lock(); // until the thread ends: those who come back to a dead loop unwind one at a time
            me.exit = true;
            throw new IllegalStateException("the event loop was closed meanwhile");
        }
        me.back = true; // after the post: whoever sees this knows that it was posted
        baton.await(me);
        me.back = false;
        me.restoreInterrupt();
    }

    // ---------------------------------------------------------------- workers

    /**
     * The life of a worker's thread. Its first job has only this small frame below it, which a task that waits keeps: of many tasks that wait
     * nearly all have a thread that was made for them.
     */
    void live(Worker me) {
        baton.await(me);
        runStart(me);
        work(me);
        if (late.isHeldByCurrentThread()) {
            late.unlock();
        }
    }

    /** Runs what there is to run and hands the baton over, until the thread is to end. */
    private void work(Worker me) {
        while (!me.exit) {
            try {
                runJobs(me);
                if (failure == null && !me.exit) {
                    dispatch(me, true);
                }
            } catch (Throwable e) {
                failure = e;
            }
            // exit first: a surplus worker has passed the baton on and may look at nothing else
            if (!me.exit) {
                if (failure != null) {
                    endRun();
                    return;
                }
                runStart(me);
            }
        }
    }

    /** Apart from the frame in which the worker idles later, so that the job is not kept by it. */
    private void runStart(Worker me) {
        me.interrupted = false; // it came while the worker was idle: meant for nobody
        Job job = me.start;
        me.start = null;
        if (job != null) {
            try {
                runJob(job);
            } catch (Throwable e) {
                failure = e;
            }
        }
    }

    /** The common case, a small loop of its own so that the compiler keeps it together: user code ready, and this stack free for it. */
    private void runJobs(Worker me) {
        while (failure == null && !me.exit && (!ready.isRoundOver() || (!ready.isEmpty() && turnRound(me)))) {
            Job job = ready.takeJobOfRound();
            if (job == null) {
                return;
            }
            runJob(job);
        }
    }

    private static void runJob(Job job) {
        job.run();
        if (Thread.currentThread().isInterrupted()) {
            Thread.interrupted(); // meant for that job, not for the next one on this thread
        }
    }

    /**
     * Sees to it that what is next runs, and returns when that is for {@code me}. What has to be decided for that is over, and its frames are
     * gone, before the stack is put away, since each suspended task keeps every frame that it has then.
     *
     * @param free whether {@code me} is at the bottom of its stack and can take a job; if enough can it is to exit, and does not wait
     */
    private void dispatch(Worker me, boolean free) {
        boolean passed = passOn(me, free);
        while (passed && !me.exit) {
            try {
                baton.await(me);
                return;
            } catch (StackOverflowError e) {
                // Not even room for the call, and from here on there is no way back: try it until the baton is here.
            }
        }
    }

    /** Passes the baton to whose turn it is, or puts it on the floor; false: the turn is that of {@code me}, which still has it. */
    private boolean passOn(Worker me, boolean free) {
        Worker next = choose(me, free);
        if (next == me) {
            return false;
        }
        if (free) {
            retire(me);
        }
        if (next == null) {
            endRun();
        } else {
            pass(next, me);
        }
        return true;
    }

    /** Whose turn it is; null: nobody's, the run ends. Only bookkeeping runs on this stack. */
    private @Nullable Worker choose(Worker me, boolean free) {
        while (!ready.isRoundOver() || nextRound(me)) {
            Item next = ready.takeOfRound();
            if (next instanceof Worker suspended) {
                return suspended;
            }
            Job job = (Job) next;
            if (free) {
                me.start = job;
                return me;
            }
            Worker other = workerFor(job);
            if (other != null) {
                return other;
            }
        }
        return null;
    }

    private void pass(Worker next, Worker me) {
        Thread mine = me.thread(); // read before: there may be no stack left for a call after a failure
        hold(next);
        try {
            baton.pass(next);
        } catch (StackOverflowError | OutOfMemoryError e) {
            holder = me; // it was taken back
            owner = mine;
            throw e;
        }
    }

    private void hold(Worker worker) {
        holder = worker;
        owner = worker.thread();
    }

    /** Puts the baton on the floor. */
    private void endRun() {
        Thread waiting = runner;
        holder = null;
        owner = null;
        stopped = true; // from here on the runner works
        LockSupport.unpark(waiting);
    }

    // ---------------------------------------------------------------- rounds

    /** Takes in what has become due, waits if that is nothing; false when the run is to end. */
    private boolean nextRound(Worker me) {
        while (!stop) {
            if (arrived > 1 && ready.isEmpty()) {
                gather();
            }
            if (turnRound(me)) {
                return true;
            }
            if (!stop) {
                sleep(me);
            }
        }
        return false;
    }

    /** Takes in what has become due; false when that is nothing, or the run is to end. */
    private boolean turnRound(Worker me) {
        if (stop) {
            return false;
        }
        baton.letOthersRun(me);
        if (!takeArrived()) {
            return false;
        }
        beginRound();
        return true;
    }

    private void beginRound() {
        ready.beginRound(simulation == null ? ready.size() : simulation.arrange(ready));
    }

    /**
     * Lets a sender that is in the middle of a burst get ahead. A loop that looks again at once finds an item or two, again and again, and
     * each time the cache lines of the inbox and of those items go to and fro, which costs both sides many times what an item does.
     */
    private void gather() {
        arrived = 0;
        for (int i = 0; i < GATHERING_SPINS; i++) {
            Thread.onSpinWait();
        }
    }

    private boolean takeArrived() {
        takeInbox();
        if (!homeless.isEmpty()) {
            homeless.moveTo(ready);
        }
        if (!timers.isEmpty()) {
            expireTimers();
        } else if ((++rounds & (ROUNDS_PER_LOOK - 1)) == 0) {
            look();
        }
        return !ready.isEmpty();
    }

    private void takeInbox() {
        Item oldest = inbox.takeAll();
        if (oldest != null) {
            takeIn(oldest);
        }
    }

    private void takeIn(Item oldest) {
        Throwable failed = null;
        int count = 0;
        Item item = oldest;
        while (item != null) {
            count++;
            Item following = item.next;
            item.next = null;
            try {
                if (item instanceof Op op) {
                    op.run();
                } else {
                    ready.add(item);
                }
            } catch (Throwable e) {
                failed = e; // the rest of the batch is nowhere else: take it in first
            }
            item = following;
        }
        arrived = count;
        if (failed != null) {
            throw Failures.<RuntimeException>sneaky(failed);
        }
    }

    private void expireTimers() {
        long now = look();
        for (Timer timer = timers.pollDue(now); timer != null; timer = timers.pollDue(now)) {
            timer.expire();
        }
    }

    /** Waits for the next timer or the next push. */
    private void sleep(Worker me) {
        long nanos = nanosToTimer();
        if (nanos <= 0) {
            return;
        }
        for (int i = 0; i < SPINS; i++) {
            if (!inbox.isEmpty()) {
                return; // a push in quick succession costs neither side a system call
            }
            Thread.onSpinWait();
        }
        if (lull != null && homeless.isEmpty()) {
            nanos = lull.nanosToSleep(nanos);
            if (nanos <= 0) {
                return;
            }
        }
        turn++;
        sleeper = me;
        if (inbox.isEmpty()) {
            baton.idle(me, nanos);
        }
        sleeper = null;
        look();
    }

    /** How long it is until a timer expires, or jobs without a thread ask for one again. */
    private long nanosToTimer() {
        long nanos = nanosToNextTimer();
        return homeless.isEmpty() ? nanos : Math.min(nanos, RETRY_NANOS);
    }

    // ---------------------------------------------------------------- idle workers

    /** A worker that can take a job; null when none can be had: then the job was told so, or waits for one. */
    private @Nullable Worker workerFor(Job job) {
        try {
            Worker worker = freeWorker();
            worker.start = job;
            return worker;
        } catch (OutOfMemoryError e) {
            // nobody to throw it to: this stack belongs to another task
            if (!job.refused(e)) {
                homeless.add(job);
            }
            return null;
        }
    }

    /** A worker that is to look for work. */
    private Worker leader() {
        Worker worker = freeWorker();
        worker.start = null;
        turn++;
        return worker;
    }

    private Worker freeWorker() {
        return idle != null ? popIdle() : startWorker();
    }

    private Worker startWorker() {
        Worker worker = baton.newWorker(this);
        Thread thread = threads.newThread(worker);
        thread.setContextClassLoader(contextClassLoader);
        worker.bind(thread);
        thread.start();
        return worker;
    }

    /** The stack is at its bottom and passes the baton: it becomes idle, or ends if enough are. */
    private void retire(Worker me) {
        if (idleCount == MOST_IDLE) {
            me.exit = true;
            return;
        }
        me.next = idle;
        idle = me;
        idleCount++;
    }

    private Worker popIdle() {
        Worker worker = idle;
        assert worker != null : "no idle worker";
        idle = (Worker) worker.next;
        worker.next = null;
        idleCount--;
        return worker;
    }
}
