#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the same work here and in other libraries, round after round, and prints what ours costs in terms of theirs, beside the goals.

A round takes one work after the other and, for each, ours and every peer one right after the other, each in a process of its own; the
ratio is taken within the round, and the median over the rounds. Below 1 is faster than the peer. How a JVM is measured, and why most
often the fastest iteration counts, is told in ratios.py. Times are in the CSV, for orientation only.

  mvn -q package -Ppeers -pl benchmarks,benchmarks/peers -am -DskipTests        # with JDK 25
  python3 benchmarks/peers.py --java JDK25/bin/java --java17 JDK17/bin/java     # everything: ten to twenty minutes
  python3 benchmarks/peers.py --java JDK25/bin/java --only "switch|Channel" --rounds 1

Loops run on the scheduler of their own, on virtual threads, and on platform threads with --java17. Peers run with --java, but for bare
threads, which are of the kind that the loop uses, and the classes of the JDK that core wraps, which are those of the same JDK. What is
not installed or cannot run is left out, and said. A run of everything writes docs/performance.csv and docs/performance.svg.

The works:

  switch        tasks of one loop give way to each other, 20,000 times together, and all of them are ready all the time. Where
                there is no yield (Vert.x, bare threads) a task wakes the next one and waits until it is woken itself.
  create        a thousand tasks that do nothing are created, and then awaited, again and again.
  acquire       a task takes the only permit of a semaphore and gives it back; nobody else wants it.
  contended     a hundred tasks want one of two permits, 200 times each, and give it back at once. At first both are taken, until
                all hundred wait; from then on there is always somebody to hand a permit to, so that each acquire waits.
  held          the same, and each yields before it gives back.
  queue         100,000 items from one task to another through a queue with room for 16.
  hop           a callback asks to be called again, 100,000 times.
  execute       another thread hands over 100,000 callbacks without waiting, until the last has run.
  round trip    another thread hands over a callback and waits for it.
  timer         a timer is made and cancelled, while a million others are pending that are due in one hour to one hour and a
                quarter, in no order. The new one is due in a second or two, before all of them; or else anywhere among them.

Scripts do fewer of each, since they take longer.
"""

import argparse
import csv
import html
import json
import math
import os
import re
import shutil
import statistics
import subprocess
import sys
from dataclasses import dataclass, field

import ratios

FOLDER = os.path.dirname(os.path.abspath(__file__))
SCHEDULER = "-Ddev.signalbox.loop.scheduler="
ONE_CARRIER = "-Djdk.virtualThreadScheduler.parallelism=1"

# Where ours is measured: what goals call it, and the options of its JVM.
OWN, NEW, OLD = "own", "virtual", "17"
COLUMNS = {
    OWN: ["--add-opens=java.base/java.lang=ALL-UNNAMED", SCHEDULER + "own"],
    NEW: [SCHEDULER + "virtual"],
    OLD: [SCHEDULER + "platform"],
}
LOOPS = (OWN, NEW)
EVERYWHERE = (OWN, NEW, OLD)


@dataclass(frozen=True)
class Measurement:
    """Something to run: a benchmark of a jar in a JVM, or a work of a script."""

    program: str
    work: str
    vm: tuple = ()
    threads: int = 1


@dataclass(frozen=True)
class Peer:
    """Who else does the work, and by column how much of its cost ours may be. One without a program is of our jar and JVM."""

    name: str
    work: str
    goals: dict = field(default_factory=dict)
    program: str = ""
    vm: tuple = ()


@dataclass(frozen=True)
class Row:
    """A work, our benchmark of it, where that is run, and its peers."""

    work: str
    ours: str
    columns: tuple
    peers: list
    threads: int = 1
    may_allocate: bool = True


def everywhere(goal):
    return dict.fromkeys(EVERYWHERE, goal)


def jvm_peer(name, work, goals=None):
    return Peer(name, work, goals or {}, "peers.jar")


def asyncio(work, goals=None):
    return Peer("asyncio", work, goals or {}, "asyncio_peer.py")


def node(work):
    return Peer("Node", work, {}, "node_peer.mjs")


def kotlin(what, work, goals=None):
    """In the event loop of runBlocking, which has the goals, and in the thread of an executor, which stays as a loop's does."""
    return [
        jvm_peer(f"kotlinx {what}", f"CoroutinesBenchmark.{work}:where=CALLER", goals),
        jvm_peer(f"kotlinx {what}, dispatcher of an executor", f"CoroutinesBenchmark.{work}:where=EXECUTOR"),
    ]


