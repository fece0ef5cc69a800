// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandles;

/** Code that cannot leave its thread, even if that is a virtual one: it runs in the initializer of a class that is defined anew for it. */
public final class Pinned {
    private static final byte[] INITIALIZER = bytesOf(Initializer.class);

    private Pinned() {}

    public static void run(Runnable code) {
        try {
            MethodHandles.lookup().defineHiddenClassWithClassData(INITIALIZER, code, true);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    private static final class Initializer {
        static {
            try {
                MethodHandles.classData(MethodHandles.lookup(), ConstantDescs.DEFAULT_NAME, Runnable.class)
                        .run();
            } catch (IllegalAccessException e) {
                throw new AssertionError(e);
            }
        }
    }

    private static byte[] bytesOf(Class<?> type) {
        String file = type.getName().substring(type.getPackageName().length() + 1) + ".class";
        try (InputStream in = type.getResourceAsStream(file)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
