# SPDX-License-Identifier: Apache-2.0
"""What a suspended task takes in asyncio: the peer of `Scale memory`.

Prints bytes a task, as Python's allocators count them: a task that sleeps, and one that waits for an event.
"""

import asyncio
import gc
import sys
import tracemalloc

COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000


async def sleep():
    await asyncio.sleep(86_400)


async def measure(make):
    gc.collect()
    tasks = [None] * COUNT
    before = tracemalloc.get_traced_memory()[0]
    for i in range(COUNT):
        tasks[i] = asyncio.create_task(make())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    gc.collect()
    taken = (tracemalloc.get_traced_memory()[0] - before) / COUNT
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return taken


async def wait_for(event):
    await event.wait()


def main():
    print("asyncio of Python", sys.version.split()[0])
    event = asyncio.Event()
    for name, make in (("sleeping", sleep), ("waiting", lambda: wait_for(event))):
        tracemalloc.start()
        print(f"{name} task: {asyncio.run(measure(make)):,.0f} bytes")
        tracemalloc.stop()


if __name__ == "__main__":
    main()
