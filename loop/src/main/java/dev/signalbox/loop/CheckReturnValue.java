// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The result says whether the call did what it was called for; Error Prone, which knows the simple name, reports one that is ignored. */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
@interface CheckReturnValue {}
