// SPDX-License-Identifier: Apache-2.0

/** An event loop that runs tasks in direct style, and the primitives bound to it. */
module dev.signalbox.loop {
    requires transitive dev.signalbox.core;
    requires static java.management;
    requires static jdk.jfr;
    requires static transitive org.jspecify;

    exports dev.signalbox.loop;
    exports dev.signalbox.loop.testing;

    provides dev.signalbox.core.internal.WaitHook with
            dev.signalbox.loop.internal.TaskWaitHook;
}
