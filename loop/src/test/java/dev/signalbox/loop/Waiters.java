// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import java.lang.reflect.Field;

/** How many stand in the list of a future, whatever they are. */
final class Waiters {
    private Waiters() {}

    static int of(Future<?> future) {
        try {
            Field field = Future.class.getDeclaredField("waiters");
            field.setAccessible(true);
            WaitList list = (WaitList) field.get(future);
            return list == null ? 0 : list.size();
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("Future keeps its waiters elsewhere", e);
        }
    }
}
