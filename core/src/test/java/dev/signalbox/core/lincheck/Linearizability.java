// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core.lincheck;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Options;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;

/**
 * Whatever several threads call at once, each gets what it would have got had the calls come one after the other, in some
 * order.
 *
 * <p>The operations are those of the test itself. Beside them stands a twin that is known to be wrong: a check that does
 * not find it proves nothing. Lincheck calls all of them, so they and their classes are public.
 */
abstract class Linearizability {

    /** The same operations, done in a way that is known to be wrong. */
    abstract Class<?> brokenTwin();

    /** What the operations do one after the other. */
    Class<?> specification() {
        return getClass();
    }

    @Test
    void modelChecking_findsNothing() {
        modelChecking().sequentialSpecification(specification()).check(getClass());
    }

    @Test
    void stress_findsNothing() {
        stress().sequentialSpecification(specification()).check(getClass());
    }

    @Test
    void modelChecking_findsTheBrokenTwin() {
        assertIsFound(modelChecking());
    }

    @Test
    void stress_findsTheBrokenTwin() {
        assertIsFound(stress().iterations(100).invocationsPerIteration(2_000));
    }

    /** Otherwise it would be found for another reason than what happens at once. */
    @Test
    void brokenTwin_isRightInOneThread() {
        modelChecking()
                .iterations(50)
                .invocationsPerIteration(1)
                .threads(1)
                .sequentialSpecification(specification())
                .check(brokenTwin());
    }

    private void assertIsFound(Options<?, ?> options) {
        options.sequentialSpecification(specification()).minimizeFailedScenario(false);
        assertThatThrownBy(() -> options.check(brokenTwin())).isInstanceOf(LincheckAssertionError.class);
    }

    private static ModelCheckingOptions modelChecking() {
        return withScenarios(new ModelCheckingOptions()).invocationsPerIteration(300);
    }

    private static StressOptions stress() {
        return withScenarios(new StressOptions()).invocationsPerIteration(500);
    }

    // Nothing before and after, because that runs in a thread of its own, which matters to locks that have an owner.
    private static <O extends Options<O, ?>> O withScenarios(O options) {
        return options.iterations(6)
                .threads(2)
                .actorsPerThread(4)
                .actorsBefore(0)
                .actorsAfter(0);
    }
}
