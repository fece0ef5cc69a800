// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.module.Configuration;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The other tests run on the class path; here the module path has its say. */
final class ModuleTest {

    private static final String NAME = "dev.signalbox.core";

    @Test
    void module_needsNothingAtRunTime() throws URISyntaxException {
        Configuration resolved = ModuleLayer.boot().configuration().resolve(finder(), ModuleFinder.of(), Set.of(NAME));

        assertThat(resolved.modules()).hasSize(1);
    }

    @Test
    void module_exportsItsPackageAlone() throws URISyntaxException {
        ModuleDescriptor descriptor = finder().find(NAME).orElseThrow().descriptor();

        assertThat(descriptor.exports())
                .filteredOn(exports -> !exports.isQualified())
                .extracting(ModuleDescriptor.Exports::source)
                .containsExactly(NAME);
    }

    private static ModuleFinder finder() throws URISyntaxException {
        return ModuleFinder.of(Path.of(
                Guard.class.getProtectionDomain().getCodeSource().getLocation().toURI()));
    }
}
