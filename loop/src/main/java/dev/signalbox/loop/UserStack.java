// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.core.Guard;
import java.security.ProtectionDomain;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What of a thread's stack is neither of this library nor of Java. */
final class UserStack {
    private static final ClassLoader LOADER = UserStack.class.getClassLoader();
    private static final Set<ProtectionDomain> LIBRARY =
            Set.copyOf(List.of(UserStack.class.getProtectionDomain(), Guard.class.getProtectionDomain()));
    private static final List<String> PACKAGES =
            List.of(UserStack.class.getPackageName() + '.', Guard.class.getPackageName() + '.');
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

    /** Tests and examples may share a package, but come from elsewhere. */
    private static boolean isLibrary(StackTraceElement frame) {
        String name = frame.getClassName();
        if (PACKAGES.stream().noneMatch(name::startsWith)) {
            return false;
        }
        try {
            return LIBRARY.contains(Class.forName(name, false, LOADER).getProtectionDomain());
        } catch (ClassNotFoundException | LinkageError e) {
            return false; // not ours, or we could find it
        }
    }
}
