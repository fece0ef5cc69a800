// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import org.jspecify.annotations.Nullable;

/** The cancel requests that a task was made, if any: which are open, and which it was not told of yet. Guarded by the baton. */
final class CancelRequests {
    /** What {@link Task#cancelling()} tells: requests that nobody took back. */
    private int open;
    /** Requests that were not thrown yet; those of time limits apart, since these are taken back when the scope ends. */
    private int undelivered;

    private int undeliveredExpiries;
    /** How often a cancel was thrown. */
    private int deliveries;
    /** Waits that were refused because the loop is closing. */
    private int refusals;

    private @Nullable String message;
    /** The cancel that was thrown and not dealt with; only where the loop looks for swallowed ones. */
    private @Nullable CancelledException unanswered;

    int open() {
        return open;
    }

    /** That of the last request. */
    @Nullable
    String message() {
        return message;
    }

    int deliveries() {
        return deliveries;
    }

    /** Whether one is to be thrown. */
    boolean isPending() {
        return (undelivered | undeliveredExpiries) != 0;
    }

    /** The requests of which the task knows already. */
    int known() {
        return Math.max(open - undelivered - undeliveredExpiries, 0);
    }

    /** One more; whether, and by whom, it is to be thrown is said apart. */
    void add(@Nullable String newMessage) {
        open++;
        message = newMessage;
    }

    /** The one that was added is to be thrown. */
    void toDeliver() {
        undelivered++;
    }

    /** The one that was added is to be thrown, unless its time limit takes it back before. */
    void toDeliverExpiry() {
        undeliveredExpiries++;
    }

    /** A wait was refused, which is a request; returns how many were. */
    int refuse(String newMessage) {
        add(newMessage);
        return ++refusals;
    }

    void delivered() {
        undelivered = 0;
        undeliveredExpiries = 0;
        deliveries++;
    }

    /** The exception was thrown; the first one counts until it is dealt with. */
    void expectAnswer(CancelledException thrown) {
        if (unanswered == null) {
            unanswered = thrown;
        }
    }

    /** The task has ended, or dealt with it. */
    @Nullable
    CancelledException takeUnanswered() {
        CancelledException thrown = unanswered;
        unanswered = null;
        return thrown;
    }

    /** The task has dealt with one: with none left, what was not thrown is dropped. */
    void takeBack() {
        forget();
        unanswered = null;
        undelivered = Math.min(undelivered, open);
        if (open == 0) {
            undeliveredExpiries = 0;
        }
    }

    /** The scope of a time limit ends. */
    void takeBackExpiry(boolean neverThrown) {
        if (neverThrown && undeliveredExpiries > 0) {
            undeliveredExpiries--;
        }
        forget();
        if (open == 0) {
            unanswered = null;
        }
    }

    private void forget() {
        open = Math.max(open - 1, 0);
    }
}
