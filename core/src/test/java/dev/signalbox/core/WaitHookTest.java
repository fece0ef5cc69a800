// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signalbox.testkit.TestThreads;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs {@link HookScenarios}; every other test runs without a hook. */
@ExtendWith(TestThreads.Extension.class)
final class WaitHookTest {
    static Stream<String> scenarios() {
        return Arrays.stream(HookScenarios.class.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()))
                .map(Method::getName)
                .sorted();
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void hook(String scenario, TestThreads threads, @TempDir Path directory) throws Throwable {
        Class<?> isolated = new IsolatedCore(directory).loadClass(HookScenarios.class.getName());
        assertThat(isolated).isNotSameAs(HookScenarios.class);

        try {
            isolated.getMethod(scenario, TestThreads.class).invoke(null, threads);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
