// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.lincheck;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Options;
import org.junit.jupiter.api.Test;

/**
 * What several threads call at once on a piece of the loop has the outcome of the same calls one after the other, in some order.
 *
 * <p>The operations are those of the test itself. Beside them stands a twin that is known to be wrong: a check that does not find it
 * proves nothing. Lincheck calls all of them, so they and their classes are public.
 */
public abstract class Linearizability {
    /** The same operations, done in a way that is known to be wrong. */
    protected abstract Class<?> brokenTwin();

    /** What the operations do one after the other. */
    protected abstract Class<?> specification();

    @Test
    final void modelChecking_findsNothing() {
        modelChecking().check(getClass());
    }

    @Test
    final void modelChecking_findsTheBrokenTwin() {
        assertIsFound(modelChecking().iterations(30));
    }

    /** Otherwise it would be found for another reason than what happens at once. */
    @Test
    final void brokenTwin_isRightInOneThread() {
        modelChecking().iterations(50).invocationsPerIteration(1).threads(1).check(brokenTwin());
    }

    private void assertIsFound(Options<?, ?> options) {
        options.minimizeFailedScenario(false);
        assertThatThrownBy(() -> options.check(brokenTwin())).isInstanceOf(LincheckAssertionError.class);
    }

    private ModelCheckingOptions modelChecking() {
        return new ModelCheckingOptions()
                .iterations(6)
                .invocationsPerIteration(300)
                .threads(2)
                .actorsPerThread(4)
                .actorsBefore(0)
                .actorsAfter(0)
                .sequentialSpecification(specification());
    }
}
