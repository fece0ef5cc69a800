#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs twins of benchmarks in turn, round after round, and prints what one costs in terms of the other, as a table.

A round runs every benchmark in a JVM of its own, twins one right after the other; the ratio is taken within the round, and the
median over the rounds. Of a JVM with one thread counts the fastest of many short iterations, because whatever else the machine
does can only add to the time; where threads meet, the median of longer iterations, because the fastest would be one in which they
did not meet. Times are printed for orientation only.

  python3 benchmarks/ratios.py core --java "$JAVA_HOME/bin/java"
  python3 benchmarks/ratios.py core --java "$JAVA_HOME/bin/java" --only Queue --rounds 5
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import zipfile

# How long a JVM runs. The other threads of a crew are not JMH's, so a benchmark says itself that threads meet in it.
ALONE = ["-wi", "2", "-w", "400ms", "-i", "30", "-r", "20ms"]
TOGETHER = ["-wi", "3", "-w", "300ms", "-i", "10", "-r", "100ms"]
CREWS = ("oneToOne", "twoToTwo", "turn", "meet", "jdkMeet", "executeBurst", "jdkBurst")

# A benchmark that runs from a jar in which loop and its service are missing.
WITHOUT_LOOP = "core only: "

# The twins of more than one row: what to call them, and the benchmark.
SEMAPHORE = ("`j.u.c.Semaphore`", "SemaphoreBenchmark.jdkAcquire")
FAIR_SEMAPHORE = ("fair `j.u.c.Semaphore`", "SemaphoreBenchmark.jdkAcquireFair")
REENTRANT_LOCK = ("`ReentrantLock`", "LockBenchmark.jdkLock")
JDK_CONDITION = "condition of `ReentrantLock`"


def contended(who, threads):
    """What several threads want at once."""
    return [
        (f"`Semaphore`, {who} on one permit", "SemaphoreBenchmark.acquire", SEMAPHORE, threads),
        (f"`BoundedSemaphore`, {who} on one permit", "SemaphoreBenchmark.acquireBounded", SEMAPHORE, threads),
        (f"`Semaphore.fair`, {who} on one permit", "SemaphoreBenchmark.acquireFair", FAIR_SEMAPHORE, threads),
        (f"`Lock`, {who}", "LockBenchmark.lock", REENTRANT_LOCK, threads),
        (f"`RLock`, {who}", "RLockBenchmark.lock", REENTRANT_LOCK, threads),
    ]


def queues(what, benchmark, kinds=("QUEUE", "QUEUE_100", "LIFO", "PRIORITY")):
    """Queues of this library beside those of the JDK."""
    rows = []
    for kind, name, twins in (
        ("QUEUE", "Queue", (("LinkedBlockingQueue", "JDK_LINKED"),)),
        (
            "QUEUE_100",
            "Queue(100)",
            (("LinkedBlockingQueue(100)", "JDK_LINKED_100"), ("ArrayBlockingQueue(100)", "JDK_ARRAY_100")),
        ),
        ("LIFO", "LifoQueue", (("LinkedBlockingDeque", "JDK_DEQUE"),)),
        ("PRIORITY", "PriorityQueue", (("PriorityBlockingQueue", "JDK_PRIORITY"),)),
    ):
        for twin, twin_kind in twins if kind in kinds else ():
            against = (f"`{twin}`", f"QueueBenchmark.{benchmark}:kind={twin_kind}")
            rows.append((f"`{name}` {what}", f"QueueBenchmark.{benchmark}:kind={kind}", against, 1))
    return rows


def hook(name, ours, twin):
    return (f"`{name}`, and a loop runs elsewhere", f"HookBenchmark.{ours}", ("without loop", WITHOUT_LOOP + twin), 1)


def condition(what, benchmark, kind):
    twin = (JDK_CONDITION, f"ConditionBenchmark.{benchmark}:kind=JDK")
    return (f"`Condition` of {what}", f"ConditionBenchmark.{benchmark}:kind={kind}", twin, 1)


