// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs {@link LeakScenarios}, at the level that the system property sets for a copy of the library. */
@Timeout(60)
final class LeakDetectionTest {
    private static final String PROPERTY = "dev.signalbox.leaks";

    static Stream<String> scenarios() {
        return Arrays.stream(LeakScenarios.class.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()))
                .map(Method::getName)
                .sorted();
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void full(String scenario, @TempDir Path directory) throws Throwable {
        at("full", directory, scenario);
    }

    @Test
    void unknownLevel_failsTheFirstUse(@TempDir Path directory) {
        assertThatThrownBy(() -> at("paranoid", directory, "semaphores"))
                .isInstanceOf(ExceptionInInitializerError.class)
                .cause()
                .hasMessage("dev.signalbox.leaks: paranoid (expected: off, sampled or full)");
    }

    private static void at(String level, Path directory, String scenario) throws Throwable {
        Class<?> isolated = new IsolatedCore(directory).loadClass(LeakScenarios.class.getName());
        assertThat(isolated).isNotSameAs(LeakScenarios.class);
        System.setProperty(PROPERTY, level);
        try {
            isolated.getMethod(scenario).invoke(null);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        } finally {
            System.clearProperty(PROPERTY);
        }
    }
}
