// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.core.internal;

/** The service through which an event loop lets a task step aside while a primitive makes its thread wait. */
public interface WaitHook {}
