// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/**
 * The test is run once in a build, and left out by {@link EverySeedTest}: the order in which a loop runs what is ready decides nothing in it, or
 * it takes so long (much code, real time, other processes) that two hundred times as long is too much.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag(Once.TAG)
@interface Once {
    String TAG = "once";
}
