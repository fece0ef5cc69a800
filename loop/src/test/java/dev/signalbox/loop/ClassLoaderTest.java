// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signalbox.core.RLock;
import java.lang.ref.WeakReference;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A container whose threads outlive the applications that run on them: what used a loop and closed it can be unloaded. */
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
}
