// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.signalbox.core.RLock;
import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A container whose threads outlive the applications that run on them: what used a loop and closed it can be unloaded. */
@Once
@Timeout(60)
final class ClassLoaderTest {
    /** Lives as long as the container, and keeps the thread-locals that applications leave behind. */
    private final ExecutorService container = Executors.newSingleThreadExecutor();

    @AfterEach
    void shutDown() {
        container.shutdown();
    }

    /** Runs code on the container's thread, as that of an application with such a class loader. */
    private <T> T inApplication(ClassLoader application, Callable<T> code) throws Exception {
        return container
                .submit(() -> {
                    Thread thread = Thread.currentThread();
                    ClassLoader containers = thread.getContextClassLoader();
                    thread.setContextClassLoader(application);
                    try {
                        return code.call();
                    } finally {
                        thread.setContextClassLoader(containers);
                    }
                })
                .get();
    }

    private static void awaitCollected(WeakReference<?> reference) {
        Bystander.awaitUntil("collected", () -> {
            System.gc();
            return reference.get() == null;
        });
    }

    private static final class Application extends ClassLoader {
        Application() {
            super(ClassLoaderTest.class.getClassLoader());
        }
    }

    @Test
    void contextClassLoader_canBeCollected_afterTheLoopWasClosed() throws Exception {
        awaitCollected(runAsApplication());
    }

    private WeakReference<ClassLoader> runAsApplication() throws Exception {
        ClassLoader application = new Application();
        ClassLoader seen = inApplication(application, () -> {
            try (EventLoop started = EventLoop.builder().start()) {
                started.submit(() -> {}).join();
                return EventLoop.run(() -> {
                    Async.createTask(Async::yieldNow).await();
                    return Async.blocking(() -> Thread.currentThread().getContextClassLoader());
                });
            }
        });
        assertThat(seen).isSameAs(application);
        return new WeakReference<>(application);
    }

    /** An application that brings the library with it. */
    @Test
    void library_canBeUnloaded_afterItsLoopsWereClosed() throws Exception {
        awaitCollected(runOwnLibrary());
    }

    private WeakReference<ClassLoader> runOwnLibrary() throws Exception {
        URL[] library = {locationOf(EventLoop.class), locationOf(RLock.class)};
        URLClassLoader application = new URLClassLoader(library, ClassLoader.getPlatformClassLoader());
        Object result = inApplication(application, () -> useEverything(application));
        assertThat(result).isEqualTo("result");
        application.close();
        return new WeakReference<>(application);
    }

    /** The library is the container's, and finds out some things when it is first used: whoever that was is not kept by them. */
    @Test
    void firstUserOfTheLibrary_canBeUnloaded_whileTheLibraryStays() throws Exception {
        URL[] library = {locationOf(EventLoop.class), locationOf(RLock.class)};
        try (URLClassLoader containers = new URLClassLoader(library, ClassLoader.getPlatformClassLoader())) {
            awaitCollected(useFirst(containers));
        }
    }

    private WeakReference<ClassLoader> useFirst(ClassLoader containers) throws Exception {
        URLClassLoader application = new URLClassLoader(new URL[] {locationOf(FirstUser.class)}, containers);
        Callable<?> code = (Callable<?>) application
                .loadClass(FirstUser.class.getName())
                .getConstructor()
                .newInstance();
        assertThat(code.getClass()).isNotSameAs(FirstUser.class);
        assertThat(inApplication(application, code)).isEqualTo("result");
        application.close();
        return new WeakReference<>(application);
    }

    /** Does a bit of everything. */
    public static final class FirstUser implements Callable<Object> {
        @Override
        public Object call() {
            return EventLoop.run(() -> {
                AsyncQueue<String> queue = new AsyncQueue<>();
                RLock lock = new RLock();
                Task<Void> task = Async.createTask(() -> {
                    try (var held = lock.acquire()) {
                        Async.sleep(Duration.ofMillis(1));
                        queue.put(Async.blocking(() -> "result"));
                    }
                });
                String result = queue.take();
                task.await();
                return result;
            });
        }
    }

    private static URL locationOf(Class<?> type) {
        return type.getProtectionDomain().getCodeSource().getLocation();
    }

