// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class OwnThreadsTest {
    private final List<String> warnings = new ArrayList<>();

    @Test
    void closed_isNoMatterForAWarning() {
        assertThat(OwnThreads.obstacle(
                        25, OwnThreads.describe(new IllegalAccessException("closed")), () -> null, warnings::add))
                .isEqualTo("java.base/java.lang is not open to dev.signalbox.loop");
        assertThat(OwnThreads.obstacle(
                        17, OwnThreads.describe(new ClassNotFoundException("builders")), () -> null, warnings::add))
                .isEqualTo("Java 17 has no virtual threads");
        assertThat(warnings).isEmpty();
    }

    @Test
    void open_andNotAsExpected_isSaid() {
        assertThat(OwnThreads.obstacle(
                        30,
                        OwnThreads.describe(new NoSuchMethodException("newVirtualThread")),
                        () -> null,
                        warnings::add))
                .isEqualTo(
                        "java.lang lacks what was expected there: java.lang.NoSuchMethodException: newVirtualThread");
        assertThat(warnings)
                .containsExactly("event loops use the scheduler of the JDK instead of their own: java.lang lacks what"
                        + " was expected there: java.lang.NoSuchMethodException: newVirtualThread");
    }

    @Test
    void trialThatFails_isSaid() {
        assertThat(OwnThreads.obstacle(30, null, () -> "it does not yield", warnings::add))
                .isEqualTo("it does not yield");
        assertThat(warnings)
                .containsExactly("event loops use the scheduler of the JDK instead of their own: it does not yield");
    }

    @Test
    void openAndAsExpected_isNoObstacle() {
        assertThat(OwnThreads.obstacle(25, null, () -> null, warnings::add)).isNull();
        assertThat(warnings).isEmpty();
    }

    /** The suite opens java.lang in the run on this scheduler only. */
    @Test
    void thisJava() {
        assumeTrue(Runtime.version().feature() >= 21);
        if (Threads.configured() == Threads.OWN) {
            assertThat(OwnThreads.obstacle()).isNull();
        } else {
            assertThat(OwnThreads.obstacle()).isEqualTo("java.base/java.lang is not open to dev.signalbox.loop");
        }
    }
}
