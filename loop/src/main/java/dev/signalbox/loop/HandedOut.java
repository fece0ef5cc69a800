// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

/** Something outside a loop that relies on the loop, and has to hear of its end. */
interface HandedOut {
    /** The loop is closed. Called by the thread that closes it, with the baton on the floor: other people's code may run. */
    void closed();
}
