// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import java.lang.ref.Cleaner;

/** Calls who wants to know that something was collected. A thread of its own comes with the first use; most programs never need it. */
final class Collected {
    static final Cleaner CLEANER = Cleaner.create();

    private Collected() {}
}
