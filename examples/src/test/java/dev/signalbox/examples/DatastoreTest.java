// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class DatastoreTest {
    @Test
    void run_losesAnUpdateOnlyWithoutALock() throws Exception {
        Datastore.Result result = Attempts.until(
                facts -> facts.withoutLock() < facts.workers(), () -> Datastore.run(new Output().stream()));

        assertThat(result.workers()).isEqualTo(3);
        assertThat(result.withoutLock()).isLessThan(3);
        assertThat(result.withGuard()).isEqualTo(3);
        assertThat(result.withRelease()).isEqualTo(3);
    }

    @Test
    void run_logsWhatHappens() throws Exception {
        Output output = new Output();

        Datastore.run(output.stream());

        assertThat(output.text()).contains("worker 1  reads  0", "worker 3  has the lock", "writes 3");
    }
}
