// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core.internal;

import java.lang.ref.Cleaner;

/** Calls who wants to know that something was collected. A thread of its own comes with the first use; most programs never need it. */
public final class Collected {
    /** The one for all. */
    public static final Cleaner CLEANER = Cleaner.create();

    private Collected() {}
}
