// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.examples.documented;

import static dev.signalbox.loop.Async.asCompleted;
import static dev.signalbox.loop.Async.awaitAll;
import static dev.signalbox.loop.Async.awaitAny;
import static dev.signalbox.loop.Async.createTask;
import static dev.signalbox.loop.Async.gather;
import static dev.signalbox.loop.Async.shield;
import static dev.signalbox.loop.Async.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import dev.signalbox.core.Barrier;
import dev.signalbox.core.BoundedSemaphore;
import dev.signalbox.core.Condition;
import dev.signalbox.core.Event;
import dev.signalbox.core.LifoQueue;
import dev.signalbox.core.Lock;
import dev.signalbox.core.PriorityQueue;
import dev.signalbox.core.Queue;
import dev.signalbox.core.QueueShutdownException;
import dev.signalbox.core.RLock;
import dev.signalbox.core.Semaphore;
import dev.signalbox.loop.Async;
import dev.signalbox.loop.AsyncBarrier;
import dev.signalbox.loop.AsyncCondition;
import dev.signalbox.loop.AsyncLifoQueue;
import dev.signalbox.loop.AsyncLock;
import dev.signalbox.loop.AsyncPriorityQueue;
import dev.signalbox.loop.AsyncQueue;
import dev.signalbox.loop.AsyncSemaphore;
import dev.signalbox.loop.Deadline;
import dev.signalbox.loop.EventLoop;
import dev.signalbox.loop.Future;
import dev.signalbox.loop.Task;
import dev.signalbox.loop.TaskGroup;
import dev.signalbox.loop.TaskLocal;
import dev.signalbox.loop.Timeline;
import dev.signalbox.loop.testing.TestLoop;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The fragments of code that javadoc shows, each inside something that can run it. {@link DocumentedCodeTest} looks for every fragment in
 * this file, and runs what surrounds it.
 */
final class DocumentedFragments {
    private DocumentedFragments() {}

    static final class Connections {
        private final Semaphore connections = new BoundedSemaphore(4);

        String fetch(URI page) throws InterruptedException {
            try (var held = connections.acquire()) {
                return download(page);
            }
        }

        private String download(URI page) {
            return connections.availablePermits() + " left for " + page;
        }
    }

    static final class Account {
        private final Lock lock = new Lock();

        void add(int amount) throws InterruptedException {
            try (var held = lock.acquire()) {
                total += amount;
            }
        }

        int total;
    }

    static final class Transfers {
        private final RLock lock = new RLock();

        void transfer(int amount) throws InterruptedException {
            try (var held = lock.acquire()) {
                withdraw(amount);
                deposit(amount);
            }
        }

        void deposit(int amount) throws InterruptedException {
            try (var held = lock.acquire()) {
                balance += amount;
            }
        }

        int balance;
        int withdrawn;

        private void withdraw(int amount) {
            withdrawn += amount * lock.holdCount();
        }
    }

    static final class Letters {
        private final Deque<String> letters = new ArrayDeque<>();

        private final Condition arrived = new Condition();

        String take() throws InterruptedException {
            try (var held = arrived.acquire()) {
                arrived.awaitUntil(() -> !letters.isEmpty());
                return letters.remove();
            }
        }

        void put(String letter) throws InterruptedException {
            try (var held = arrived.acquire()) {
                letters.add(letter);
                arrived.signal();
            }
        }
    }

    static final class Orders {
        private final Queue<String> orders = new Queue<>(100);

        void work() throws InterruptedException {
            try {
                while (true) {
                    String order = orders.take();
                    deliver(order);
                    orders.taskDone();
                }
            } catch (QueueShutdownException e) {
                goHome(); // shut down, and nothing is left
            }
        }

        void close() throws InterruptedException {
            orders.shutdown();
            orders.join();
        }

        private final List<String> delivered = new ArrayList<>();
        boolean home;

        List<String> run() throws InterruptedException {
            var worker = new FutureTask<Void>(() -> {
                work();
                return null;
            });
            orders.put("tea");
            orders.put("cake");
            new Thread(worker, "worker").start();
            close();
            while (!worker.isDone()) {
                Thread.onSpinWait();
            }
            return delivered;
        }

        private void deliver(String order) {
            delivered.add(order);
        }

        private void goHome() {
            home = true;
        }
    }

    static String lifo() throws InterruptedException {
        var drafts = new LifoQueue<String>();
        drafts.put("first");
        drafts.put("second");
        String latest = drafts.take(); // "second"
        return latest;
    }

