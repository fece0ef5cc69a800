# SPDX-License-Identifier: Apache-2.0
"""What a work of benchmarks/peers.py costs in asyncio: one work for each argument, one line of JSON for each.

Nanoseconds, the fastest of many short rounds in one loop: what else the machine does can only add to the time. Which Python
runs it matters as much as the machine.

  python3 benchmarks/peers/asyncio_peer.py switch2 create
"""

import asyncio
import json
import platform
import sys
import threading
import time

ROUNDS = 20
SWITCHES = 20_000
BATCH = 1_000
BATCHES = 10
PAIRS = 50_000
CONTENDERS = 100
PERMITS = 2
TURNS = 50  # of each contender
ITEMS = 20_000
CAPACITY = 16
HOPS = 20_000
BURST = 20_000
TRIPS = 500
PENDING = 1_000_000
TIMERS = 20_000


async def switch(tasks):
    async def turns():
        for _ in range(SWITCHES // tasks):
            await asyncio.sleep(0)

    await asyncio.gather(*(turns() for _ in range(tasks)))
    return SWITCHES


async def create():
    async def nothing():
        return 1

    for _ in range(BATCHES):
        await asyncio.gather(*(asyncio.create_task(nothing()) for _ in range(BATCH)))
    return BATCH * BATCHES


async def acquire():
    permit = asyncio.Semaphore(1)
    for _ in range(PAIRS):
        await permit.acquire()
        permit.release()
    return PAIRS


async def contended(holds):
    scarce = asyncio.Semaphore(PERMITS)
    for _ in range(PERMITS):
        await scarce.acquire()

    async def rounds():
        for _ in range(TURNS):
            await scarce.acquire()
            if holds:
                await asyncio.sleep(0)
            scarce.release()

    tasks = [asyncio.create_task(rounds()) for _ in range(CONTENDERS)]
    await asyncio.sleep(0)  # now each of them waits
    for _ in range(PERMITS):
        scarce.release()
    await asyncio.gather(*tasks)
    return CONTENDERS * TURNS


async def queue():
    items = asyncio.Queue(CAPACITY)

    async def put():
        for _ in range(ITEMS):
            await items.put(1)

    async def take():
        return sum([await items.get() for _ in range(ITEMS)])

    await asyncio.gather(put(), take())
    return ITEMS


def countdown(loop, times, then):
    """A callback which asks for what comes next, and a future that is done when it was called so many times."""
    done = loop.create_future()
    left = times

    def callback():
        nonlocal left
        left -= 1
        if left:
            then(callback)
        else:
            done.set_result(None)

    return callback, done


async def hop():
    loop = asyncio.get_running_loop()
    callback, done = countdown(loop, HOPS, loop.call_soon)
    loop.call_soon(callback)
    await done
    return HOPS


async def burst():
    loop = asyncio.get_running_loop()
    callback, done = countdown(loop, BURST, lambda _: None)

    def hand_over():
        for _ in range(BURST):
            loop.call_soon_threadsafe(callback)

    producer = threading.Thread(target=hand_over)
    producer.start()
    await done
    producer.join()
    return BURST


async def round_trip():
    loop = asyncio.get_running_loop()
    done = loop.create_future()

    def go_and_return():
        for _ in range(TRIPS):
            there = threading.Event()
            loop.call_soon_threadsafe(there.set)
            there.wait()
        loop.call_soon_threadsafe(done.set_result, None)

    traveller = threading.Thread(target=go_and_return)
    traveller.start()
    await done
    traveller.join()
    return TRIPS


def soon(timer):
    """In how many seconds a timer is due that comes before every pending one."""
    return (1_000 + timer % 1_000) / 1_000


def among(timer):
    """The same, anywhere among the pending ones, and so are these themselves."""
    return (3_600_000 + timer * 7_919 % 1_000_003) / 1_000


def nothing_to_do():
    pass


async def timers(delays):
    loop = asyncio.get_running_loop()
    for seconds in delays:
        loop.call_later(seconds, nothing_to_do).cancel()
    return TIMERS


async def make_pending(due):
    loop = asyncio.get_running_loop()
    for timer in range(PENDING):
        loop.call_later(among(timer), nothing_to_do)
    delays = [due(timer) for timer in range(TIMERS)]
    return lambda: timers(delays)


async def without(work):
    return work


WORKS = {
    "switch2": lambda: without(lambda: switch(2)),
    "switch100": lambda: without(lambda: switch(100)),
    "create": lambda: without(create),
    "acquire": lambda: without(acquire),
    "contended": lambda: without(lambda: contended(False)),
    "contendedHeld": lambda: without(lambda: contended(True)),
    "queue": lambda: without(queue),
    "hop": lambda: without(hop),
    "burst": lambda: without(burst),
    "roundTrip": lambda: without(round_trip),
    "timerSoon": lambda: make_pending(soon),
    "timerAmong": lambda: make_pending(among),
}


async def measure(prepare):
    work = await prepare()
    figures = []
    for _ in range(ROUNDS):
        start = time.perf_counter_ns()
        operations = await work()
        figures.append((time.perf_counter_ns() - start) / operations)
    return min(figures)


if __name__ == "__main__":
    for name in sys.argv[1:] or WORKS:
        if name not in WORKS:
            sys.exit(f"work: {name} (expected: {', '.join(WORKS)})")
        figure = {"work": name, "ns": asyncio.run(measure(WORKS[name])), "python": platform.python_version()}
        print(json.dumps(figure), flush=True)