def jdk(name, work):
    return jvm_peer(f"virtual threads, {name}", f"VirtualThreadBenchmark.{work}")


def switch(among, ours, key, members):
    ring = f"SwitchBenchmark.bareRing:members={members}"
    return Row(
        f"task switch among {among}",
        ours,
        EVERYWHERE,
        [
            asyncio(key, {OWN: 1 / 6, NEW: 1}),
            jvm_peer("Vert.x, await", f"VertxBenchmark.{key}", {NEW: 1 / 3}),
            Peer("bare threads of the same kind", ring, {OWN: 1.2, NEW: 1.2}),
            Peer("bare virtual threads, parallelism 1", ring, {}, "benchmarks.jar", (ONE_CARRIER,)),
            *kotlin("`yield`", key),
            node(key),
        ],
    )


def timer(when, due, key):
    return Row(
        f"timer made and cancelled, {when}",
        f"TimerBenchmark.makeAndCancel:due={due}",
        LOOPS,
        [jvm_peer("Netty", f"NettyTimerBenchmark.makeAndCancel:due={due}", everywhere(1 / 2)), asyncio(key), node(key)],
    )


LOOP_ROWS = [
    switch("2", "SwitchBenchmark.yieldNow2", "switch2", 2),
    switch("100", "SwitchBenchmark.yieldNow100", "switch100", 100),
    Row(
        "create and finish a task",
        "CreateBenchmark.tasks",
        EVERYWHERE,
        [
            *kotlin("`async`", "create", everywhere(1 / 5)),
            asyncio("create", everywhere(1 / 20)),
            jvm_peer("Vert.x, `runOnContext`", "VertxBenchmark.create"),
            Peer("bare threads of the same kind", "CreateBenchmark.bareThreads"),
            node("create"),
        ],
    ),
    Row(
        "`AsyncSemaphore` acquire, release",
        "AsyncSemaphoreBenchmark.asyncAcquire",
        EVERYWHERE,
        [*kotlin("`Semaphore`", "acquire", everywhere(1 / 2)), asyncio("acquire")],
    ),
    Row(
        "`AsyncSemaphore` contended",
        "AsyncSemaphoreBenchmark.contended",
        LOOPS,
        [
            *kotlin("`Semaphore`", "contended", {OWN: 1}),
            asyncio("contended"),
            jdk("fair `j.u.c.Semaphore`", "contended"),
        ],
    ),
    Row(
        "`AsyncSemaphore` contended and held",
        "AsyncSemaphoreBenchmark.contendedHeld",
        LOOPS,
        [
            *kotlin("`Semaphore`", "contendedHeld", {OWN: 1.5}),
            asyncio("contendedHeld"),
            jdk("fair `j.u.c.Semaphore`", "contendedHeld"),
        ],
    ),
    Row(
        "`AsyncQueue(16)` from task to task",
        "AsyncQueueBenchmark.pass",
        LOOPS,
        [
            *kotlin("`Channel(16)`", "pass", {OWN: 1 / 1.5}),
            asyncio("queue"),
            jdk("Jox `Channel`", "passJox"),
            jdk("`ArrayBlockingQueue`", "passJdk"),
        ],
    ),
    Row(
        "`callSoon` hop",
        "CallbackBenchmark.callSoon",
        LOOPS,
        [
            jvm_peer("Netty", "NettyBenchmark.hop", everywhere(1)),
            Peer("`j.u.c` single-thread executor", "CallbackBenchmark.jdkHop"),
            asyncio("hop"),
            node("hop"),
        ],
    ),
    Row(
        "`execute` from another thread",
        "CallbackBenchmark.executeBurst",
        LOOPS,
        [
            jvm_peer("Netty", "NettyBenchmark.executeBurst", everywhere(1)),
            Peer("`j.u.c` single-thread executor", "CallbackBenchmark.jdkBurst"),
            asyncio("burst"),
        ],
    ),
    Row(
        "`execute` round trip",
        "CallbackBenchmark.executeRoundTrip",
        LOOPS,
        [
            jvm_peer("Netty", "NettyBenchmark.executeRoundTrip", everywhere(1)),
            Peer("`j.u.c` single-thread executor", "CallbackBenchmark.jdkRoundTrip"),
            asyncio("roundTrip"),
        ],
    ),
    timer("sooner than a million others", "SOON", "timerSoon"),
    timer("among a million others", "AMONG", "timerAmong"),
]

