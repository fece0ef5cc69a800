// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import dev.signalbox.loop.lincheck.Linearizability;
import java.util.List;
import java.util.stream.Stream;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jspecify.annotations.Nullable;

/** Several loops use an object for the first time: it belongs to one of them, and to that one from then on. */
@Once
public class FirstUseLincheckTest extends Linearizability {
    private static final List<EventLoop> LOOPS =
            Stream.generate(EventLoop::create).limit(3).toList();

    private final Unbound bound = new Unbound();

    private static final class Unbound extends LoopBound {
        Unbound() {
            super(null);
        }
    }

    @Operation
    public boolean bindTo(@Param(gen = IntGen.class, conf = "0:2") int loop) {
        return bound.bindTo(LOOPS.get(loop));
    }

    @Operation
    public boolean isBound() {
        return bound.isBound();
    }

    @Override
    protected Class<?> specification() {
        return InOrder.class;
    }

    @Override
    protected Class<?> brokenTwin() {
        return Broken.class;
    }

    /** The first wins. */
    public static class InOrder {
        private @Nullable Integer winner;

        public boolean bindTo(int loop) {
            if (winner == null) {
                winner = loop;
            }
            return winner == loop;
        }

        public boolean isBound() {
            return winner != null;
        }
    }

    /** Looks first, and writes afterwards. */
    public static class Broken {
        private volatile @Nullable EventLoop winner;

        @Operation
        public boolean bindTo(@Param(gen = IntGen.class, conf = "0:2") int loop) {
            EventLoop candidate = LOOPS.get(loop);
            if (winner == null) {
                winner = candidate;
                return true;
            }
            return winner == candidate;
        }

        @Operation
        public boolean isBound() {
            return winner != null;
        }
    }
}
