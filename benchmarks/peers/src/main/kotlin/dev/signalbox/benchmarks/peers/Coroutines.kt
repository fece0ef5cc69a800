// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.benchmarks.peers

import dev.signalbox.benchmarks.Work
import java.util.concurrent.Executors
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext
import kotlinx.coroutines.ExecutorCoroutineDispatcher
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.sync.Semaphore
import kotlinx.coroutines.yield

/** The work that coroutines do in one thread: in the calling one with the event loop of runBlocking, or in an executor's. */
class Coroutines private constructor(private val context: CoroutineContext) : AutoCloseable {

    private val free = Semaphore(1)
    private val scarce = Semaphore(Work.PERMITS)
    private val channel = Channel<Int>(Work.CAPACITY)

    override fun close() {
        (context as? ExecutorCoroutineDispatcher)?.close()
    }

    /** Coroutines that give way to each other. */
    fun takeTurns(tasks: Int) = runBlocking(context) {
        repeat(tasks) {
            launch { repeat(Work.SWITCHES / tasks) { yield() } }
        }
    }

    /** Coroutines that do nothing, awaited in batches; their results added up. */
    fun createBatches(): Int = runBlocking(context) {
        var sum = 0
        repeat(Work.BATCHES) {
            sum += List(Work.BATCH) { async { 1 } }.awaitAll().size
        }
        sum
    }

    /** Nobody else wants the permit. */
    fun acquirePairs() = runBlocking(context) {
        repeat(Work.PAIRS) {
            free.acquire()
            free.release()
        }
    }

    /** Everybody waits for every permit, and gives it back at once or after the others had a turn. */
    fun contend(yields: Boolean) = runBlocking(context) {
        repeat(Work.PERMITS) { scarce.acquire() }
        repeat(Work.CONTENDERS) {
            launch {
                repeat(Work.ROUNDS) {
                    scarce.acquire()
                    if (yields) yield()
                    scarce.release()
                }
            }
        }
        yield() // now each of them waits
        repeat(Work.PERMITS) { scarce.release() }
    }

    /** One coroutine sends, the other receives; what was received added up. */
    fun pass(): Int = runBlocking(context) {
        launch { repeat(Work.ITEMS) { channel.send(1) } }
        val sum = async {
            var received = 0
            repeat(Work.ITEMS) { received += channel.receive() }
            received
        }
        sum.await()
    }

    companion object {
        /** Coroutines of the calling thread. */
        @JvmStatic
        fun ofCaller() = Coroutines(EmptyCoroutineContext)

        /** Coroutines of a thread that stays. */
        @JvmStatic
        fun ofExecutor() = Coroutines(Executors.newSingleThreadExecutor().asCoroutineDispatcher())
    }
}
