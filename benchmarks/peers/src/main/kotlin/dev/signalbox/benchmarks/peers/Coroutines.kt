// SPDX-License-Identifier: Apache-2.0
@file:JvmName("Coroutines")

package dev.signalbox.benchmarks.peers

import dev.signalbox.benchmarks.Work
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.sync.Semaphore
import kotlinx.coroutines.yield

// Everything in runBlocking without a dispatcher: its event loop on the calling thread is the fastest single thread there is here.

/** Coroutines that give way to each other. */
fun takeTurns(tasks: Int) = runBlocking {
    repeat(tasks) {
        launch { repeat(Work.SWITCHES / tasks) { yield() } }
    }
}

/** Coroutines that do nothing, awaited in batches; their results added up. */
fun createBatches(): Int = runBlocking {
    var sum = 0
    repeat(Work.BATCHES) {
        sum += List(Work.BATCH) { async { 1 } }.awaitAll().sum()
    }
    sum
}

/** Nobody else wants the permit. */
fun acquirePairs(semaphore: Semaphore) = runBlocking {
    repeat(Work.PAIRS) {
        semaphore.acquire()
        semaphore.release()
    }
}

/** Everybody waits for every permit, and gives it back at once or after the others had a turn. */
fun contend(semaphore: Semaphore, yields: Boolean) = runBlocking {
    repeat(Work.PERMITS) { semaphore.acquire() }
    repeat(Work.CONTENDERS) {
        launch {
            repeat(Work.ROUNDS) {
                semaphore.acquire()
                if (yields) yield()
                semaphore.release()
            }
        }
    }
    yield() // now each of them waits
    repeat(Work.PERMITS) { semaphore.release() }
}

/** A channel with room for a few items. */
fun newChannel(): Channel<Int> = Channel(Work.CAPACITY)

/** A semaphore with so many permits. */
fun newSemaphore(permits: Int): Semaphore = Semaphore(permits)

/** One coroutine sends, the other receives; what was received added up. */
fun pass(channel: Channel<Int>): Int = runBlocking {
    launch { repeat(Work.ITEMS) { channel.send(1) } }
    val sum = async {
        var received = 0
        repeat(Work.ITEMS) { received += channel.receive() }
        received
    }
    sum.await()
}
