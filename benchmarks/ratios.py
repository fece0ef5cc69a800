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
import statistics
import subprocess
import sys
import tempfile
import zipfile

# How long a JVM runs. The other threads of a crew are not JMH's, so a benchmark says itself that threads meet in it.
ALONE = ["-wi", "2", "-w", "400ms", "-i", "30", "-r", "20ms"]
TOGETHER = ["-wi", "3", "-w", "300ms", "-i", "10", "-r", "100ms"]
CREWS = ("oneToOne", "twoToTwo", "turn", "meet", "jdkMeet")

# A benchmark that runs from a jar in which loop and its service are missing.
WITHOUT_LOOP = "core only: "

LINKED = "`LinkedBlockingQueue`"
LINKED_100 = "`LinkedBlockingQueue(100)`"
ARRAY_100 = "`ArrayBlockingQueue(100)`"


def queues(what, benchmark):
    """A queue of each kind beside its twins."""
    rows = []
    for ours, name, twins in (
        ("QUEUE", "Queue", ((LINKED, "JDK_LINKED"),)),
        ("QUEUE_100", "Queue(100)", ((LINKED_100, "JDK_LINKED_100"), (ARRAY_100, "JDK_ARRAY_100"))),
        ("LIFO", "LifoQueue", (("`LinkedBlockingDeque`", "JDK_DEQUE"),)),
        ("PRIORITY", "PriorityQueue", (("`PriorityBlockingQueue`", "JDK_PRIORITY"),)),
    ):
        if benchmark != "twoToTwo" or name.startswith("Queue"):
            for against, twin in twins:
                mine, other = (f"QueueBenchmark.{benchmark}:kind={kind}" for kind in (ours, twin))
                rows.append((f"`{name}` {what}", against, mine, other, 1))
    return rows


def contended(threads):
    """What several threads want at once."""
    name = {2: "two threads", 4: "four threads"}[threads]
    return [
        (f"`Semaphore`, {name} on one permit", "`j.u.c.Semaphore`", "SemaphoreBenchmark.acquire", "SemaphoreBenchmark.jdkAcquire", threads),
        (f"`BoundedSemaphore`, {name} on one permit", "`j.u.c.Semaphore`", "SemaphoreBenchmark.acquireBounded", "SemaphoreBenchmark.jdkAcquire", threads),
        (f"`Semaphore.fair`, {name} on one permit", "fair `j.u.c.Semaphore`", "SemaphoreBenchmark.acquireFair", "SemaphoreBenchmark.jdkAcquireFair", threads),
        (f"`Lock`, {name}", "`ReentrantLock`", "LockBenchmark.lock", "LockBenchmark.jdkLock", threads),
        (f"`RLock`, {name}", "`ReentrantLock`", "RLockBenchmark.lock", "LockBenchmark.jdkLock", threads),
    ]


