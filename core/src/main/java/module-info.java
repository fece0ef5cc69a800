// SPDX-License-Identifier: Apache-2.0

/**
 * Thread-safe concurrency primitives that refuse misuse on the first wrong call.
 *
 * <p>JSpecify's annotations are needed to compile against this module, not to run it.
 */
module dev.signalbox.core {
    requires static transitive org.jspecify;

    exports dev.signalbox.core;
    exports dev.signalbox.core.internal to
            dev.signalbox.loop;

    uses dev.signalbox.core.internal.WaitHook;
}
