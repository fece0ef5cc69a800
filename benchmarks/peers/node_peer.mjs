// SPDX-License-Identifier: Apache-2.0

// What a work of benchmarks/peers.py costs in Node: one work for each argument, one line of JSON for each. Only the works for
// which Node has something of its own: no semaphores, no queues, no way into its loop from other threads.
//
// Nanoseconds, the fastest of many short rounds: what else the machine does can only add to the time.
//
//   node benchmarks/peers/node_peer.mjs switch2 create

const ROUNDS = 30;
const SWITCHES = 20_000;
const BATCH = 1_000;
const BATCHES = 100;
const HOPS = 20_000;
const PENDING = 1_000_000;
const TIMERS = 20_000;

async function takeTurns(times) {
  for (let i = 0; i < times; i++) {
    await null;
  }
}

async function switchAmong(tasks) {
  await Promise.all(Array.from({ length: tasks }, () => takeTurns(SWITCHES / tasks)));
  return SWITCHES;
}

// An async function would begin before it is awaited; what a loop creates begins later.
async function create() {
  let sum = 0;
  for (let i = 0; i < BATCHES; i++) {
    const batch = Array.from({ length: BATCH }, () => Promise.resolve().then(() => 1));
    sum += (await Promise.all(batch)).length;
  }
  return sum;
}

// Not queueMicrotask: those run before anything else of the loop can.
function hop() {
  return new Promise((done) => {
    let left = HOPS;
    const next = () => {
      if (--left > 0) {
        setImmediate(next);
      } else {
        done(HOPS);
      }
    };
    setImmediate(next);
  });
}

// In how many milliseconds a timer is due: before every pending one, or anywhere among them, and so are these themselves.
function soon(timer) {
  return 1_000 + (timer % 1_000);
}

function among(timer) {
  return 3_600_000 + ((timer * 7_919) % 1_000_003);
}

function nothing() {}

function makePending(due) {
  for (let i = 0; i < PENDING; i++) {
    setTimeout(nothing, among(i));
  }
  return async () => {
    for (let i = 0; i < TIMERS; i++) {
      clearTimeout(setTimeout(nothing, due(i)));
    }
    return TIMERS;
  };
}

const WORKS = {
  switch2: () => () => switchAmong(2),
  switch100: () => () => switchAmong(100),
  create: () => create,
  hop: () => hop,
  timerSoon: () => makePending(soon),
  timerAmong: () => makePending(among),
};

async function measure(work) {
  let fastest = Infinity;
  for (let i = 0; i < ROUNDS; i++) {
    const start = process.hrtime.bigint();
    const operations = await work();
    fastest = Math.min(fastest, Number(process.hrtime.bigint() - start) / operations);
  }
  return fastest;
}

const wanted = process.argv.slice(2);
for (const name of wanted.length > 0 ? wanted : Object.keys(WORKS)) {
  if (!(name in WORKS)) {
    console.error(`work: ${name} (expected: ${Object.keys(WORKS).join(", ")})`);
    process.exit(1);
  }
  const ns = await measure(WORKS[name]());
  console.log(JSON.stringify({ work: name, ns, node: process.versions.node }));
}
process.exit(0); // the pending timers would keep it
