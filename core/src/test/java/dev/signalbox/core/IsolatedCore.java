// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

import dev.signalbox.core.internal.WaitHook;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Enumeration;

/** A second copy of the library and of its tests, in which a hook is installed: the hook is looked up only once per copy. */
final class IsolatedCore extends ClassLoader {
    private static final String OWN = "dev.signalbox.core.";

    private final URL services;

    IsolatedCore(Path directory) throws IOException {
        super(IsolatedCore.class.getClassLoader());
        services = Files.writeString(directory.resolve("services"), RecordingHook.class.getName())
                .toUri()
                .toURL();
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(OWN)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : define(name);
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            byte[] bytes = in.readAllBytes();
            return defineClass(name, bytes, 0, bytes.length);
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
        return name.equals("META-INF/services/" + WaitHook.class.getName())
                ? Collections.enumeration(Collections.singleton(services))
                : super.getResources(name);
    }
}
