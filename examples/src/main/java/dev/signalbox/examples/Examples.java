// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.examples;

/** Runs the examples by name. */
public final class Examples {

    private Examples() {}

    /**
     * Runs what the arguments name.
     *
     * @param args the names of examples
     */
    public static void main(String[] args) {
        System.out.println("examples: " + String.join(" ", args));
    }
}