    /** With more loops than few, so that the thread remembers that it is none, and locks of core that ask for that. */
    private static Object useEverything(ClassLoader application) throws Exception {
        Class<?> loops = application.loadClass(EventLoop.class.getName());
        assertThat(loops).isNotSameAs(EventLoop.class);
        Method start = application.loadClass(EventLoop.Builder.class.getName()).getMethod("start");
        AutoCloseable[] running = new AutoCloseable[4];
        for (int i = 0; i < running.length; i++) {
            running[i] = (AutoCloseable) start.invoke(loops.getMethod("builder").invoke(null));
        }
        Object lock =
                application.loadClass(RLock.class.getName()).getConstructor().newInstance();
        lock.getClass().getMethod("lock").invoke(lock);
        lock.getClass().getMethod("unlock").invoke(lock);
        Class<?> bodies = application.loadClass(TaskBody.class.getName());
        Method yieldNow = application.loadClass(Async.class.getName()).getMethod("yieldNow");
        Object body = Proxy.newProxyInstance(application, new Class<?>[] {bodies}, (proxy, method, arguments) -> {
            yieldNow.invoke(null);
            return "result";
        });
        Object result = loops.getMethod("run", bodies).invoke(null, body);
        for (AutoCloseable loop : running) {
            loop.close();
        }
        return result;
    }

    /**
     * An application that is gone before its loops: what the library has not loaded by then can never be loaded. Where that fails is not
     * for us to choose, but nobody may be left waiting.
     */
    @Test
    void library_goneBeforeItsLoopIsClosed_nobodyWaitsForEver() throws Exception {
        URL[] library = {locationOf(EventLoop.class), locationOf(RLock.class)};
        URLClassLoader application = new URLClassLoader(library, ClassLoader.getPlatformClassLoader());
        Class<?> loops = application.loadClass(EventLoop.class.getName());
        Object builder = loops.getMethod("builder").invoke(null);
        Object loop = builder.getClass().getMethod("start").invoke(builder);
        Method yieldNow = application.loadClass(Async.class.getName()).getMethod("yieldNow");
        Method sleep = application.loadClass(Async.class.getName()).getMethod("sleep", Duration.class);
        Method submit = loops.getMethod("submit", application.loadClass(TaskBody.class.getName()));
        CompletableFuture<?> sleeping = (CompletableFuture<?>) submit.invoke(
                loop, body(application, () -> sleep.invoke(null, Duration.ofHours(1))));
        // Came in later, so the other sleeps by then: what it needed for that is loaded.
        CompletableFuture<?> returned =
                (CompletableFuture<?>) submit.invoke(loop, body(application, () -> yieldNow.invoke(null)));
        assertThat(returned.get()).isNull();
        application.close();

        CompletableFuture<?> late = null;
        try {
            late = (CompletableFuture<?>) submit.invoke(loop, body(application, () -> yieldNow.invoke(null)));
        } catch (InvocationTargetException e) {
            assertThat(e.getCause()).isInstanceOf(LinkageError.class); // loud, and nothing was sent
        }
        Bystander.call("closer", () -> catchThrowable(((AutoCloseable) loop)::close))
                .join();
        assertThat(sleeping).isDone();
        assertThat(late == null || late.isDone()).isTrue();
        assertThat(loops.getMethod("isClosed").invoke(loop)).isEqualTo(true);
    }

    private static Object body(ClassLoader application, Callable<Object> code) throws Exception {
        Class<?> bodies = application.loadClass(TaskBody.class.getName());
        return Proxy.newProxyInstance(application, new Class<?>[] {bodies}, (proxy, method, arguments) -> {
            code.call();
            return null;
        });
    }

    /** The code of a task that is gone is the failure of that task. */
    @Test
    void classOfABody_gone_isTheFailureOfItsTask() throws Exception {
        URLClassLoader application = new URLClassLoader(new URL[] {locationOf(Gone.class)}, null) {
            @Override
            protected Class<?> findClass(String name) throws ClassNotFoundException {
                return name.startsWith(Gone.class.getName())
                        ? super.findClass(name)
                        : Gone.class.getClassLoader().loadClass(name);
            }
        };
        Runnable code = (Runnable)
                application.loadClass(Gone.class.getName()).getConstructor().newInstance();
        application.close();
        List<Throwable> handled = new ArrayList<>();
        EventLoop loop = EventLoop.builder()
                .exceptionHandler((what, e) -> handled.add(e))
                .build();
        try (loop) {
            loop.runUntilComplete(() -> {
                loop.callSoon(code);
                Async.yieldNow();
                assertThat(catchThrowable(() -> Async.createTask(code::run).await()))
                        .isInstanceOf(NoClassDefFoundError.class);
            });
        }
        assertThat(handled).hasSize(1).allMatch(NoClassDefFoundError.class::isInstance);
    }

    /** Needs a class that its loader has not loaded before. */
    public static final class Gone implements Runnable {
        @Override
        public void run() {
            new Inner().run();
        }

        private static final class Inner implements Runnable {
            @Override
            public void run() {}
        }
    }
}
