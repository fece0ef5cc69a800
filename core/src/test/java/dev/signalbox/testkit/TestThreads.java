// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** The threads of one test, all of them joined and their failures rethrown when the test ends. */
public final class TestThreads implements AutoCloseable {
    private final List<TestThread<?>> threads = new ArrayList<>();

    /** What a thread does. */
    @FunctionalInterface
    public interface Body {
        /** Does it. */
        void run() throws Exception;
    }

    /** Starts a thread. */
    public TestThread<Void> start(Body body) {
        return call(() -> {
            body.run();
            return null;
        });
    }

    /** Starts a number of threads that do the same. */
    public List<TestThread<Void>> start(int count, Body body) {
        return IntStream.range(0, count).mapToObj(i -> start(body)).toList();
    }

    /** Starts a thread that has a result. */
    public <T> TestThread<T> call(Callable<T> body) {
        return add(new TestThread<>(body, task -> new Thread(task, "test-" + threads.size())));
    }

    /** Starts a virtual thread, where this Java has them. */
    public TestThread<Void> startVirtual(Body body) {
        Callable<Void> call = () -> {
            body.run();
            return null;
        };
        return add(new TestThread<>(call, TestThreads::newVirtual));
    }

    private static Thread newVirtual(Runnable task) {
        try {
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
            Class<?> type = Class.forName("java.lang.Thread$Builder$OfVirtual");
            return (Thread) type.getMethod("unstarted", Runnable.class).invoke(builder, task);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("this Java has no virtual threads", e);
        }
    }

    private <T> TestThread<T> add(TestThread<T> thread) {
        threads.add(thread);
        return thread;
    }

    /** Joins every thread, and throws the first failure with the others suppressed. */
    @Override
    public void close() {
        AssertionError failure = null;
        for (TestThread<?> thread : threads) {
            try {
                thread.join();
            } catch (AssertionError e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** Gives a test method its threads, as a parameter, and closes them after it. */
    public static final class Extension implements ParameterResolver, AfterTestExecutionCallback {
        private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(Extension.class);

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == TestThreads.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            TestThreads threads = new TestThreads();
            context.getStore(NAMESPACE).put(TestThreads.class, threads);
            return threads;
        }

        @Override
        public void afterTestExecution(ExtensionContext context) {
            TestThreads threads = context.getStore(NAMESPACE).remove(TestThreads.class, TestThreads.class);
            if (threads != null) {
                threads.close();
            }
        }
    }
}
