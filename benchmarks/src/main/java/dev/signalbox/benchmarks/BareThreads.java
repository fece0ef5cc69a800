// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.benchmarks;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;

/** Threads of the kind that a loop uses by default or by its system property, to measure bare. */
final class BareThreads {
    private static final int FIRST_WITH_VIRTUAL_LOOPS = 24;
    private static final String KIND = System.getProperty("dev.signalbox.loop.scheduler", defaultKind());

    private BareThreads() {}

    private static String defaultKind() {
        return Runtime.version().feature() >= FIRST_WITH_VIRTUAL_LOOPS ? "virtual" : "platform";
    }

    /** One that {@code own} threads share is made here, and a carrier with it. */
    static ThreadFactory factory() {
        return switch (KIND) {
            case "platform" -> BareThreads::platform;
            case "virtual" -> virtual();
            case "own" -> own(Carrier.start());
            default -> throw new IllegalStateException("dev.signalbox.loop.scheduler: " + KIND);
        };
    }

    private static Thread platform(Runnable body) {
        Thread thread = new Thread(null, body, "bare", 0, false);
        thread.setDaemon(true);
        return thread;
    }

    /** By reflection, because this is compiled for a Java without them. */
    private static ThreadFactory virtual() {
        try {
            MethodHandles.Lookup lookup = MethodHandles.publicLookup();
            Class<?> builder = Class.forName("java.lang.Thread$Builder");
            Class<?> ofVirtual = Class.forName("java.lang.Thread$Builder$OfVirtual");
            MethodHandle make = lookup.findStatic(Thread.class, "ofVirtual", MethodType.methodType(ofVirtual));
            MethodHandle factory = lookup.findVirtual(builder, "factory", MethodType.methodType(ThreadFactory.class));
            return (ThreadFactory) factory.invoke(make.invoke());
        } catch (Throwable e) {
            throw new IllegalStateException("this Java has no virtual threads", e);
        }
    }

    /** Virtual threads that this executor schedules: a part of java.base that the JVM has to open. */
    private static ThreadFactory own(Executor scheduler) {
        MethodHandle make;
        try {
            Class<?> builders = Class.forName("java.lang.ThreadBuilders");
            MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(builders, MethodHandles.lookup());
            make = lookup.findStatic(
                    builders,
                    "newVirtualThread",
                    MethodType.methodType(Thread.class, Executor.class, String.class, int.class, Runnable.class));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("dev.signalbox.loop.scheduler: own (expected: java.lang is open)", e);
        }
        return body -> {
            try {
                return (Thread) make.invoke(scheduler, "bare", 0, body);
            } catch (Throwable e) {
                throw new IllegalStateException("virtual threads with a scheduler of their own cannot be made", e);
            }
        };
    }
}
