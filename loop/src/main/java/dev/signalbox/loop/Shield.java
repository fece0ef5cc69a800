// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import org.jspecify.annotations.Nullable;

/** A future that follows another: ends as that one does, but its own end leaves the other alone. Guarded by the baton. */
final class Shield<T extends @Nullable Object> extends Link {
    private final Future<T> inner;
    private final Future<T> outer;

    private Shield(Future<T> inner, Future<T> outer) {
        this.inner = inner;
        this.outer = outer;
    }

    /** Stands in the list of each for as long as both are pending, so that none keeps the other for longer. */
    static <T extends @Nullable Object> Future<T> of(Future<T> inner) {
        if (!inner.isPending()) {
            return inner;
        }
        Shield<T> shield = new Shield<>(inner, new Future<>(inner.loop()));
        inner.addWaiter(shield);
        shield.outer.addWaiter(shield.new OuterDone());
        return shield.outer;
    }

    @Override
    void signalled() {
        outer.finishAs(inner);
    }

    /** What the outer one follows, if it is the outer one of a shield: nobody stands in its list before that. Any thread, racily. */
    static @Nullable Future<?> innerOf(@Nullable Link first) {
        return first instanceof Shield<?>.OuterDone done ? done.inner() : null;
    }

    private final class OuterDone extends Link {
        Future<?> inner() {
            return inner;
        }

        @Override
        void signalled() {
            Shield.this.unlink();
            outer.untold(); // to stand in its list was not to ask
        }
    }
}