    static String byPriority() throws InterruptedException {
        var jobs = new PriorityQueue<String>(10, Comparator.comparing(String::length));
        jobs.put("tidy up");
        jobs.put("eat");
        String next = jobs.take(); // "eat"
        return next;
    }

    static final class Simulation {
        interface Part {
            void compute();
        }

        int steps;

        private final Barrier step = new Barrier(2, () -> steps++);

        void simulate(Part part) throws InterruptedException, BrokenBarrierException {
            for (int i = 0; i < 10; i++) {
                part.compute();
                step.await(); // nobody begins the next step before all have finished this one
            }
        }

        int run() throws Exception {
            var other = new FutureTask<Void>(() -> {
                simulate(Thread::onSpinWait);
                return null;
            });
            new Thread(other, "other part").start();
            simulate(Thread::onSpinWait);
            other.get();
            return steps;
        }
    }

    static final class Progress {
        int shown;

        private final Event stopped = new Event();

        void run() throws InterruptedException {
            while (!stopped.await(Duration.ofSeconds(1))) {
                showProgress();
            }
        }

        private void showProgress() {
            shown++;
        }

        void stop() {
            stopped.set();
        }
    }

    static int guard(Semaphore semaphore) throws InterruptedException {
        List<Integer> seen = new ArrayList<>();
        Runnable resource = () -> seen.add(semaphore.availablePermits());
        new Object() {
            void run() throws InterruptedException {
                try (var held = semaphore.acquire()) {
                    useTheResource();
                }
            }

            private void useTheResource() {
                resource.run();
            }
        }.run();
        return seen.get(0);
    }

    static int resize() {
        var workers = new BoundedSemaphore(8);
        workers.resize(2); // under load: whoever holds a permit keeps it, nobody gets one until fewer than two are out
        return workers.availablePermits();
    }

    static void testLoop() {
        TestLoop.run(() -> {
            var tea = createTask(() -> {
                sleep(Duration.ofMinutes(3));
                return "tea";
            });
            TestLoop.advance(Duration.ofSeconds(179));
            assertThat(tea.isDone()).isFalse();
            assertThat(tea.await()).isEqualTo("tea"); // at once
            assertThat(TestLoop.elapsed()).isEqualTo(Duration.ofMinutes(3));
        });
    }

    static final class Prices implements AutoCloseable {
        private final EventLoop loop = EventLoop.builder().name("prices").start();

        CompletableFuture<Integer> fetch(String product) {
            return loop.submit(() -> priceOf(product));
        }

        @Override
        public void close() {
            loop.close();
        }

        private static int priceOf(String product) {
            sleep(Duration.ofMillis(1));
            return product.length();
        }
    }

    static boolean watchdog() {
        var loop = EventLoop.builder()
                .name("prices")
                .watchdog(Duration.ofMillis(100), System.err::println)
                .start();
        loop.close();
        return loop.isClosed();
    }

    static final class Window {
        private final ScheduledExecutorService window = Executors.newSingleThreadScheduledExecutor();
        private ScheduledFuture<?> timer = window.schedule(() -> {}, 0, TimeUnit.NANOSECONDS);

        private final EventLoop loop =
                EventLoop.builder().onWork(() -> window.execute(this::turn)).build();

        private void turn() {
            loop.runOnce();
            timer.cancel(false);
            Duration next = loop.nextEventIn();
            if (next != null) {
                timer = window.schedule(this::turn, next.toNanos(), TimeUnit.NANOSECONDS);
            }
        }

        int show() throws Exception {
            int shown = loop.submit(() -> {
                        var later = Async.createTask(() -> {
                            sleep(Duration.ofMillis(1));
                            return 2;
                        });
                        return later.await() + Async.blocking(() -> 1);
                    })
                    .get();
            window.submit(loop::close).get();
            window.shutdown();
            return shown;
        }
    }

    static int loop() {
        int n = EventLoop.run(() -> {
            var a = Async.createTask(() -> fetch(1));
            var b = Async.createTask(() -> fetch(2));
            return a.await() + b.await();
        });
        return n;
    }

    private static int fetch(int page) {
        Async.yieldNow();
        return page;
    }

    private static String fetch(String page) {
        Async.yieldNow();
        return page;
    }

    static int future() {
        return EventLoop.run(() -> {
            var answer = new Future<Integer>();
            Async.createTask(() -> answer.complete(42));
            int n = answer.await();
            return n;
        });
    }