# What is measured, the benchmark, what to call its twin and the twin, and with how many threads of JMH.
SETS = {
    "core": [
        ("`Semaphore` acquire and release", "SemaphoreBenchmark.acquire", SEMAPHORE, 1),
        ("the same in a `try` block", "SemaphoreBenchmark.acquireGuard", SEMAPHORE, 1),
        ("`BoundedSemaphore` acquire and release", "SemaphoreBenchmark.acquireBounded", SEMAPHORE, 1),
        (
            "`Semaphore` tryAcquire and release",
            "SemaphoreBenchmark.tryAcquire",
            ("`j.u.c.Semaphore`", "SemaphoreBenchmark.jdkTryAcquire"),
            1,
        ),
        ("`Semaphore.fair` acquire and release", "SemaphoreBenchmark.acquireFair", FAIR_SEMAPHORE, 1),
        ("`Lock` lock and unlock", "LockBenchmark.lock", REENTRANT_LOCK, 1),
        ("`Lock` acquire in a `try` block", "LockBenchmark.lockGuard", REENTRANT_LOCK, 1),
        ("`RLock` lock and unlock", "RLockBenchmark.lock", REENTRANT_LOCK, 1),
        ("`RLock` acquire in a `try` block", "RLockBenchmark.lockGuard", REENTRANT_LOCK, 1),
        (
            "`RLock` lock and unlock, twice nested",
            "RLockBenchmark.reenter",
            ("`ReentrantLock`", "RLockBenchmark.jdkReenter"),
            1,
        ),
        ("`Event.isSet`", "EventBenchmark.isSet", ("`CountDownLatch.getCount`", "EventBenchmark.jdkIsOpen"), 1),
        ("`Event.await` when set", "EventBenchmark.awaitSet", ("`CountDownLatch.await`", "EventBenchmark.jdkAwaitOpen"), 1),
        (
            "`Event` set and clear",
            "EventBenchmark.setAndClear",
            ("new `CountDownLatch`, counted down", "EventBenchmark.jdkOpenNew"),
            1,
        ),
        condition("an `RLock`, a signal to nobody", "signalNobody", "RLOCK"),
        *queues("put and take", "pair"),
        *contended("two threads", 2),
        *contended("four threads", 4),
        condition("an `RLock`, turns of two threads", "turn", "RLOCK"),
        condition("a `Lock`, turns of two threads", "turn", "LOCK"),
        ("`Barrier` of two", "BarrierBenchmark.meet", ("`CyclicBarrier`", "BarrierBenchmark.jdkMeet"), 1),
        *queues("from one thread to another", "oneToOne"),
        *queues("from two threads to two others", "twoToTwo", ("QUEUE", "QUEUE_100")),
        hook("Semaphore", "acquire", "SemaphoreBenchmark.acquire"),
        hook("Lock", "lock", "LockBenchmark.lock"),
        hook("RLock", "rlock", "RLockBenchmark.lock"),
        hook("Queue", "pair", "QueueBenchmark.pair:kind=QUEUE"),
    ],
    "loop": [
        (
            "switch between two tasks",
            "SwitchBenchmark.yieldNow2",
            ("two bare threads that park and unpark", "SwitchBenchmark.bareRing:members=2"),
            1,
        ),
        (
            "switch among a hundred tasks",
            "SwitchBenchmark.yieldNow100",
            ("a ring of a hundred bare threads", "SwitchBenchmark.bareRing:members=100"),
            1,
        ),
        (
            "create, run and gather a task, batches of 1,000",
            "CreateBenchmark.tasks",
            ("start and join a bare thread", "CreateBenchmark.bareThreads"),
            1,
        ),
        (
            "`AsyncSemaphore` acquire and release in a task",
            "AsyncSemaphoreBenchmark.asyncAcquire",
            ("`j.u.c.Semaphore` in the same task", "AsyncSemaphoreBenchmark.jdkAcquire"),
            1,
        ),
        (
            "`RLock` of a thread, a thousand loops run",
            "CallerBenchmark.threadLocks:loops=1000",
            ("`ReentrantLock`", "CallerBenchmark.jdkThreadLocks:loops=0"),
            1,
        ),
        (
            "`RLock` of a task, a thousand loops run",
            "CallerBenchmark.taskLocks:loops=1000",
            ("`ReentrantLock`", "CallerBenchmark.jdkTaskLocks:loops=0"),
            1,
        ),
        (
            "`EventLoop.current`, a thousand loops run",
            "CallerBenchmark.current:loops=1000",
            ("one loop runs", "CallerBenchmark.current:loops=0"),
            1,
        ),
        (
            "`callSoon`, from one callback to the next",
            "CallbackBenchmark.callSoon",
            ("`execute` of a single-thread executor, the same", "CallbackBenchmark.jdkHop"),
            1,
        ),
        (
            "`execute` from another thread, and back",
            "CallbackBenchmark.executeRoundTrip",
            ("the same with a single-thread executor", "CallbackBenchmark.jdkRoundTrip"),
            1,
        ),
    ],
}


