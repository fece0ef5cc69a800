// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signalbox.core.Guard;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.lang.module.ResolvedModule;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The other tests run on the class path; here the module path has its say. */
@Once
final class ModuleTest {

    private static final String NAME = "dev.signalbox.loop";

    @Test
    void module_needsCoreAloneAtRunTime() throws URISyntaxException {
        ModuleFinder finder = ModuleFinder.of(home(Guard.class), home(WrongLoopException.class));

        Configuration resolved = ModuleLayer.boot().configuration().resolve(finder, ModuleFinder.of(), Set.of(NAME));

        assertThat(resolved.modules())
                .extracting(ResolvedModule::name)
                .containsExactlyInAnyOrder("dev.signalbox.core", NAME);
    }

    @Test
    void module_givesItsClassesToOthers() throws Exception {
        ModuleFinder finder = ModuleFinder.of(home(Guard.class), home(WrongLoopException.class));
        ModuleLayer boot = ModuleLayer.boot();
        ModuleLayer layer = boot.defineModulesWithOneLoader(
                boot.configuration().resolveAndBind(finder, ModuleFinder.of(), Set.of(NAME)), null);

        Class<?> loaded = layer.findLoader(NAME).loadClass("dev.signalbox.loop.WrongLoopException");

        assertThat(loaded.getModule().getName()).isEqualTo(NAME);
        assertThat(loaded.getModule().isExported("dev.signalbox.loop")).isTrue();
    }

    /** What users are not meant to extend, they cannot: a check may rely on a class being just that. */
    @Test
    void exceptions_areFinal() {
        assertThat(List.of(CancelledException.class, StalledLoopException.class, WrongLoopException.class))
                .allSatisfy(type -> assertThat(type).isFinal());
    }

    private static Path home(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }
}