# Which rows of core have goals: the row, its twin, the goal, and whether it may allocate.
LOCKS = r"`(Semaphore|BoundedSemaphore|Semaphore\.fair|Lock|RLock)`"
CORE_GOALS = (
    (LOCKS + r" (acquire and release|lock and unlock)$", "", 1.05, False),
    (r"`\w*Queue(\(100\))?` put and take$", "Linked|Priority", 1.05, False),
    (LOCKS + r", (two|four) threads", "", 1, True),
    (r"`Queue(\(100\))?` from (one|two)", "Linked", 1 / 1.5, True),
)


def core_rows():
    """The rows of ratios.py that have goals."""
    rows = []
    for work, ours, (against, twin), threads in ratios.SETS["core"]:
        for what, whom, goal, may_allocate in CORE_GOALS:
            if re.match(what, work) and re.search(whom, against):
                peer = Peer(against, twin, {NEW: goal, OLD: goal})
                rows.append(Row(work, ours, (NEW, OLD), [peer], threads, may_allocate))
    return rows


class Machine:
    """What is installed here, and what cannot run and was said once."""

    def __init__(self, options):
        self.javas = {OWN: options.java, NEW: options.java, OLD: options.java17}
        self.programs = {
            "benchmarks.jar": os.path.join(FOLDER, "target", "benchmarks.jar"),
            "peers.jar": os.path.join(FOLDER, "peers", "target", "peers.jar"),
            "asyncio_peer.py": os.path.join(FOLDER, "peers", "asyncio_peer.py"),
            "node_peer.mjs": os.path.join(FOLDER, "peers", "node_peer.mjs"),
        }
        self.interpreters = {".py": options.python, ".mjs": options.node}
        self.missing = set()
        self.failed = False

    def leave_out(self, what, why):
        if what not in self.missing:
            self.missing.add(what)
            print(f"left out: {what}: {why}", file=sys.stderr, flush=True)

    def columns(self, row):
        if OLD in row.columns and not self.javas[OLD]:
            self.leave_out("JDK 17", "no --java17")
        return [column for column in row.columns if self.javas[column] and f"loops on {column}" not in self.missing]

    def ours(self, row, column):
        return self.jvm(column, "benchmarks.jar", row.ours, (), row.threads)

    def peer(self, row, peer, column):
        """What to run beside ours in this column."""
        if not peer.program:
            return self.jvm(column, "benchmarks.jar", peer.work, (), row.threads)
        if peer.program.endswith(".jar"):
            return self.jvm(NEW, peer.program, peer.work, peer.vm, row.threads)
        return Measurement(peer.program, peer.work)

    def jvm(self, column, program, work, vm, threads):
        return Measurement(program, work, (self.javas[column], *COLUMNS[column], *vm), threads)

    def measure(self, what):
        """Nanoseconds and bytes per operation, or None when it cannot run here."""
        path = self.programs[what.program]
        if not os.path.exists(path):
            self.leave_out(what.program, f"{path} is missing: build it first, as --help says")
            return None
        try:
            if what.program.endswith(".jar"):
                java, *vm = what.vm
                return ratios.run(java, vm, path, what.work, what.threads)
            return self.run_script(what, path)
        except ratios.Failed as failed:
            if SCHEDULER[2:].rstrip("=") + ": own" in str(failed):
                self.leave_out(f"loops on {OWN}", "this build or this JVM has no such scheduler")
            else:
                self.failed = True
                print(f"failed: {what.work}\n{failed}", file=sys.stderr, flush=True)
            return None

    def run_script(self, what, path):
        interpreter = shutil.which(self.interpreters[os.path.splitext(path)[1]])
        if interpreter is None:
            self.leave_out(what.program, "its interpreter is not installed")
            return None
        output = subprocess.run([interpreter, path, what.work], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if output.returncode != 0:
            raise ratios.Failed(output.stderr)
        return json.loads(output.stdout)["ns"], 0

    def versions(self):
        """What was measured beside what."""
        with open(os.path.join(FOLDER, "peers", "pom.xml"), encoding="utf-8") as file:
            found = re.findall(r"<(kotlinx-coroutines|netty|vertx|jox)\.version>([^<]+)<", file.read())
        named = [f"{name} {version}" for name, version in found]
        for command in (self.javas[NEW], self.javas[OLD], *self.interpreters.values()):
            if command and shutil.which(command):
                output = subprocess.run([command, "--version"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
                version = output.splitlines()[0]
                named.append(f"Node {version}" if version.startswith("v") else version)
        return ", ".join(named)


def measure_round(machine, rows, scores):
    """Adds one score to each measurement, or None."""
    done = set()

    def once(what):
        if what not in done:
            done.add(what)
            scores.setdefault(what, []).append(machine.measure(what))

    for row in rows:
        print(f"  {row.work}", file=sys.stderr, flush=True)
        for column in machine.columns(row):
            once(machine.ours(row, column))
            for peer in row.peers:
                once(machine.peer(row, peer, column))


@dataclass(frozen=True)
class Result:
    """What ours costs in terms of a peer in one column, round by round."""

    column: str
    goal: float | None
    pairs: list
    may_allocate: bool

    def ratios(self):
        return [ours / peer for (ours, _), (peer, _) in self.pairs]

    def ratio(self):
        return statistics.median(self.ratios())

    def allocates(self):
        return statistics.median(allocated for (_, allocated), _ in self.pairs) >= 0.5

    def is_met(self):
        return self.ratio() <= self.goal and (self.may_allocate or not self.allocates())


def results(machine, rows, scores):
    """For each work and peer that could be measured anywhere: row, peer, and the results by column."""
    table = []
    for row in rows:
        for peer in row.peers:
            by_column = {}
            for column in row.columns:
                ours = scores.get(machine.ours(row, column), [])
                theirs = scores.get(machine.peer(row, peer, column), [])
                pairs = [(a, b) for a, b in zip(ours, theirs) if a and b]
                if pairs:
                    by_column[column] = Result(column, peer.goals.get(column), pairs, row.may_allocate)
            if by_column or peer.goals:
                table.append((row, peer, by_column))
    return table


def goal_of(row, peer):
    goals = {column: peer.goals[column] for column in row.columns if column in peer.goals}
    if len(set(goals.values())) == 1 and len(goals) == len(row.columns):
        text = f"≤ {next(iter(goals.values())):.2f}"
    else:
        columns = {goal: ", ".join(column for column in goals if goals[column] == goal) for goal in goals.values()}
        text = ", ".join(f"≤ {goal:.2f} ({where})" for goal, where in columns.items())
    return text if row.may_allocate else f"{text}, 0 B"


def met(row, peer, by_column):
    wanted = [column for column in row.columns if column in peer.goals]
    missed = [column for column in wanted if column in by_column and not by_column[column].is_met()]
    unknown = [column for column in wanted if column not in by_column]
    if not wanted:
        return ""
    parts = [f"no ({', '.join(missed)})"] if missed else []
    parts += [f"not measured ({', '.join(unknown)})"] if unknown else []
    return "; ".join(parts) or "yes"


def report(table):
    print(f"| work | against | goal | {' | '.join(EVERYWHERE)} | met? |")
    print("|---|---|---|---|---|---|---|")
    for row, peer, by_column in table:
        cells = [ratios.show(by_column[column].ratio()) if column in by_column else "" for column in EVERYWHERE]
        print(f"| {row.work} | {peer.name} | {goal_of(row, peer)} | {' | '.join(cells)} | {met(row, peer, by_column)} |")


def write_csv(table, path):
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["work", "against", "column", "goal", "ratio", "lowest", "highest", "ns", "peer_ns", "bytes", "met"])
        for row, peer, by_column in table:
            for column, result in by_column.items():
                measured = result.ratios()
                writer.writerow(
                    [
                        row.work.replace("`", ""),
                        peer.name.replace("`", ""),
                        column,
                        "" if result.goal is None else f"{result.goal:.3g}",
                        *(f"{ratio:.3g}" for ratio in (result.ratio(), min(measured), max(measured))),
                        *(f"{statistics.median(pair[side][0] for pair in result.pairs):.4g}" for side in (0, 1)),
                        f"{statistics.median(ours[1] for ours, _ in result.pairs):.0f}",
                        "" if result.goal is None else ("yes" if result.is_met() else "no"),
                    ]
                )


# The chart: how wide, where the bars begin, how high each is; colours that are told apart on white and on black.
WIDTH, LEFT, RIGHT, TOP, BAR, GAP = 1040, 490, 50, 62, 10, 12
ROOM = 0.15  # powers of ten beyond the longest bar, for its number
COLOURS = {OWN: "#2f81f7", NEW: "#2da44e", OLD: "#bf8700"}
STYLE = """
  text { font: 11px system-ui, sans-serif; fill: #24292f; }
  .small { font-size: 9px; }
  .line { stroke: #8c959f; stroke-width: 0.5; }
  .equal, .goal { stroke: #24292f; stroke-width: 1.5; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .equal, .goal { stroke: #e6edf3; }
  }
"""


def chart(table):
    """Bars from 1 to the ratio on a logarithmic scale, for what has a goal; a mark where the goal is."""
    groups = []
    for row, peer, by_column in table:
        if with_goals := [result for result in by_column.values() if result.goal]:
            groups.append((f"{row.work}, against {peer.name}", with_goals))
    values = [1] + [value for _, bars in groups for bar in bars for value in (bar.ratio(), bar.goal)]
    low, high = math.floor(math.log10(min(values)) - ROOM), math.ceil(math.log10(max(values)) + ROOM)
    scale = (WIDTH - LEFT - RIGHT) / (high - low)

    def x(value):
        return LEFT + (math.log10(value) - low) * scale

    body = []
    y = TOP
    for what, bars in groups:
        label = html.escape(what.replace("`", ""))
        body.append(f'<text x="{LEFT - 10}" y="{y + BAR * len(bars) / 2 + 4:g}" text-anchor="end">{label}</text>')
        for bar in bars:
            ratio = bar.ratio()
            begin, end = sorted((x(1), x(ratio)))
            size = f'width="{max(end - begin, 1):.1f}" height="{BAR - 2}"'
            body.append(f'<rect x="{begin:.1f}" y="{y + 1}" {size} fill="{COLOURS[bar.column]}"/>')
            side = f'x="{begin - 4:.1f}" text-anchor="end"' if ratio < 1 else f'x="{end + 4:.1f}"'
            body.append(f'<text class="small" {side} y="{y + BAR - 2}">{ratios.show(ratio)}</text>')
            body.append(f'<path class="goal" d="M{x(bar.goal):.1f} {y}v{BAR}"/>')
            y += BAR
        y += GAP
    lines = []
    for power in range(low, high + 1):
        at = x(10**power)
        lines.append(f'<path class="{"equal" if power == 0 else "line"}" d="M{at:.1f} {TOP - 8}V{y}"/>')
        lines.append(f'<text x="{at:.1f}" y="{TOP - 14}" text-anchor="middle">{10.0**power:g}</text>')
    legend = [f'<text x="{LEFT}" y="16">cost in terms of the peer’s; left of 1 is faster; a mark is the goal</text>']
    at = LEFT
    for column in EVERYWHERE:
        text = {OWN: "own scheduler", NEW: "virtual threads", OLD: "JDK 17"}[column]
        legend.append(f'<rect x="{at}" y="23" width="10" height="10" fill="{COLOURS[column]}"/>')
        legend.append(f'<text x="{at + 15}" y="32">{text}</text>')
        at += 130
    parts = "\n".join(f"  {part}" for part in (*legend, *lines, *body))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 8}" width="{WIDTH}" height="{y + 8}" role="img">\n'
        f"  <title>What Signalbox costs in terms of its peers</title>\n  <style>{STYLE}  </style>\n{parts}\n</svg>\n"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--java", default="java", help="a JVM of JDK 25 or later, for loops on virtual threads and for the peers")
    parser.add_argument("--java17", default="", help="a JVM of JDK 17, for loops on platform threads")
    parser.add_argument("--python", default="python3", help="for asyncio")
    parser.add_argument("--node", default="node")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--only", default="", help="works in which this regular expression is found, or in the name of a peer")
    parser.add_argument("--csv", help="where to write the figures")
    parser.add_argument("--svg", help="where to write the chart")
    options = parser.parse_args()
    rows = [
        Row(row.work, row.ours, row.columns, peers, row.threads, row.may_allocate)
        for row in (*core_rows(), *LOOP_ROWS)
        if (peers := [peer for peer in row.peers if re.search(options.only, f"{row.work} {row.ours} {peer.name}")])
    ]
    if not rows or options.rounds < 1:
        sys.exit(f"nothing to measure: --only {options.only!r}, --rounds {options.rounds}")
    docs = os.path.join(os.path.dirname(FOLDER), "docs")
    csv_path = options.csv or (None if options.only else os.path.join(docs, "performance.csv"))
    svg_path = options.svg or (None if options.only else os.path.join(docs, "performance.svg"))
    machine = Machine(options)
    scores = {}
    for number in range(options.rounds):
        print(f"round {number + 1} of {options.rounds}", file=sys.stderr, flush=True)
        measure_round(machine, rows, scores)
    table = results(machine, rows, scores)
    report(table)
    print(f"\nMeasured: {machine.versions()}; median of {options.rounds}.")
    if csv_path:
        write_csv(table, csv_path)
    if svg_path:
        with open(svg_path, "w", encoding="utf-8") as file:
            file.write(chart(table))
    if machine.failed:
        sys.exit("something failed: see above")


if __name__ == "__main__":
    main()
