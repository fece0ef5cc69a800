// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

import java.util.concurrent.CompletionException;

/** How exceptions travel from where they were thrown to where they are asked for. */
public final class Failures {
    private Failures() {}

    /** Throws unchecked exceptions and errors as they are; returns a checked one in a {@link CompletionException}. */
    public static RuntimeException unchecked(Throwable exception) {
        if (exception instanceof RuntimeException unchecked) {
            return unchecked;
        }
        if (exception instanceof Error error) {
            throw error;
        }
        return new CompletionException(exception);
    }

    /** Throws it as it is: for scoped calls, whose bodies can throw nothing else than what the caller declares. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    public static <X extends Throwable> X sneaky(Throwable exception) throws X {
        throw (X) exception;
    }
}
