// SPDX-License-Identifier: Apache-2.0

/**
 * What Signalbox claims about threads, each claim as a jcstress test with a broken twin beside it.
 *
 * <p>Two actors each, because three do not run on two processors. The twin does the same in a way that is known to be
 * wrong: that its bad outcome shows proves that the test could have found it. {@link dev.signalbox.jcstress.Run} fails
 * when it does not.
 *
 * <p>Tests of what is private to the loop are in its packages.
 */
@NullMarked
package dev.signalbox.jcstress;

import org.jspecify.annotations.NullMarked;
