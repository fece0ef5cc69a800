#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs twins of benchmarks in turn, round after round, and prints what one costs in terms of the other.

A round runs every benchmark in a JVM of its own, twins one right after the other. Of a JVM counts the fastest of many short
iterations, because whatever else the machine does can only add to the time; the ratio is taken within the round, and the median
over the rounds. Times are printed for orientation only.

  python3 benchmarks/ratios.py --java "$JAVA_HOME/bin/java" --rounds 5
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile

# What is measured, its twin, and with how many threads.
PAIRS = [
    ("SemaphoreBenchmark.acquire", "SemaphoreBenchmark.jdkAcquire", 1),
    ("SemaphoreBenchmark.acquireGuard", "SemaphoreBenchmark.jdkAcquire", 1),
    ("SemaphoreBenchmark.acquireBounded", "SemaphoreBenchmark.jdkAcquire", 1),
    ("SemaphoreBenchmark.tryAcquire", "SemaphoreBenchmark.jdkTryAcquire", 1),
    ("SemaphoreBenchmark.acquire", "SemaphoreBenchmark.jdkAcquire", 2),
    ("SemaphoreBenchmark.acquire", "SemaphoreBenchmark.jdkAcquire", 4),
    ("LockBenchmark.lock", "LockBenchmark.jdkLock", 1),
    ("LockBenchmark.lockGuard", "LockBenchmark.jdkLock", 1),
    ("LockBenchmark.lock", "LockBenchmark.jdkLock", 2),
    ("LockBenchmark.lock", "LockBenchmark.jdkLock", 4),
    ("EventBenchmark.isSet", "EventBenchmark.jdkIsOpen", 1),
    ("EventBenchmark.setAndClear", "EventBenchmark.jdkOpenNew", 1),
    ("SwitchBenchmark.yieldNow2", "SwitchBenchmark.bareRing:members=2", 1),
    ("SwitchBenchmark.yieldNow100", "SwitchBenchmark.bareRing:members=100", 1),
    ("CreateBenchmark.tasks", "CreateBenchmark.bareThreads", 1),
    ("AsyncSemaphoreBenchmark.asyncAcquire", "AsyncSemaphoreBenchmark.jdkAcquire", 1),
    ("CallerBenchmark.threadLocks:loops=0", "CallerBenchmark.jdkThreadLocks:loops=0", 1),
    ("CallerBenchmark.threadLocks:loops=1000", "CallerBenchmark.jdkThreadLocks:loops=0", 1),
    ("CallerBenchmark.taskLocks:loops=0", "CallerBenchmark.jdkTaskLocks:loops=0", 1),
    ("CallerBenchmark.taskLocks:loops=1000", "CallerBenchmark.jdkTaskLocks:loops=0", 1),
    ("CallerBenchmark.current:loops=1000", "CallerBenchmark.current:loops=0", 1),
    ("CallbackBenchmark.callSoon", "CallbackBenchmark.jdkHop", 1),
    ("CallbackBenchmark.executeRoundTrip", "CallbackBenchmark.jdkRoundTrip", 1),
]


def run(options, benchmark, threads):
    """The fastest iteration of one JVM, in nanoseconds per operation."""
    name, _, parameter = benchmark.partition(":")
    with tempfile.TemporaryDirectory() as folder:
        result = os.path.join(folder, "result.json")
        command = [options.java, *options.vm, "-jar", options.jar, f"[.]{name.replace('.', '[.]')}$", "-f", "1", "-foe", "true"]
        command += ["-t", str(threads), "-wi", "2", "-w", "400ms", "-i", "30", "-r", "20ms", "-rf", "json", "-rff", result]
        command += ["-p", parameter] if parameter else []
        output = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if output.returncode != 0:
            sys.exit(output.stdout)
        with open(result, encoding="utf-8") as file:
            runs = json.load(file)
    if len(runs) != 1:
        sys.exit(f"{benchmark}: {len(runs)} benchmarks (expected: 1)")
    return min(runs[0]["primaryMetric"]["rawData"][0])


def measure_round(options, pairs, scores):
    done = {}
    for ours, twin, threads in pairs:
        for benchmark in (twin, ours):
            key = (benchmark, threads)
            if key not in done:
                done[key] = run(options, benchmark, threads)
                scores.setdefault(key, []).append(done[key])


def show(ratio):
    return f"{ratio:.2f}" if ratio >= 0.1 else f"{ratio:.1g}"


def report(pairs, scores):
    print("| measured | twin | threads | ratio | lowest to highest | ns | ns of the twin |")
    print("|---|---|---|---|---|---|---|")
    for ours, twin, threads in pairs:
        mine, other = scores[ours, threads], scores[twin, threads]
        ratios = [a / b for a, b in zip(mine, other)]
        print(
            f"| {ours} | {twin} | {threads} | {show(statistics.median(ratios))} | {show(min(ratios))} to {show(max(ratios))} "
            f"| {statistics.median(mine):,.1f} | {statistics.median(other):,.1f} |"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--java", default="java", help="the JVM to measure")
    parser.add_argument("--jar", default="benchmarks/target/benchmarks.jar")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="pairs whose name contains this")
    parser.add_argument("--vm", action="append", default=[], help="an option of the JVM, as --vm=-XX:+UseSerialGC")
    options = parser.parse_args()
    pairs = [pair for pair in PAIRS if options.only in pair[0]]
    if not pairs or options.rounds < 1:
        sys.exit(f"nothing to measure: --only {options.only!r}, --rounds {options.rounds}")
    scores = {}
    for number in range(options.rounds):
        print(f"round {number + 1} of {options.rounds}", file=sys.stderr, flush=True)
        measure_round(options, pairs, scores)
    report(pairs, scores)


if __name__ == "__main__":
    main()
