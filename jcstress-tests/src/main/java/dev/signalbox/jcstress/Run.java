// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import java.io.IOException;
import java.util.Collection;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.openjdk.jcstress.JCStress;
import org.openjdk.jcstress.Main;
import org.openjdk.jcstress.Options;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.infra.StateCase;
import org.openjdk.jcstress.infra.Status;
import org.openjdk.jcstress.infra.TestInfo;
import org.openjdk.jcstress.infra.collectors.DiskReadCollector;
import org.openjdk.jcstress.infra.collectors.InProcessCollector;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.runners.TestList;

/**
 * Runs jcstress with its own options, and fails unless every selected test did run and every broken twin was caught.
 *
 * <p>jcstress by itself succeeds when no test matches the filter, when a test has more actors than the machine has
 * processors, and when a test could not be loaded. A gate that is silent about those proves nothing; nor does one whose
 * samples were too few to show even what is known to be broken.
 */
public final class Run {

    private Run() {}

    /**
     * Runs the selected tests; {@code -h} lists the options.
     *
     * @param args jcstress's own options
     * @throws Exception if jcstress fails
     */
    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        if (!options.parse()) {
            System.exit(1);
        }
        if (options.shouldList() || options.shouldParse()) {
            Main.main(args);
            return;
        }
        if (!isConvincing(options)) {
            System.exit(1);
        }
    }

    /** Throws what jcstress throws when an outcome is forbidden. */
    private static boolean isConvincing(Options options) throws Exception {
        JCStress jcstress = new JCStress(options);
        SortedSet<String> expected = jcstress.getTests();
        if (expected.isEmpty()) {
            System.err.println("no jcstress test matches: " + options.getTestFilter());
            return false;
        }
        jcstress.run();
        Collection<TestResult> results = results(options.getResultFile());
        return everyTestRan(expected, results) & everyTwinWasCaught(expected, results);
    }

    private static Collection<TestResult> results(String file) throws IOException, ClassNotFoundException {
        InProcessCollector collector = new InProcessCollector();
        DiskReadCollector reader = new DiskReadCollector(file, collector);
        reader.dump();
        reader.close();
        return collector.getTestResults();
    }

    /** A test needs samples; one that jcstress skipped in some configuration does not count. */
    private static boolean everyTestRan(SortedSet<String> expected, Collection<TestResult> results) {
        SortedSet<String> missing = new TreeSet<>(expected);
        SortedSet<String> skipped = new TreeSet<>();
        for (TestResult result : results) {
            if (result.status() == Status.NORMAL && result.getTotalCount() > 0) {
                missing.remove(result.getName());
            } else {
                skipped.add(result.getName());
            }
        }
        missing.addAll(skipped);
        missing.forEach(test -> System.err.println("jcstress test did not run: " + test));
        System.out.printf("%d of %d jcstress tests ran%n", expected.size() - missing.size(), expected.size());
        return missing.isEmpty();
    }

    /** A twin is a test with an interesting outcome; it is caught when that outcome was seen in some configuration. */
    private static boolean everyTwinWasCaught(SortedSet<String> tests, Collection<TestResult> results) {
        SortedMap<String, Long> sightings = new TreeMap<>();
        tests.stream().filter(Run::isTwin).forEach(twin -> sightings.put(twin, 0L));
        for (TestResult result : results) {
            sightings.computeIfPresent(result.getName(), (twin, seen) -> seen + interesting(result));
        }
        long missed = sightings.values().stream().filter(seen -> seen == 0).count();
        sightings.forEach((twin, seen) -> System.out.printf("%12d bad outcomes of %s%n", seen, twin));
        System.out.printf("%d of %d broken twins were caught%n", sightings.size() - missed, sightings.size());
        return missed == 0;
    }

    private static boolean isTwin(String test) {
        TestInfo info = TestList.getInfo(test);
        return expects(info.unmatched()) || info.cases().stream().anyMatch(Run::expects);
    }

    private static boolean expects(StateCase outcome) {
        return outcome.expect() == Expect.ACCEPTABLE_INTERESTING;
    }

    private static long interesting(TestResult result) {
        return result.grading().gradingResults.values().stream()
                .filter(outcome -> outcome.expect == Expect.ACCEPTABLE_INTERESTING)
                .mapToLong(outcome -> outcome.count)
                .sum();
    }
}