def remove_loop(jar, folder):
    """Copies the jar of the benchmarks as it is for who uses core alone."""
    copy = os.path.join(folder, "core-only.jar")
    with zipfile.ZipFile(jar) as source, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            if not name.startswith(("dev/signalbox/loop/", "META-INF/services/dev.signalbox.")):
                target.writestr(name, source.read(name))
    return copy


class Failed(Exception):
    """A benchmark did not run; what it printed."""


def run(java, vm, jar, benchmark, threads=1):
    """Nanoseconds and bytes per operation, of one JVM."""
    only_core = benchmark.startswith(WITHOUT_LOOP)
    name, _, parameter = benchmark.removeprefix(WITHOUT_LOOP).partition(":")
    together = threads > 1 or name.endswith(CREWS)
    with tempfile.TemporaryDirectory() as folder:
        result = os.path.join(folder, "result.json")
        jar = remove_loop(jar, folder) if only_core else jar
        command = [java, *vm, "-jar", jar, f"[.]{name.replace('.', '[.]')}$", "-f", "1", "-foe", "true"]
        command += ["-t", str(threads), *(TOGETHER if together else ALONE), "-prof", "gc", "-rf", "json", "-rff", result]
        command += ["-p", parameter] if parameter else []
        output = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if output.returncode != 0:
            raise Failed(output.stdout)
        with open(result, encoding="utf-8") as file:
            runs = json.load(file)
    if len(runs) != 1:
        raise Failed(f"{benchmark}: {len(runs)} benchmarks (expected: 1)")
    times = runs[0]["primaryMetric"]["rawData"][0]
    allocated = runs[0]["secondaryMetrics"]["gc.alloc.rate.norm"]["rawData"][0]
    return statistics.median(times) if together else min(times), statistics.median(allocated)


def measure_round(options, rows, scores):
    done = set()
    for _, ours, (_, twin), threads in rows:
        for benchmark in (twin, ours):
            key = (benchmark, threads)
            if key not in done:
                done.add(key)
                scores.setdefault(key, []).append(run(options.java, options.vm, options.jar, benchmark, threads))


def show(ratio):
    return f"{ratio:.2f}" if ratio >= 0.1 else f"{ratio:.1g}"


def show_bytes(measured):
    """JMH's own allocations are spread over the operations, and are less than half a byte of each."""
    return f"{statistics.median(allocated for _, allocated in measured):.0f}"


def report(rows, scores):
    print("| measured | against | ratio | lowest to highest | B | B of the twin | ns | ns of the twin |")
    print("|---|---|---|---|---|---|---|---|")
    for what, ours, (against, twin), threads in rows:
        mine, other = scores[ours, threads], scores[twin, threads]
        ratios = [a / b for (a, _), (b, _) in zip(mine, other)]
        print(
            f"| {what} | {against} | {show(statistics.median(ratios))} | {show(min(ratios))} to {show(max(ratios))} "
            f"| {show_bytes(mine)} | {show_bytes(other)} "
            f"| {statistics.median(ns for ns, _ in mine):,.1f} | {statistics.median(ns for ns, _ in other):,.1f} |"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", choices=SETS, help="what to measure")
    parser.add_argument("--java", default="java", help="the JVM to measure")
    parser.add_argument("--jar", default="benchmarks/target/benchmarks.jar")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="rows in which this regular expression is found")
    parser.add_argument("--vm", action="append", default=[], help="an option of the JVM, as --vm=-XX:+UseSerialGC")
    options = parser.parse_args()
    rows = [row for row in SETS[options.set] if re.search(options.only, f"{row[0]} {row[1]}")]
    if not rows or options.rounds < 1:
        sys.exit(f"nothing to measure: --only {options.only!r}, --rounds {options.rounds}")
    scores = {}
    for number in range(options.rounds):
        print(f"round {number + 1} of {options.rounds}", file=sys.stderr, flush=True)
        try:
            measure_round(options, rows, scores)
        except Failed as failed:
            sys.exit(str(failed))
    report(rows, scores)


if __name__ == "__main__":
    main()
