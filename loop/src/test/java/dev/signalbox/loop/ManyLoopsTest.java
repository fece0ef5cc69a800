// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signalbox.core.Event;
import dev.signalbox.core.RLock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several loops that run at the same time in one process: each thread knows which of them it is, from the first question on. */
@Once
@Timeout(60)
final class ManyLoopsTest {
    private static final int LOOPS = 8;

    private final List<EventLoop> loops = new ArrayList<>();
    private final List<Bystander<Void>> runners = new ArrayList<>();

    @BeforeEach
    void run() {
        for (int i = 0; i < LOOPS; i++) {
            EventLoop loop = EventLoop.create();
            loops.add(loop);
            runners.add(Bystander.start(loop::runForever));
        }
        loops.forEach(loop -> loop.submit(() -> {}).join());
    }

    @AfterEach
    void close() {
        loops.forEach(EventLoop::close);
        runners.forEach(Bystander::join);
        loops.clear();
        runners.clear();
    }

    @Test
    void current_isTheLoopItself_inTasksAndCallbacks() {
        for (EventLoop loop : loops) {
            loop.submit(() -> {
                        assertThat(EventLoop.current()).isSameAs(loop);
                        Async.yieldNow();
                        assertThat(EventLoop.current()).isSameAs(loop);
                        Future<EventLoop> inCallback = new Future<>();
                        loop.callSoon(() -> inCallback.complete(EventLoop.current()));
                        assertThat(inCallback.await()).isSameAs(loop);
                    })
                    .join();
        }
    }

    /** Off its loop a worker is found by no search, but that must not be remembered of it. */
    @Test
    void current_offTheLoopWhenTheOthersBegin_isTheLoopAfterwards() {
        close();
        EventLoop.run(() -> {
            EventLoop loop = EventLoop.current();
            Async.blocking(() -> {
                run();
                assertThatThrownBy(EventLoop::current).hasMessage("no running event loop");
            });
            assertThat(EventLoop.current()).isSameAs(loop);
        });
    }

    @Test
    void current_afterAWaitOfCore_isTheLoop() {
        RLock lock = new RLock();
        EventLoop loop = loops.get(0);
        loop.submit(() -> {
                    lock.lock();
                    Task<Boolean> second = loop.createTask(() -> {
                        lock.lock();
                        lock.unlock();
                        return EventLoop.current() == loop;
                    });
                    Async.yieldNow();
                    lock.unlock();
                    assertThat(second.await()).isTrue();
                })
                .join();
    }

    @Test
    void current_threadsOfOthers_areNoLoop_howeverOftenTheyAsk() {
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(EventLoop::current).hasMessage("no running event loop");
        }
        EventLoop.run(() -> assertThat(EventLoop.current()).isNotIn(loops));
        assertThatThrownBy(EventLoop::current).hasMessage("no running event loop");
    }

    @Test
    void run_inBlocking_isALoopOfItsOwn() {
        EventLoop outer = loops.get(0);
        outer.submit(() -> {
                    EventLoop inner = Async.blocking(() -> EventLoop.run(EventLoop::current));
                    assertThat(inner).isNotSameAs(outer);
                    assertThat(EventLoop.current()).isSameAs(outer);
                })
                .join();
    }

    @Test
    void ownersOfALock_areTold() {
        RLock lock = new RLock();
        lock.lock();
        EventLoop loop = loops.get(0);
        loop.submit(() -> {
                    assertThat(lock.tryAcquire()).isFalse();
                    Async.blocking(
                            () -> assertThat(lock.isHeldByCurrentThread()).isFalse());
                })
                .join();
        assertThat(lock.isHeldByCurrentThread()).isTrue();
        lock.unlock();
    }

    @Test
    void loops_doTheirWorkSideBySide() {
        AtomicInteger steps = new AtomicInteger();
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (EventLoop loop : loops) {
            all.add(loop.submit(() -> {
                AsyncSemaphore semaphore = new AsyncSemaphore(1);
                List<Task<Void>> tasks = new ArrayList<>();
                for (int i = 0; i < 10; i++) {
                    tasks.add(Async.createTask(() -> {
                        try (var permit = semaphore.acquire()) {
                            Async.yieldNow();
                            steps.incrementAndGet();
                        }
                    }));
                }
                Async.gather(tasks);
            }));
        }
        all.forEach(CompletableFuture::join);
        assertThat(steps).hasValue(10 * LOOPS);
    }

    /** On virtual threads they have all carriers, and nothing takes one away from a thread that never waits. */
    @Test
    void loops_thatNeverRest_letTasksComeBackThatAreOffTheLoop() {
        Event event = new Event();
        CountDownLatch one = new CountDownLatch(1);
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (EventLoop loop : loops) {
            all.add(loop.submit(() -> {
                Task<Void> away = Async.createTask(() -> event.await());
                Async.yieldNow();
                one.countDown();
                while (!away.isDone()) {
                    Async.yieldNow();
                }
            }));
        }
        Bystander.await(one);
        event.set();
        CompletableFuture.allOf(all.toArray(new CompletableFuture<?>[0]))
                .orTimeout(50, TimeUnit.SECONDS) // the loops could not be joined
                .join();
    }

    @Test
    void primitive_ofOneLoop_isRefusedByEachOther() {
        AsyncSemaphore semaphore = new AsyncSemaphore(1);
        loops.get(0).submit(() -> assertThat(semaphore.tryAcquire()).isTrue()).join();
        for (EventLoop other : loops.subList(1, LOOPS)) {
            other.submit(() -> assertThatThrownBy(semaphore::release).isInstanceOf(WrongLoopException.class))
                    .join();
        }
    }
}
