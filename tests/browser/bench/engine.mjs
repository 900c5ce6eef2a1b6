// The work of the product in a real browser, measured: two tablets write offline, edit the same orders, meet, a third
// joins cold, one starts again, all against the real server; beside it bare IndexedDB in the same run.
//   node engine.mjs [--keep] [orders...]     (through `cargo xtask bench --browser -- 1000 10000 100000`)
// Up to 10,000 orders the whole work of two tablets and a third is measured; above, one tablet alone.
import { Server, Tablet } from "../stall.mjs";
import { ms, percentile, print } from "./figures.mjs";

const keep = process.argv.includes("--keep");
const sizes = process.argv.slice(2).map(Number).filter((n) => n > 0);
if (sizes.length === 0) sizes.push(1_000, 10_000);
const ALONE_ABOVE = 20_000;
const LIVE = 30;

const mb = (bytes) => (bytes / 1e6).toFixed(2);
const range = (from, n) => Array.from({ length: n }, (_, i) => from + i);

/** A tablet with the bench page open. */
class Bench {
  static async on(server, device, code) {
    const bench = new Bench();
    bench.tablet = await Tablet.switchOn(server.address);
    bench.options = { server: server.address, shop: "Bench", device, code };
    bench.bytes = 0;
    const network = await bench.tablet.context.newCDPSession(bench.tablet.page);
    await network.send("Network.enable");
    network.on("Network.loadingFinished", (event) => (bench.bytes += event.encodedDataLength));
    network.on("Network.webSocketFrameReceived", ({ response }) => (bench.bytes += response.payloadData.length));
    network.on("Network.webSocketFrameSent", ({ response }) => (bench.bytes += response.payloadData.length));
    network.on("Network.requestWillBeSent", ({ request }) => {
      const entries = request.postDataEntries ?? [];
      for (const { bytes } of entries) bench.bytes += Buffer.byteLength(bytes ?? "", "base64");
    });
    await bench.ready();
    return bench;
  }
  async ready() {
    await this.tablet.page.waitForFunction(() => window.bench);
    await this.do((options) => window.bench.open(options), this.options);
  }
  do(work, argument) {
    return this.tablet.page.evaluate(work, argument);
  }
  connect() {
    return this.do(() => window.bench.connect());
  }
  settled(orders) {
    return this.do((orders) => window.bench.settled({ orders }), orders);
  }
  /** In slices: one call of the page's for all would be one task of minutes. */
  async write(n, offset) {
    const took = [];
    for (let done = 0; done < n; done += 1_000) {
      const slice = [Math.min(1_000, n - done), offset + done];
      took.push(...(await this.do(([n, offset]) => window.bench.writeOrders(n, offset), slice)));
    }
    return took;
  }
  edit(indices, how) {
    return this.do(([indices, how]) => window.bench.editOrders(indices, how), [indices, how]);
  }
  /** From the reload of the page's script to the newest fifty, and then a search: ms. */
  async restart() {
    await this.tablet.page.reload();
    await this.tablet.page.waitForFunction(() => window.bench);
    return this.do(async (options) => {
      const began = performance.now();
      await window.bench.open(options);
      const rows = await window.bench.firstPage();
      const start = performance.now() - began;
      const searches = [];
      let found = 0;
      for (const text of ["customer 123", "lunch bag", "13800", "market street 1", "zzz", "c", "cu", "cus", "cust", "bench 77"]) {
        const asked = performance.now();
        found += await window.bench.search(text);
        searches.push(performance.now() - asked);
      }
      for (const text of ["", "c", "customer 123", "13800007919 13800015838 13800023757"]) {
        const asked = performance.now();
        found += await window.bench.narrow(text);
        searches.push(performance.now() - asked);
      }
      return { start, rows: rows.length, searches, found };
    }, this.options);
  }
}

