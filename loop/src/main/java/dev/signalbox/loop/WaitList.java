// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.loop.internal.Engine;
import org.jspecify.annotations.Nullable;

/** Those who wait for one thing, in the order in which they came; leaving from the middle costs the same as from the end. */
final class WaitList {
    /** What they wait for. */
    final Object owner;

    private @Nullable Link first;
    private @Nullable Link last;
    private int size;

    WaitList(Object owner) {
        this.owner = owner;
    }

    boolean isEmpty() {
        return first == null;
    }

    int size() {
        return size;
    }

    @Nullable
    Link first() {
        return first;
    }

    void add(Link link) {
        assert link.list == null : "in a list already: " + link;
        link.list = this;
        link.previous = last;
        if (last == null) {
            first = link;
        } else {
            last.next = link;
        }
        last = link;
        size++;
    }

    void remove(Link link) {
        assert link.list == this : "not in this list: " + link;
        Link before = link.previous;
        Link after = link.next;
        if (before == null) {
            first = after;
        } else {
            before.next = after;
        }
        if (after == null) {
            last = before;
        } else {
            after.previous = before;
        }
        link.list = null;
        link.previous = null;
        link.next = null;
        size--;
    }

    /** Tells the first, which leaves the list. */
    void signalFirst() {
        Link link = first;
        if (link == null) {
            return;
        }
        Engine engine = owner instanceof LoopBound bound ? bound.loop().engine : null;
        try {
            remove(link);
            link.signalled();
        } catch (StackOverflowError e) {
            // Half told it would wait for ever: ends the run. No call, there may be no room for one.
            if (engine != null) {
                engine.failure = e;
            }
            throw e;
        }
    }

    /** Tells all who are here now; those who come meanwhile are not among them. */
    void signalAll() {
        for (int left = size; left > 0 && first != null; left--) {
            signalFirst();
        }
    }
}
