// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.jcstress;

import java.io.IOException;
import java.util.Collection;
import java.util.SortedSet;
import java.util.TreeSet;
import org.openjdk.jcstress.JCStress;
import org.openjdk.jcstress.Main;
import org.openjdk.jcstress.Options;
import org.openjdk.jcstress.infra.Status;
import org.openjdk.jcstress.infra.collectors.DiskReadCollector;
import org.openjdk.jcstress.infra.collectors.InProcessCollector;
import org.openjdk.jcstress.infra.collectors.TestResult;

/**
 * Runs jcstress with its own options, and fails unless every selected test did run.
 *
 * <p>jcstress by itself succeeds when no test matches the filter, when a test has more actors than the machine has
 * processors, and when a test could not be loaded. A gate that is silent about those proves nothing.
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
        if (!everyTestRan(options)) {
            System.exit(1);
        }
    }

    /** Throws what jcstress throws when an outcome is forbidden. */
    private static boolean everyTestRan(Options options) throws Exception {
        JCStress jcstress = new JCStress(options);
        SortedSet<String> expected = jcstress.getTests();
        if (expected.isEmpty()) {
            System.err.println("no jcstress test matches: " + options.getTestFilter());
            return false;
        }
        jcstress.run();
        SortedSet<String> missing = new TreeSet<>(expected);
        missing.removeAll(ran(results(options.getResultFile())));
        missing.forEach(test -> System.err.println("jcstress test did not run: " + test));
        System.out.printf("%d of %d jcstress tests ran%n", expected.size() - missing.size(), expected.size());
        return missing.isEmpty();
    }

    private static Collection<TestResult> results(String file) throws IOException, ClassNotFoundException {
        InProcessCollector collector = new InProcessCollector();
        DiskReadCollector reader = new DiskReadCollector(file, collector);
        reader.dump();
        reader.close();
        return collector.getTestResults();
    }

    /** The tests with samples; one that jcstress skipped in some configuration does not count. */
    private static SortedSet<String> ran(Collection<TestResult> results) {
        SortedSet<String> ran = new TreeSet<>();
        SortedSet<String> skipped = new TreeSet<>();
        for (TestResult result : results) {
            boolean sampled = result.status() == Status.NORMAL && result.getTotalCount() > 0;
            (sampled ? ran : skipped).add(result.getName());
        }
        ran.removeAll(skipped);
        return ran;
    }
}
