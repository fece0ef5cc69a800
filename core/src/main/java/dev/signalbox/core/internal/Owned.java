// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core.internal;

import org.jspecify.annotations.Nullable;

/** What a thread parks on while it waits for a lock that has an owner: lets a dump tell who that is. */
public interface Owned {
    /**
     * Returns the owner as it happens to be seen.
     *
     * @return the task or thread; null if there is none
     */
    @Nullable
    Object owner();
}