# What is measured, against what, the benchmark, its twin, and with how many threads of JMH.
SETS = {
    "core": [
        ("`Semaphore` acquire and release", "`j.u.c.Semaphore`", "SemaphoreBenchmark.acquire", "SemaphoreBenchmark.jdkAcquire", 1),
        ("the same in a `try` block", "`j.u.c.Semaphore`", "SemaphoreBenchmark.acquireGuard", "SemaphoreBenchmark.jdkAcquire", 1),
        ("`BoundedSemaphore` acquire and release", "`j.u.c.Semaphore`", "SemaphoreBenchmark.acquireBounded", "SemaphoreBenchmark.jdkAcquire", 1),
        ("`Semaphore` tryAcquire and release", "`j.u.c.Semaphore`", "SemaphoreBenchmark.tryAcquire", "SemaphoreBenchmark.jdkTryAcquire", 1),
        ("`Semaphore.fair` acquire and release", "fair `j.u.c.Semaphore`", "SemaphoreBenchmark.acquireFair", "SemaphoreBenchmark.jdkAcquireFair", 1),
        ("`Lock` lock and unlock", "`ReentrantLock`", "LockBenchmark.lock", "LockBenchmark.jdkLock", 1),
        ("`Lock` acquire in a `try` block", "`ReentrantLock`", "LockBenchmark.lockGuard", "LockBenchmark.jdkLock", 1),
        ("`RLock` lock and unlock", "`ReentrantLock`", "RLockBenchmark.lock", "LockBenchmark.jdkLock", 1),
        ("`RLock` acquire in a `try` block", "`ReentrantLock`", "RLockBenchmark.lockGuard", "LockBenchmark.jdkLock", 1),
        ("`RLock` lock and unlock, twice nested", "`ReentrantLock`", "RLockBenchmark.reenter", "RLockBenchmark.jdkReenter", 1),
        ("`Event.isSet`", "`CountDownLatch.getCount`", "EventBenchmark.isSet", "EventBenchmark.jdkIsOpen", 1),
        ("`Event.await` when set", "`CountDownLatch.await`", "EventBenchmark.awaitSet", "EventBenchmark.jdkAwaitOpen", 1),
        ("`Event` set and clear", "new `CountDownLatch`, counted down", "EventBenchmark.setAndClear", "EventBenchmark.jdkOpenNew", 1),
        ("`Condition` of an `RLock`, a signal to nobody", "condition of `ReentrantLock`", "ConditionBenchmark.signalNobody:kind=RLOCK", "ConditionBenchmark.signalNobody:kind=JDK", 1),
        *queues("put and take", "pair"),
        *contended(2),
        *contended(4),
        ("`Condition` of an `RLock`, turns of two threads", "condition of `ReentrantLock`", "ConditionBenchmark.turn:kind=RLOCK", "ConditionBenchmark.turn:kind=JDK", 1),
        ("`Condition` of a `Lock`, turns of two threads", "condition of `ReentrantLock`", "ConditionBenchmark.turn:kind=LOCK", "ConditionBenchmark.turn:kind=JDK", 1),
        ("`Barrier` of two", "`CyclicBarrier`", "BarrierBenchmark.meet", "BarrierBenchmark.jdkMeet", 1),
        *queues("from one thread to another", "oneToOne"),
        *queues("from two threads to two others", "twoToTwo"),
        ("`Semaphore`, and a loop runs elsewhere", "without loop", "HookBenchmark.acquire", WITHOUT_LOOP + "SemaphoreBenchmark.acquire", 1),
        ("`Lock`, and a loop runs elsewhere", "without loop", "HookBenchmark.lock", WITHOUT_LOOP + "LockBenchmark.lock", 1),
        ("`RLock`, and a loop runs elsewhere", "without loop", "HookBenchmark.rlock", WITHOUT_LOOP + "RLockBenchmark.lock", 1),
        ("`Queue`, and a loop runs elsewhere", "without loop", "HookBenchmark.pair", WITHOUT_LOOP + "QueueBenchmark.pair:kind=QUEUE", 1),
    ],
    "loop": [
        ("switch between two tasks", "two bare threads that park and unpark", "SwitchBenchmark.yieldNow2", "SwitchBenchmark.bareRing:members=2", 1),
        ("switch among a hundred tasks", "a ring of a hundred bare threads", "SwitchBenchmark.yieldNow100", "SwitchBenchmark.bareRing:members=100", 1),
        ("create, run and gather a task, batches of 1,000", "start and join a bare thread", "CreateBenchmark.tasks", "CreateBenchmark.bareThreads", 1),
        ("`AsyncSemaphore` acquire and release in a task", "`j.u.c.Semaphore` in the same task", "AsyncSemaphoreBenchmark.asyncAcquire", "AsyncSemaphoreBenchmark.jdkAcquire", 1),
        ("`RLock` of a thread, a thousand loops run", "`ReentrantLock`", "CallerBenchmark.threadLocks:loops=1000", "CallerBenchmark.jdkThreadLocks:loops=0", 1),
        ("`RLock` of a task, a thousand loops run", "`ReentrantLock`", "CallerBenchmark.taskLocks:loops=1000", "CallerBenchmark.jdkTaskLocks:loops=0", 1),
        ("`EventLoop.current`, a thousand loops run", "one loop runs", "CallerBenchmark.current:loops=1000", "CallerBenchmark.current:loops=0", 1),
        ("`callSoon`, from one callback to the next", "`execute` of a single-thread executor, the same", "CallbackBenchmark.callSoon", "CallbackBenchmark.jdkHop", 1),
        ("`execute` from another thread, and back", "the same with a single-thread executor", "CallbackBenchmark.executeRoundTrip", "CallbackBenchmark.jdkRoundTrip", 1),
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


def run(options, benchmark, threads):
    """Nanoseconds and bytes per operation, of one JVM."""
    only_core = benchmark.startswith(WITHOUT_LOOP)
    name, _, parameter = benchmark.removeprefix(WITHOUT_LOOP).partition(":")
    together = threads > 1 or name.endswith(CREWS)
    with tempfile.TemporaryDirectory() as folder:
        result = os.path.join(folder, "result.json")
        jar = remove_loop(options.jar, folder) if only_core else options.jar
        command = [options.java, *options.vm, "-jar", jar, f"[.]{name.replace('.', '[.]')}$", "-f", "1", "-foe", "true"]
        command += ["-t", str(threads), *(TOGETHER if together else ALONE), "-prof", "gc", "-rf", "json", "-rff", result]
        command += ["-p", parameter] if parameter else []
        output = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if output.returncode != 0:
            sys.exit(output.stdout)
        with open(result, encoding="utf-8") as file:
            runs = json.load(file)
    if len(runs) != 1:
        sys.exit(f"{benchmark}: {len(runs)} benchmarks (expected: 1)")
    times = runs[0]["primaryMetric"]["rawData"][0]
    allocated = runs[0]["secondaryMetrics"]["gc.alloc.rate.norm"]["rawData"][0]
    return statistics.median(times) if together else min(times), statistics.median(allocated)


def measure_round(options, rows, scores):
    done = set()
    for _, _, ours, twin, threads in rows:
        for benchmark in (twin, ours):
            key = (benchmark, threads)
            if key not in done:
                done.add(key)
                scores.setdefault(key, []).append(run(options, benchmark, threads))


def show(ratio):
    return f"{ratio:.2f}" if ratio >= 0.1 else f"{ratio:.1g}"


def show_bytes(measured):
    """JMH's own allocations are spread over the operations, and are less than half a byte of each."""
    return f"{statistics.median(allocated for _, allocated in measured):.0f}"


def report(rows, scores):
    print("| measured | against | ratio | lowest to highest | B | B of the twin | ns | ns of the twin |")
    print("|---|---|---|---|---|---|---|---|")
    for what, against, ours, twin, threads in rows:
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
    parser.add_argument("--only", default="", help="rows in which this occurs")
    parser.add_argument("--vm", action="append", default=[], help="an option of the JVM, as --vm=-XX:+UseSerialGC")
    options = parser.parse_args()
    rows = [row for row in SETS[options.set] if options.only in " ".join(row[:-1])]
    if not rows or options.rounds < 1:
        sys.exit(f"nothing to measure: --only {options.only!r}, --rounds {options.rounds}")
    scores = {}
    for number in range(options.rounds):
        print(f"round {number + 1} of {options.rounds}", file=sys.stderr, flush=True)
        measure_round(options, rows, scores)
    report(rows, scores)


if __name__ == "__main__":
    main()
