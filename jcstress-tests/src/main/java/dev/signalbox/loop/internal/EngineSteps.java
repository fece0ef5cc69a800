// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;

/** The private steps of an {@link Engine}, to be taken by actors, since no engine can be started and closed for each sample. */
public final class EngineSteps {
    private static final MethodHandle END_RUN = find("endRun");
    private static final MethodHandle HOLD = find("hold", Worker.class);
    private static final MethodHandle PASS = find("pass", Worker.class, Worker.class);
    private static final MethodHandle SLEEP = find("sleep", Worker.class);

    private EngineSteps() {}

    private static MethodHandle find(String name, Class<?>... parameters) {
        try {
            MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(Engine.class, MethodHandles.lookup());
            return lookup.findVirtual(Engine.class, name, MethodType.methodType(void.class, parameters));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** An engine that nobody runs: its baton is whoever takes it. */
    static Engine create() {
        return new Engine(Threads.PLATFORM, EngineSteps::noThread, null, null, null, null);
    }

    private static Thread noThread(Runnable body) {
        throw new AssertionError("an engine that nobody runs wants a thread for " + body);
    }

    /**
     * Makes the calling thread the holder of a baton that lies on the floor.
     *
     * @param engine the engine of a loop that nobody runs
     */
    public static void take(Engine engine) {
        Worker me = new Worker(engine);
        me.bind(Thread.currentThread());
        hold(engine, me);
    }

    /**
     * Does all that is to be done, until nothing is left that is ready. With the baton.
     *
     * @param engine the engine
     */
    public static void turn(Engine engine) {
        List<Item> items = engine.takeReady();
        while (!items.isEmpty()) {
            items.forEach(item -> ((Job) item).run());
            items = engine.takeReady();
        }
    }

    static void endRun(Engine engine) {
        try {
            END_RUN.invokeExact(engine);
        } catch (Throwable e) {
            throw new AssertionError("endRun failed", e);
        }
    }

    static void hold(Engine engine, Worker worker) {
        try {
            HOLD.invokeExact(engine, worker);
        } catch (Throwable e) {
            throw new AssertionError("hold failed", e);
        }
    }

    static void pass(Engine engine, Worker next, Worker me) {
        try {
            PASS.invokeExact(engine, next, me);
        } catch (Throwable e) {
            throw new AssertionError("pass failed", e);
        }
    }

    static void sleep(Engine engine, Worker me) {
        try {
            SLEEP.invokeExact(engine, me);
        } catch (Throwable e) {
            throw new AssertionError("sleep failed", e);
        }
    }
}
