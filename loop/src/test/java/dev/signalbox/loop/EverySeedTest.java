// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signalbox.loop.internal.Simulation;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.ClassNameFilter;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * The tests of this package, all of them once for each of many seeds: what a test says has to hold in whatever order a loop runs what is
 * ready, unless it is {@link InOrder} or to be run only {@link Once}. The tests of {@code TestLoop} are not among them, since they choose their seeds themselves.
 */
@Once
final class EverySeedTest {
    /** How many orders of everything: a few in each build, and many where there is time. */
    private static final int SEEDS = Integer.getInteger("signalbox.seeds", 3);

    /** If fewer tests were run, some would have lost their way here. */
    private static final int FEWEST = 900;

    /** The log of loops that were not told where else to report what their tests plan to fail. */
    private static final Logger LOG = Logger.getLogger("dev.signalbox.loop");

    private final LauncherDiscoveryRequest everything =
            request(DiscoverySelectors.selectPackage(EverySeedTest.class.getPackageName()), "[^.$]+");

    @Test
    @Timeout(value = 1, unit = TimeUnit.DAYS) // each of the tests has its own
    void everyTest_holdsInTheOrderOfEverySeed() {
        for (long seed = 0; seed < SEEDS; seed++) {
            Pass pass = run(everything, seed);
            assertThat(pass.tests).as("tests with seed " + seed).isGreaterThanOrEqualTo(FEWEST);
        }
    }

    /** Right as long as the producer, which was made first, also runs first. */
    static final class Planted {
        @Test
        void consumer_findsWhatTheProducerMade() {
            EventLoop.run(() -> {
                List<String> made = new ArrayList<>();
                Async.createTask(() -> made.add("x"));
                Async.createTask(() -> assertThat(made).hasSize(1)).await();
            });
        }
    }

    @Test
    void plantedMistake_isSeenUnderSomeSeed_andTheSeedIsNamed() {
        LauncherDiscoveryRequest planted =
                request(DiscoverySelectors.selectClass(Planted.class), "EverySeedTest\\$Planted");
        assertThat(run(planted, null).tests).as("first in, first out").isEqualTo(1);
        assertThatThrownBy(() -> {
                    for (long seed = 0; seed < 20; seed++) {
                        run(planted, seed);
                    }
                })
                .isExactlyInstanceOf(AssertionError.class)
                .hasMessageMatching("(?s)1 of 1 tests failed with seed \\d+\n"
                        + "consumer_findsWhatTheProducerMade\\(\\): mvn test .*"
                        + " -Ddev\\.signalbox\\.loop\\.seed=\\d+ '-Dtest=EverySeedTest\\$Planted#consumer_findsWhatTheProducerMade'\n"
                        + ".*Expected size: 1 but was: 0.*");
    }

    private static LauncherDiscoveryRequest request(DiscoverySelector what, String classes) {
        return LauncherDiscoveryRequestBuilder.request()
                .selectors(what)
                .filters(
                        ClassNameFilter.includeClassNamePatterns("dev\\.signalbox\\.loop\\." + classes),
                        TagFilter.excludeTags(InOrder.TAG, Once.TAG))
                // Whoever hangs is left behind: no interrupt gets a thread out of a loop that does not end.
                .configurationParameter("junit.jupiter.execution.timeout.thread.mode.default", "SEPARATE_THREAD")
                .build();
    }

    /** Runs tests in the order of a seed, or without one. */
    private static Pass run(LauncherDiscoveryRequest tests, Long seed) {
        Pass pass = new Pass(seed);
        String before = seed == null
                ? System.clearProperty(Simulation.PROPERTY)
                : System.setProperty(Simulation.PROPERTY, Long.toString(seed));
        boolean logged = LOG.getUseParentHandlers();
        LOG.setUseParentHandlers(false);
        try {
            LauncherFactory.create(LauncherConfig.builder()
                            .enableTestExecutionListenerAutoRegistration(false)
                            .build())
                    .execute(tests, pass);
        } finally {
            LOG.setUseParentHandlers(logged);
            if (before == null) {
                System.clearProperty(Simulation.PROPERTY);
            } else {
                System.setProperty(Simulation.PROPERTY, before);
            }
        }
        pass.throwFailures();
        return pass;
    }

    /** What came of the tests with one seed. */
    private static final class Pass implements TestExecutionListener {
        private final Long seed;
        private final List<String> failures = Collections.synchronizedList(new ArrayList<>());
        private int tests;

        Pass(Long seed) {
            this.seed = seed;
        }

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            if (test.isTest()) {
                tests++;
            }
            result.getThrowable()
                    .filter(e -> result.getStatus() == TestExecutionResult.Status.FAILED)
                    .ifPresent(e -> failures.add(test.getDisplayName() + ": " + replay(test) + "\n" + stackTrace(e)));
        }

        void throwFailures() {
            if (!failures.isEmpty()) {
                throw new AssertionError(failures.size() + " of " + tests + " tests failed with seed " + seed + "\n"
                        + String.join("\n", failures));
            }
        }

        private String replay(TestIdentifier test) {
            String name = test.getSource()
                    .map(source -> source instanceof MethodSource method
                            ? simpleName(method.getClassName()) + "#" + method.getMethodName()
                            : test.getLegacyReportingName())
                    .orElse(test.getDisplayName());
            return "mvn test -pl core,loop -Dsurefire.failIfNoSpecifiedTests=false -D" + Simulation.PROPERTY + "="
                    + seed + " '-Dtest=" + name + "'";
        }

        private static String simpleName(String className) {
            return className.substring(className.lastIndexOf('.') + 1);
        }

        private static String stackTrace(Throwable e) {
            StringWriter text = new StringWriter();
            e.printStackTrace(new PrintWriter(text, true));
            return text.toString();
        }
    }
}
