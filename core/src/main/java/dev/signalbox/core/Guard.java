// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core;

/** What was acquired, for a {@code try}-with-resources block that gives it back. */
public interface Guard extends AutoCloseable {

    /** Gives back what was acquired. */
    @Override
    void close();
}
