// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.core.Guard;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** What of a thread's stack is neither of this library nor of Java. */
final class UserStack {
    private static final List<String> JAVA = List.of("java.", "javax.", "jdk.", "sun.");

    private UserStack() {}

    /** The innermost frames, so many at the most. Any thread. */
    static List<StackTraceElement> of(Thread thread, int most) {
        return Arrays.stream(thread.getStackTrace())
                .filter(frame -> !isJava(frame) && !isLibrary(frame))
                .limit(most)
                .collect(Collectors.toUnmodifiableList());
    }

    private static boolean isJava(StackTraceElement frame) {
        return JAVA.stream().anyMatch(frame.getClassName()::startsWith);
    }

    private static boolean isLibrary(StackTraceElement frame) {
        return CallSite.isLibrary(frame) || CallSite.isBeside(Guard.class, frame);
    }
}
