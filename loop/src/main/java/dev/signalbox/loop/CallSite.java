// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import java.lang.StackWalker.StackFrame;
import java.lang.reflect.Modifier;
import java.security.ProtectionDomain;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Who calls the library, read off the stack; for messages and for what is written down once per object. */
final class CallSite {
    private static final StackWalker WALKER = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);
    private static final ProtectionDomain LIBRARY = CallSite.class.getProtectionDomain();
    private static final String PACKAGE = CallSite.class.getPackageName();

    private CallSite() {}

    /** The place in user code from which the library was called; null if there is none. */
    static @Nullable StackFrame caller() {
        return WALKER.walk(frames -> frames.filter(frame -> !isLibrary(frame)).findFirst())
                .orElse(null);
    }

    /** The public operation that user code called, as {@code AsyncEvent.await()}. */
    static String operation() {
        Optional<StackFrame> outermost =
                WALKER.walk(frames -> frames.takeWhile(CallSite::isLibrary).reduce((inner, outer) -> outer));
        return outermost.map(CallSite::describeOperation).orElse("this call");
    }

    /** Who, and where: {@code  by task 'fetch-3' at Prices.java:41}, with a space before; what is not known is left out. */
    static String describe(@Nullable String who, @Nullable StackFrame where) {
        return (who == null ? "" : " by " + who)
                + (where == null ? "" : " at " + where.getFileName() + ":" + where.getLineNumber());
    }

    /** The calling thread, as messages name it. */
    static String currentThread() {
        Thread thread = Thread.currentThread();
        String name = thread.getName();
        return "thread '" + (name.isEmpty() ? "#" + threadId(thread) : name) + "'";
    }

    private static String describeOperation(StackFrame frame) {
        String method = frame.getMethodName();
        Class<?> declared = frame.getDeclaringClass();
        boolean hidden = !Modifier.isPublic(declared.getModifiers()) && declared.getInterfaces().length > 0;
        String type = (hidden ? declared.getInterfaces()[0] : declared).getSimpleName();
        return method.equals("<init>") ? "new " + type + "()" : type + "." + method + "()";
    }

    /** Our own classes; tests and examples may share the package, but come from elsewhere. */
    private static boolean isLibrary(StackFrame frame) {
        Class<?> type = frame.getDeclaringClass();
        return type.getPackageName().startsWith(PACKAGE) && type.getProtectionDomain() == LIBRARY;
    }

    /** The same of a frame of another thread, where only the name of the class is known. */
    static boolean isLibrary(StackTraceElement frame) {
        return isBeside(CallSite.class, frame);
    }

    /** Whether a frame is of the package of some class or of one below, and comes from the same place. */
    static boolean isBeside(Class<?> member, StackTraceElement frame) {
        if (!frame.getClassName().startsWith(member.getPackageName())) {
            return false;
        }
        try {
            // Older Javas show the classes of lambdas, which cannot be found by name; the class around one can.
            String name = frame.getClassName().replaceFirst("\\$\\$Lambda.*", "");
            Class<?> type = Class.forName(name, false, CallSite.class.getClassLoader());
            return type.getProtectionDomain() == member.getProtectionDomain();
        } catch (ClassNotFoundException | LinkageError e) {
            return false; // somebody else's, in a package whose name begins like ours
        }
    }

    @SuppressWarnings("deprecation") // threadId() is of Java 19
    private static long threadId(Thread thread) {
        return thread.getId();
    }
}
