# SPDX-License-Identifier: Apache-2.0
"""What a switch, a task and an uncontended semaphore cost in asyncio: the peer of SwitchBenchmark and CreateBenchmark.

Prints nanoseconds, the fastest of many short rounds: what else the machine does can only add to the time. Which Python runs it
matters as much as the machine.
"""

import asyncio
import statistics
import sys
import time

ROUNDS = 30
SWITCHES = 20_000
BATCH = 1_000
BATCHES = 10
PAIRS = 50_000


async def turns(times):
    for _ in range(times):
        await asyncio.sleep(0)


async def switch(tasks):
    await asyncio.gather(*(turns(SWITCHES // tasks) for _ in range(tasks)))
    return SWITCHES


async def nothing():
    return 1


async def create():
    for _ in range(BATCHES):
        await asyncio.gather(*(asyncio.create_task(nothing()) for _ in range(BATCH)))
    return BATCH * BATCHES


async def semaphore():
    permits = asyncio.Semaphore(1)
    for _ in range(PAIRS):
        await permits.acquire()
        permits.release()
    return PAIRS


def measure(name, work):
    figures = []
    for _ in range(ROUNDS):
        start = time.perf_counter_ns()
        operations = asyncio.run(work())
        figures.append((time.perf_counter_ns() - start) / operations)
    print(f"{name:<14} {min(figures):9.1f} ns  (median {statistics.median(figures):.1f})")


if __name__ == "__main__":
    print("asyncio of Python", sys.version.split()[0])
    measure("switch2", lambda: switch(2))
    measure("switch100", lambda: switch(100))
    measure("create", create)
    measure("semaphore", semaphore)
