// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/**
 * The test states in which order a loop runs what is ready, first in, first out, or counts the turns that something takes: it does not hold
 * under the order of a seed, and {@link EverySeedTest} leaves it out. What a primitive promises to those who wait, whatever the loop's order,
 * is no reason for this.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag(InOrder.TAG)
@interface InOrder {
    String TAG = "in-order";
}
