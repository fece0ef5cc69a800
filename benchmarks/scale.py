#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs dev.signalbox.benchmarks.Scale for all sizes, each in a JVM of its own, and writes scale.csv and scale.svg.

What grows with the number of tasks is mostly the collector's work, which depends on where the live tasks are: so everything is
measured with the default collector, and with a young generation in which they all fit (options that are printed and written down).

  python3 benchmarks/scale.py --java "$JAVA_HOME/bin/java"
  python3 benchmarks/scale.py --java "$JAVA_HOME/bin/java" --sizes 1000,10000 --vm=-Ddev.signalbox.loop.scheduler=platform
"""

import argparse
import csv
import math
import subprocess
import sys

COLLECTORS = {
    "default": [],
    "young": ["-XX:+UseParallelGC", "-Xms6g", "-Xmx6g", "-Xmn5g", "-XX:+AlwaysPreTouch"],
}
# What to measure, in which unit, the numbers (none: the sizes), and with which collectors.
MEASUREMENTS = (
    ("tasks", "ns a task", None, ("default", "young")),
    ("memory", "bytes a task", None, ("default",)),
    ("waiters", "ns a waiter", None, ("default", "young")),
    ("loops", "ns a switch", (1, 2, 4), ("default",)),
)
COLOURS = ("#1b6ca8", "#c44536", "#2a9d4a", "#7b4fa3", "#b8860b", "#444444")
WIDTH, HEIGHT, LEFT, TOP, BOTTOM, RIGHT = 720, 300, 70, 40, 40, 210


def measure(options, what, number, collector):
    """One JVM: pairs of name and value."""
    command = [options.java, *COLLECTORS[collector], *options.vm, "-cp", options.jar]
    command += ["dev.signalbox.benchmarks.Scale", what, str(number)]
    output = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if output.returncode != 0:
        sys.exit(output.stdout)
    return [(name, float(value)) for name, value in csv.reader(output.stdout.splitlines())]


def measure_all(options):
    rows = []
    for what, unit, numbers, collectors in MEASUREMENTS:
        if what not in options.what.split(","):
            continue
        for collector in collectors:
            for number in numbers or options.sizes:
                print(f"{what} {number}, {collector}", file=sys.stderr, flush=True)
                for name, value in measure(options, what, number, collector):
                    rows.append((what, unit, collector, name, number, value))
    return rows


def report(rows):
    """Prints what the largest number costs in terms of the smallest."""
    print("| measured | collector | unit | smallest | largest | at the smallest | at the largest | ratio |")
    print("|---|---|---|---|---|---|---|---|")
    for (what, unit, collector, name), points in series(rows).items():
        (least, first), (most, last) = points[0], points[-1]
        print(
            f"| {what}: {name} | {collector} | {unit} | {least:,} | {most:,} | {first:,.0f} | {last:,.0f} | {last / first:.2f} |"
        )


def series(rows):
    """The points of each line."""
    lines = {}
    for what, unit, collector, name, number, value in rows:
        lines.setdefault((what, unit, collector, name), []).append((number, value))
    return lines


def chart(title, unit, lines, top):
    """Numbers to the right, on a logarithmic scale; values upwards from zero."""
    numbers = sorted({number for points in lines.values() for number, _ in points})
    highest = max(value for points in lines.values() for _, value in points)
    low, high = math.log(numbers[0]), math.log(numbers[-1])

    def x(number):
        part = (math.log(number) - low) / (high - low) if high > low else 0.5
        return LEFT + part * (WIDTH - LEFT - RIGHT)

    def y(value):
        return top + HEIGHT - BOTTOM - value / highest * (HEIGHT - TOP - BOTTOM)

    parts = [f'<text x="{LEFT}" y="{top + 20}" font-weight="bold">{title}, {unit}</text>']
    for value in (0, highest / 2, highest):
        parts.append(f'<path d="M{LEFT} {y(value):.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y(value) + 4:.1f}" text-anchor="end">{value:,.0f}</text>')
    for number in numbers:
        parts.append(f'<text x="{x(number):.1f}" y="{top + HEIGHT - 20}" text-anchor="middle">{number:,}</text>')
    for index, (name, points) in enumerate(lines.items()):
        colour = COLOURS[index % len(COLOURS)]
        path = " ".join(f"{x(number):.1f},{y(value):.1f}" for number, value in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="{WIDTH - RIGHT + 12}" y="{top + TOP + 10 + 16 * index}" fill="{colour}">{name}</text>')
    return parts


def draw(rows, file):
    charts = {}
    for (what, unit, collector, name), points in series(rows).items():
        charts.setdefault((f"{what}, {collector} collector", unit), {})[name] = points
    height = HEIGHT * len(charts)
    file.write(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12">\n')
    file.write(f'<rect width="{WIDTH}" height="{height}" fill="white"/>\n')
    for index, ((title, unit), lines) in enumerate(charts.items()):
        file.write("\n".join(chart(title, unit, lines, index * HEIGHT)) + "\n")
    file.write("</svg>\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--java", default="java", help="the JVM to measure")
    parser.add_argument("--jar", default="benchmarks/target/benchmarks.jar")
    parser.add_argument("--sizes", default="1000,10000,100000,1000000")
    parser.add_argument("--what", default=",".join(what for what, *_ in MEASUREMENTS))
    parser.add_argument("--out", default="benchmarks/target/scale", help="without .csv and .svg")
    parser.add_argument("--vm", action="append", default=[], help="an option of the JVM, as --vm=-Xint")
    options = parser.parse_args()
    options.sizes = sorted(int(size) for size in options.sizes.split(","))
    for collector, arguments in COLLECTORS.items():
        print(f"{collector}: {' '.join(arguments + options.vm) or 'no options'}")
    rows = measure_all(options)
    with open(options.out + ".csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("what", "unit", "collector", "name", "number", "value"))
        writer.writerows(rows)
    with open(options.out + ".svg", "w", encoding="utf-8") as file:
        draw(rows, file)
    report(rows)


if __name__ == "__main__":
    main()