/** What the platform itself takes: hand-written JavaScript on bare IndexedDB, strict, one order a transaction. */
function floor(page, n) {
  return page.evaluate(async (n) => {
    const name = `floor-${n}`;
    const promised = (request) =>
      new Promise((done, failed) => {
        request.onsuccess = () => done(request.result);
        request.onerror = () => failed(request.error);
      });
    const opening = indexedDB.open(name, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("orders");
    const database = await promised(opening);
    const order = (i) => ({
      number: `261123-K7-${String(i).padStart(4, "0")}`, status: "awaiting_payment", at: Date.now(), note: `bench ${i}`,
      name: `Customer ${12346 + (i % 4372)}`, phone: `138${i}`, address: `${i % 300} Market Street, Leeds`,
      lines: [1, 2, 3, 4].map((id) => ({ id, item: "White hanging heart t-light holder", spec: "85123A", quantity: id, price: 255 })),
    });
    const took = [];
    for (let i = 0; i < n; i++) {
      const began = performance.now();
      const writing = database.transaction("orders", "readwrite", { durability: "strict" });
      writing.objectStore("orders").put(order(i), i);
      writing.commit();
      await new Promise((done, failed) => {
        writing.oncomplete = done;
        writing.onabort = () => failed(writing.error);
      });
      took.push(performance.now() - began);
    }
    database.close();
    let began = performance.now();
    const again = await promised(indexedDB.open(name, 1));
    const cursor = again.transaction("orders").objectStore("orders").openCursor(null, "prev");
    await new Promise((done, failed) => {
      let rows = 0;
      cursor.onsuccess = () => (cursor.result && ++rows < 50 ? cursor.result.continue() : done());
      cursor.onerror = () => failed(cursor.error);
    });
    const start = performance.now() - began;
    began = performance.now();
    const all = await promised(again.transaction("orders").objectStore("orders").getAll());
    all.filter((one) => one.name.includes("123")).length;
    const search = performance.now() - began;
    again.close();
    await promised(indexedDB.deleteDatabase(name));
    return { took, start, search };
  }, n);
}

/** Waits in one tablet for what happens in the other, by the machine's clock: ms. */
async function live(from, to, orders) {
  const times = [];
  for (let nth = 1; nth <= LIVE; nth++) {
    const seen = to.do(async (orders) => {
      await window.bench.settled({ orders });
      return performance.timeOrigin + performance.now();
    }, orders + nth);
    const saved = await from.do(async (offset) => {
      await window.bench.writeOrders(1, offset);
      return performance.timeOrigin + performance.now();
    }, 1_000_000 + orders + nth);
    times.push((await seen) - saved);
  }
  return percentile(times, 50);
}

async function meet(a, b, orders) {
  const bytes = a.bytes + b.bytes;
  const began = performance.now();
  await Promise.all([a.connect(), b.connect()]);
  await Promise.all([a.settled(orders), b.settled(orders)]);
  // One may have had all there was before the other had sent all it has.
  const applied = () => Promise.all([a, b].map((one) => one.do(() => window.bench.applied())));
  for (let [one, other] = await applied(); one !== other; ) [one, other] = await applied();
  return { time: performance.now() - began, bytes: a.bytes + b.bytes - bytes };
}

async function two(n, columns) {
  const server = await Server.start({ app: process.env.STALLBOOK_BENCH_APP });
  const code = () => new Promise((known) => {
    const look = () => (server.setupCode ? known(server.setupCode) : setTimeout(look, 5));
    look();
  });
  const a = await Bench.on(server, "A2", await code());
  await a.connect();
  await a.settled(0);
  const b = await Bench.on(server, "B2", await a.do(() => window.bench.pairingCode()));
  await b.connect();
  await Promise.all([a.settled(0), b.settled(0)]);
  await Promise.all([a, b].map((one) => one.do(() => window.bench.disconnect())));

  const commits = [...(await a.write(n, 0)), ...(await b.write(n, n))];
  const first = await meet(a, b, 2 * n);
  await Promise.all([a, b].map((one) => one.do(() => window.bench.disconnect())));
  const both = range(0, n / 10);
  await a.edit(both, "pay");
  await b.edit(both, "cancel");
  const second = await meet(a, b, 2 * n);
  const visible = await Promise.all([a, b].map((one) => one.do((indices) => window.bench.doubleEditsVisible(indices), both)));

  const c = await Bench.on(server, "C2", await a.do(() => window.bench.pairingCode()));
  const before = c.bytes;
  const cold = await c.do(async (orders) => {
    const began = performance.now();
    const settled = window.bench.connect().then(() => window.bench.settled({ orders })).then(() => performance.now() - began);
    let usable;
    while (usable === undefined) {
      if ((await window.bench.firstPage()).length === 50) usable = performance.now() - began;
      else await new Promise((later) => setTimeout(later));
    }
    return { usable, whole: await settled };
  }, 2 * n);
  const coldBytes = c.bytes - before;
  const aToB = await live(a, b, 2 * n);
  await Promise.all([a, b, c].map((one) => one.settled(2 * n + LIVE)));
  const digests = new Set(await Promise.all([a, b, c].map((one) => one.do(() => window.bench.digest()))));
  if (digests.size !== 1) throw new Error("the tablets do not agree on the log");
  const { start, searches } = await a.restart();
  const bare = await floor(a.tablet.page, Math.min(n, 2_000));
  columns.push({
    "": `${n.toLocaleString("en")} each, Stallbook strict`,
    "commit p50 / p99": `${ms(percentile(commits, 50))} / ${ms(percentile(commits, 99))}`,
    "orders meet": ms(first.time),
    "edits meet": ms(second.time),
    "wire MB": mb(first.bytes + second.bytes),
    "cold: usable / whole": `${ms(cold.usable)} / ${ms(cold.whole)}`,
    "cold MB": mb(coldBytes),
    "live": ms(aToB),
    "start": ms(start),
    "search p50 / p95": `${ms(percentile(searches, 50))} / ${ms(percentile(searches, 95))}`,
    "double edits shown": `${Math.min(...visible)} of ${both.length}`,
  });
  columns.push(floorColumn(bare, Math.min(n, 2_000)));
  return { server, tablets: [a, b, c] };
}

async function alone(n, columns) {
  const server = await Server.start({ app: process.env.STALLBOOK_BENCH_APP });
  const a = await Bench.on(server, "A2", "");
  const commits = await a.write(n, 0);
  const { start, searches } = await a.restart();
  const tail = await a.write(500, n);
  columns.push({
    "": `${n.toLocaleString("en")} on one tablet`,
    "commit p50 / p99": `${ms(percentile(commits, 50))} / ${ms(percentile(commits, 99))}; at the end ${ms(percentile(tail, 50))} / ${ms(percentile(tail, 99))}`,
    "start": ms(start),
    "search p50 / p95": `${ms(percentile(searches, 50))} / ${ms(percentile(searches, 95))}`,
  });
  return { server, tablets: [a] };
}

function floorColumn({ took, start, search }, n) {
  return {
    "": `${n.toLocaleString("en")}, bare IndexedDB strict`,
    "commit p50 / p99": `${ms(percentile(took, 50))} / ${ms(percentile(took, 99))}`,
    "start": ms(start),
    "search p50 / p95": ms(search),
  };
}

const columns = [];
let kept;
for (const [nth, n] of sizes.entries()) {
  const { server, tablets } = await (n > ALONE_ABOVE ? alone(n, columns) : two(n, columns));
  if (keep && nth === sizes.length - 1) {
    kept = [`kept: the server is at ${server.address}, the page at ${server.address}/bench.html; Ctrl+C ends both`];
    for (const { options, tablet } of tablets) kept.push(`  ${options.device}: ${tablet.profile}`);
  } else {
    for (const { tablet } of tablets) await tablet.remove();
    await server.remove();
  }
}
print(columns);
if (kept) {
  console.log(`\n${kept.join("\n")}`);
  await new Promise(() => {});
}
process.exit(0);