    static List<String> async() {
        return EventLoop.run(() -> {
            var pages = gather(() -> fetch("/a"), () -> fetch("/b"));
            sleep(Duration.ofSeconds(1));
            return pages;
        });
    }

    static final class Server {
        private static final TaskLocal<String> USER = new TaskLocal<>();

        void serve(String user) {
            USER.set(user);
            Async.createTask(() -> log("hello")).await(); // in the task too, USER.get() is user
        }

        private final List<String> logged = new ArrayList<>();

        private void log(String message) {
            logged.add(message + " " + USER.get());
        }

        List<String> run() {
            EventLoop.run(() -> Async.gather(() -> serve("Ada"), () -> serve("Grace")));
            return logged;
        }
    }

    static int iterate(SubmissionPublisher<Integer> publisher) {
        List<Integer> shown = new ArrayList<>();
        EventLoop.run(() -> new Object() {
            void run() {
                Async.createTask(() -> {
                    publisher.submit(3);
                    publisher.submit(4);
                    publisher.close();
                });
                try (var prices = Async.iterate(publisher)) {
                    for (var price : prices) { // waits for the next one: other tasks run here
                        show(price);
                    }
                }
            }

            private void show(int price) {
                shown.add(price);
            }
        }.run());
        return shown.get(0) + shown.get(1);
    }

    static List<String> deadline() throws TimeoutException {
        return new Object() {
            private final Iterator<String> lines = List.of("first", "second").iterator();
            private final List<String> handled = new ArrayList<>();

            List<String> run() throws TimeoutException {
                EventLoop.run(() -> {
                    var silence = Deadline.after(Duration.ofSeconds(30));
                    silence.run(() -> {
                        for (String line = read(); line != null; line = read()) {
                            silence.moveTo(Duration.ofSeconds(30));
                            handle(line);
                        }
                    });
                });
                return handled;
            }

            private String read() {
                Async.yieldNow();
                return lines.hasNext() ? lines.next() : null;
            }

            private void handle(String line) {
                handled.add(line);
            }
        }.run();
    }

    static int taskGroup() {
        return EventLoop.run(() -> {
            try (var group = TaskGroup.open()) {
                var user = group.fork(() -> findUser());
                var order = group.fork(() -> fetchOrder());
                group.join();
                return user.await() + order.await();
            }
        });
    }

    private static int findUser() {
        return fetch(1);
    }

    private static int fetchOrder() {
        return fetch(2);
    }

    static List<Throwable> awaitAllOf() {
        List<Throwable> logged = new ArrayList<>();
        new Object() {
            void run() {
                var orders = List.of(order("tea"), order("nothing"));
                awaitAll(orders);
                for (var order : orders) {
                    if (order.state() == Future.State.FAILED) {
                        log(order.exceptionNow());
                    }
                }
            }

            private void log(Throwable failure) {
                logged.add(failure);
            }
        }.run();
        return logged;
    }

    private static Task<String> order(String what) {
        return Async.createTask(() -> {
            Async.yieldNow();
            if (what.equals("nothing")) {
                throw new IllegalArgumentException("nothing to order");
            }
            return what;
        });
    }

    static String awaitAnyOf() {
        var primary = new Future<String>(); // does not answer
        var mirror = order("cake");
        var answer = awaitAny(List.of(primary, mirror)).await();
        return answer;
    }

    static List<String> asTheyComplete() {
        List<String> shown = new ArrayList<>();
        new Object() {
            void run() {
                var pages = List.of(order("tea"), order("cake"));
                for (var page : asCompleted(pages)) {
                    show(page.await()); // it is done
                }
            }

            private void show(String page) {
                shown.add(page);
            }
        }.run();
        return shown;
    }

    static boolean untilTheFirstFailure() {
        var unanswered = new Future<String>();
        List<Future<String>> orders = List.of(unanswered, order("tea"), order("nothing"));
        for (var order : asCompleted(orders)) {
            if (order.state() == Future.State.FAILED) {
                break; // the others go on
            }
        }
        return orders.get(2).exceptionNow().getMessage().equals("nothing to order") && !unanswered.isDone();
    }

    static List<String> shielded(Future<Void> maySave, String order) {
        List<String> saved = new ArrayList<>();
        var cancelled = createTask(() -> new Object() {
            void run() {
                var saving = createTask(() -> save(order));
                shield(saving).await(); // a cancel of this task does not reach the other
            }

            private void save(String order) {
                maySave.await();
                saved.add(order);
            }
        }.run());
        Async.yieldNow();
        Async.yieldNow();
        cancelled.cancel();
        awaitAll(List.of(cancelled));
        maySave.complete(null);
        Async.yieldNow();
        return saved;
    }

