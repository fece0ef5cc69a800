// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.benchmarks;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.ThreadFactory;

/** Threads of the kind that a loop uses by default or by its system property, to measure bare. */
final class BareThreads {
    private static final int FIRST_WITH_VIRTUAL_LOOPS = 24;
    private static final boolean VIRTUAL = isVirtual();

    private BareThreads() {}

    private static boolean isVirtual() {
        String kind = System.getProperty("dev.signalbox.loop.scheduler");
        return kind == null ? Runtime.version().feature() >= FIRST_WITH_VIRTUAL_LOOPS : kind.equals("virtual");
    }

    static ThreadFactory factory() {
        return VIRTUAL ? virtual() : BareThreads::platform;
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
}