    static int asyncSemaphore(String page) {
        return EventLoop.run(() -> {
            var limit = new AsyncSemaphore(8);
            try (var permit = limit.acquire()) {
                fetch(page);
            }
            return limit.availablePermits();
        });
    }

    static Timeline timeline() {
        var timeline = new Timeline();
        try (var loop = EventLoop.builder().record(timeline).build()) {
            loop.runUntilComplete(() -> {
                var limit = new AsyncSemaphore(1);
                gather(createTask("a", () -> work(limit)), createTask("b", () -> work(limit)));
            });
        }
        System.out.println(timeline.toText());
        return timeline;
    }

    private static void work(AsyncSemaphore limit) {
        try (var permit = limit.acquire()) {
            sleep(Duration.ofMillis(5));
        }
    }

    static int asyncLock() {
        return EventLoop.run(() -> {
            var lock = new AsyncLock();
            var store = new Store();
            gather(() -> increment(lock, store), () -> increment(lock, store));
            return store.value;
        });
    }

    private static void increment(AsyncLock lock, Store store) {
        try (var held = lock.acquire()) {
            var n = store.read(); // waits: others run here
            store.write(n + 1);
        }
    }

    static String asyncCondition() {
        return EventLoop.run(() -> {
            var arrived = new AsyncCondition();
            var letters = new ArrayDeque<String>();

            var reader = createTask(() -> {
                try (var held = arrived.acquire()) {
                    arrived.awaitUntil(() -> !letters.isEmpty());
                    return letters.remove();
                }
            });
            try (var held = arrived.acquire()) {
                letters.add("dear reader");
                arrived.signal();
            }
            return reader.await();
        });
    }

    static final class AsyncSimulation {
        int steps;

        int run() {
            return EventLoop.run(() -> {
                var step = new AsyncBarrier(2, () -> steps++);
                for (int part = 0; part < 2; part++) {
                    createTask(() -> {
                        for (int i = 0; i < 10; i++) {
                            compute();
                            step.await(); // nobody begins the next step before both have finished this one
                        }
                    });
                }
                while (steps < 10) {
                    Async.yieldNow();
                }
                return steps;
            });
        }

        private static void compute() {
            Async.yieldNow();
        }
    }

    private static final class Store {
        private int value;

        int read() {
            int seen = value;
            Async.yieldNow();
            return seen;
        }

        void write(int written) {
            value = written;
        }
    }

    static final class Crawl {
        void work(AsyncQueue<String> pages) {
            try {
                while (true) {
                    visit(pages.take(), pages);
                    pages.taskDone();
                }
            } catch (QueueShutdownException e) {
                log("done"); // shut down, and nothing is left
            }
        }

        void crawl(String start) {
            var pages = new AsyncQueue<String>();
            createTask(() -> work(pages));
            createTask(() -> work(pages));
            pages.put(start);
            pages.join(); // until all are visited, also those that a visit has put
            pages.shutdown();
        }

        private final List<String> log = new ArrayList<>();

        List<String> run() {
            EventLoop.run(() -> {
                crawl("/");
                Async.yieldNow();
            });
            return log;
        }

        private void visit(String page, AsyncQueue<String> pages) {
            log(fetch(page));
            if (page.equals("/")) {
                pages.put("/a");
                pages.put("/b");
            }
        }

        private void log(String line) {
            log.add(line);
        }
    }

    static String asyncLifo() {
        return EventLoop.run(() -> {
            var drafts = new AsyncLifoQueue<String>();
            drafts.put("first");
            drafts.put("second");
            var latest = drafts.take(); // "second"
            return latest;
        });
    }

    static String asyncByPriority() {
        return EventLoop.run(() -> {
            var jobs = new AsyncPriorityQueue<String>(10, Comparator.comparing(String::length));
            jobs.put("tidy up");
            jobs.put("eat");
            var next = jobs.take(); // "eat"
            return next;
        });
    }

    /** How many of the attempts failed; a cancel is not one of them. */
    static int retry(Runnable attempt, List<Exception> logged) {
        new Object() {
            void run() {
                try {
                    attempt.run();
                } catch (CancellationException e) {
                    throw e;
                } catch (Exception e) {
                    log(e); // and try again
                }
            }

            private void log(Exception e) {
                logged.add(e);
            }
        }.run();
        return logged.size();
    }
}
