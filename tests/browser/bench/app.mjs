// What people feel in the app itself, as it is shipped, on a tablet with a shop's whole past: from an input's own time
// to the frame that shows what it changed. No server runs but where two tablets talk.
//   node app.mjs [orders]     (through `cargo xtask bench --app -- 100000`)
import { readFile } from "node:fs/promises";
import { LANDSCAPE, PORTRAIT, Server, Tablet, writeMany } from "../stall.mjs";
import { ms, percentile, print } from "./figures.mjs";

const ORDERS = Number(process.argv[2] ?? 100_000);
const SMALL = Math.ceil(ORDERS / 10);
const GOODS = Math.min(5_000, ORDERS);
const STARTS = 5, SALES = 100, LIVE = 40, TAPS = 30;
const DAY = 86_400_000, FRAME = 1_000 / 60, PATIENCE = 300_000;
const NAMES = ["王小明", "李雷", "陈晓红", "Anna Field", "Tom Baker", "赵敏", "Priya Shah", "周杰"];
const TEAS = ["Longjing", "Jasmine pearls", "Puer cake", "Tieguanyin", "White peony", "Keemun"];
const WORDS = ["longj", "王小明", "13800", "baker", "market street", "puer c", "赵敏", "12345", "peony", "gift", "261123"];
const rows = [];

/** One more row of the table. `of`: the aim is about the median (50) or a percentile. */
function say(what, times, aim, { size = "", worst = 95 } = {}) {
  const [p50, high] = [50, worst].map((p) => percentile(times, p));
  const met = aim === undefined ? "" : (high <= aim ? "met" : "missed");
  rows.push({ "": what, size, times: times.length, p50: ms(p50), p95: worst === 95 ? ms(high) : "", p99: worst === 99 ? ms(high) : "", aim: aim ?? "", met });
  console.error(`${what} ${size}: ${ms(p50)} / ${ms(high)} of ${times.length}${aim ? `, aim ${aim}` : ""}`);
}

/** In every page before anything else: when an order or a tile was first drawn, and how long after an input. */
function probe() {
  const drawn = () =>
    new Promise((done) => requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => done(performance.now());
      port2.postMessage(0);
    }));
  const shows = (wanted) => new Promise((shown) => {
    const watching = new MutationObserver(() => look());
    const look = () => {
      const there = document.querySelector(wanted);
      if (there) watching.disconnect(), shown(there);
      return there;
    };
    if (!look()) watching.observe(document, { childList: true, subtree: true, attributes: true });
  });
  window.felt = {
    first: shows('[data-testid="order-row"], [data-testid="product-tile"]').then(drawn),
    /** From the next input of this type to the frame that shows what is wanted, or to the very next: ms. */
    after: (type, wanted) => new Promise((done) =>
      addEventListener(type, async ({ timeStamp }) => {
        if (wanted) await shows(wanted);
        done((await drawn()) - timeStamp);
      }, { capture: true, once: true })),
    /** When what is wanted is drawn, by the machine's clock. */
    seen: (wanted) => shows(wanted).then(drawn).then((now) => performance.timeOrigin + now),
    /** Every frame until `stop`: how long it lasted, and whether rows filled the list in it. */
    frames(list) {
      const took = [];
      let before, blank = 0, goes = true;
      const look = (now) => {
        if (before !== undefined) took.push(now - before);
        before = now;
        const [above, below] = [list.firstElementChild.offsetHeight, list.lastElementChild.offsetHeight];
        const end = list.scrollTop + list.clientHeight;
        if (list.scrollTop < above - 1 || end > list.scrollHeight - below + 1) blank += 1;
        if (goes) requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
      return { stop: () => ((goes = false), { took, blank }) };
    },
  };
}

/** From the input that `act` makes to the frame that shows what is wanted: ms. */
async function felt(page, type, wanted, act) {
  // In two steps: the page listens before anything is done.
  const listening = await page.evaluateHandle(([type, wanted]) => ({ time: window.felt.after(type, wanted) }), [type, wanted]);
  await act();
  return listening.evaluate(({ time }) => time);
}

async function tablet(server, options) {
  const tablet = await Tablet.switchOn(server.address, { touch: true, ...options });
  await probed(tablet, "/");
  return tablet;
}
async function probed(tablet, where) {
  tablet.context.setDefaultTimeout(PATIENCE);
  await tablet.context.addInitScript(probe);
  await tablet.go(where);
}

/** From the icon: a browser that was closed, no server. */
async function starts(tablet, where) {
  const times = [];
  // The first start after a visit still compiles; the browser keeps what it made of it.
  for (let nth = -1; nth < STARTS; nth += 1) {
    await tablet.close();
    await tablet.open("about:blank");
    await probed(tablet, where);
    const time = await tablet.page.evaluate(() => window.felt.first);
    if (nth >= 0) times.push(time);
  }
  return times;
}

/** Orders of a year, a third of them unpaid. */
function order(i, n) {
  const line = (id) => ({ id, item: TEAS[(i + id) % TEAS.length], spec: `${id * 50} g`, quantity: 1 + (i % 3), price: 900 + 100 * id });
  const lines = [1, 2, 3, 4].map(line);
  const amount = lines.reduce((sum, { quantity, price }) => sum + quantity * price, 0);
  return {
    content: { lines, delivery: "ship", method: "alipay", note: i % 50 ? "" : `gift ${i}` },
    buyer: { name: `${NAMES[i % NAMES.length]} ${i % 4_000}`, phone: `138${String((i * 7_919) % 1e8).padStart(8, "0")}`, address: `${i % 300} Market Street, Leeds` },
    paid: i % 3 ? { method: "cash", amount } : undefined,
    placed: Date.now() - 365 * DAY + Math.floor((i / n) * 364 * DAY),
  };
}

/** A shop with so many orders, and the tablet that began it, which has them all. */
async function shop(n) {
  const server = await Server.start();
  const first = await tablet(server);
  await first.startShop();
  await first.connect(server);
  await first.install();
  await writeMany(server, await first.pairingCode(), n, (i) => order(i, n));
  await first.go("/orders");
  await first.page.getByRole("tab", { name: new RegExp(`^${n.toLocaleString("en").replace(",", ",?")} All`) }).waitFor();
  await first.synced();
  return { server, first };
}

/** Each stroke of these words in a search: to the next frame, which shows what was found for good. */
async function strokes(page, field, words, kind) {
  const times = [];
  // Those in sight; others are drawn when the person pauses.
  const now = () => page.evaluate((kind) => [...document.querySelectorAll(`[data-testid="${kind}"]`)].slice(0, 7).map((it) => it.textContent).join(), kind);
  for (const word of words) {
    await field.fill("");
    for (const letter of word) {
      // Chinese is typed by an input method: its text comes at once.
      const typed = /[ -~]/.test(letter) ? () => page.keyboard.press(letter === " " ? "Space" : letter) : () => page.keyboard.insertText(letter);
      times.push(await felt(page, "input", null, typed));
      const shown = await now();
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      if (shown !== (await now())) throw new Error(`“${word}” went on to change the rows after its frame`);
    }
  }
  await field.fill("");
  return times;
}

/** What the page holds: its process in all and JavaScript's part of it (MB), and the nodes of its document. */
async function held({ context, page }) {
  const session = await context.newCDPSession(page);
  await session.send("Performance.enable");
  await session.send("HeapProfiler.collectGarbage");
  const { metrics } = await session.send("Performance.getMetrics");
  await session.detach();
  const of = (name) => metrics.find((metric) => metric.name === name).value;
  const browser = await context.browser().newBrowserCDPSession();
  const { processInfo } = await browser.send("SystemInfo.getProcessInfo");
  await browser.detach();
  const pages = processInfo.filter(({ type }) => type === "renderer").map(({ id }) => readFile(`/proc/${id}/status`, "utf8"));
  // Where the system does not tell, there is nothing to say.
  const resident = await Promise.all(pages).then((all) => Math.max(...all.map((it) => Number(/VmRSS:\s+(\d+)/.exec(it)[1]))) / 1e3, () => NaN);
  return `${resident.toFixed(0)} MB, of it JavaScript ${(of("JSHeapUsedSize") / 1e6).toFixed(1)} MB, ${of("Nodes")} nodes`;
}

/** A finger flings the list, then the bar is dragged from end to end: frames, and what is held afterwards. */
async function scrolling(tablet, size) {
  const { context, page } = tablet;
  const list = page.locator("ul.rows");
  const before = await held(tablet);
  const session = await context.newCDPSession(page);
  const run = async (what, move) => {
    const frames = await list.evaluateHandle((list) => window.felt.frames(list));
    await move();
    const { took, blank } = await frames.evaluate((frames) => frames.stop());
    const dropped = took.reduce((sum, time) => sum + Math.max(0, Math.round(time / FRAME) - 1), 0);
    const seconds = took.reduce((sum, time) => sum + time, 0) / 1_000;
    const [rate, high] = [took.length / seconds, percentile(took, 95)];
    rows.push({ "": what, size, times: took.length, p50: ms(percentile(took, 50)), p95: ms(high), aim: "60 a second", met: rate >= 58 ? "met" : "missed", more: `${rate.toFixed(1)} a second, ${dropped} dropped, ${blank} not filled` });
    console.error(what, size, rows.at(-1).more, ms(high), `longest ${ms(Math.max(...took))}`);
  };
  const { x, y, width, height } = await list.boundingBox();
  const middle = { x: x + width / 2, y: y + height / 2 };
  for (const [what, speed] of [["scrolling, 2,500 px a second", 2_500], ["scrolling, 10,000 px a second", 10_000]]) {
    await run(what, () => session.send("Input.synthesizeScrollGesture", { ...middle, yDistance: -8 * speed, speed, gestureSourceType: "touch", preventFling: true }));
  }
  await run("the bar from end to end in 5 s", () =>
    list.evaluate((list) => new Promise((done) => {
      let began;
      const step = (now) => {
        began ??= now;
        list.scrollTop = ((now - began) / 5_000) * list.scrollHeight;
        if (now - began < 5_000) requestAnimationFrame(step);
        else done();
      };
      requestAnimationFrame(step);
    })));
  await session.detach();
  rows.push({ "": "what the page holds before and after", size, more: `${before}; ${await held(tablet)}` });
  console.error(rows.at(-1)[""], rows.at(-1).more);
  await list.evaluate((list) => list.scrollTo(0, 0));
}

/** An order through the form: from the tap on "Confirm order" to its number, which it has once it is on the disk. */
async function confirmed(tablet) {
  const { page } = tablet;
  await page.getByRole("link", { name: "New order", exact: true }).first().click();
  await tablet.box("Buyer name").fill("王小明");
  await tablet.box("Item").fill("Longjing");
  await tablet.box("Unit price").fill("12");
  await tablet.choose("Pick up later");
  await tablet.button("Preview order").click();
  const key = tablet.button("Confirm order");
  await key.waitFor();
  return felt(page, "click", '[data-testid="order-number"]', () => key.click());
}

/** A sale at the counter of what is in the cart: from the tap on "Save payment" to "sold". */
async function sold(tablet) {
  await tablet.button("Charge").click();
  return felt(tablet.page, "click", '[data-testid="sale-done"]', () => tablet.button("Save payment").click());
}

async function main() {
  // Ten times fewer orders: only how the app starts.
  const small = await shop(SMALL);
  await small.server.down();
  say(`start from the icon, ${SMALL.toLocaleString("en")} orders`, await starts(small.first, "/"), 500);
  await small.first.remove();
  await small.server.remove();

  const { server, first } = await shop(ORDERS);
  const second = await tablet(server, { size: PORTRAIT });
  const code = await first.pairingCode();
  await second.box("Pairing code").fill(code);
  const usable = await felt(second.page, "click", '[data-testid="order-row"]', async () => {
    await second.button("Join shop").click();
    // Who joins begins at the counter.
    await second.page.getByRole("link", { name: "Orders", exact: true }).click();
  });
  const began = performance.now();
  await second.page.getByRole("tab", { name: new RegExp(`^${ORDERS.toLocaleString("en").replace(",", ",?")} All`) }).waitFor();
  await second.synced();
  say("a second tablet joins: the newest orders", [usable]);
  say("the same: all orders", [usable + performance.now() - began]);
  await second.install();
  await second.close();

  await server.down();
  say(`start from the icon, ${ORDERS.toLocaleString("en")} orders`, await starts(first, "/"), 1_000);
  for (const size of [LANDSCAPE, PORTRAIT]) {
    const named = `${size.width}×${size.height}`;
    await first.page.setViewportSize(size);
    await first.go("/orders");
    await first.page.getByTestId("order-row").first().waitFor();
    await scrolling(first, named);
    const search = first.page.getByRole("searchbox", { name: "Search orders" });
    say("key stroke in the orders' search", await strokes(first.page, search, WORDS, "order-row"), 50, { size: named });
  }
  await first.page.setViewportSize(LANDSCAPE);

  const confirms = [];
  while (confirms.length < SALES) confirms.push(await confirmed(first));
  say("“Confirm order”: on the disk and shown", confirms, 50, { worst: 99 });

  // A catalogue from a sheet.
  const { page } = first;
  const sheet = ["Name,Specification,Code,Price,Stock,Category"];
  for (let i = 0; i < GOODS; i += 1) sheet.push(`${TEAS[i % 6]} ${i},${i % 9} g,C${i},${1 + (i % 90)}.50,${i % 40},${"ABCDEFGH"[i % 8]}`);
  await first.go("/products/import");
  const file = { name: "goods.csv", mimeType: "text/csv", buffer: Buffer.from(sheet.join("\r\n")) };
  const field = page.getByLabel("File", { exact: true });
  await field.waitFor();
  say(`${GOODS.toLocaleString("en")} rows of a sheet: chosen to preview`, [await felt(page, "change", '[data-testid="import-preview"]', () => field.setInputFiles(file))]);
  say("the same: “Import rows” to report", [await felt(page, "click", '[data-testid="import-report"]', () => first.button("Import rows").click())]);

  await first.go("/orders");
  await page.getByTestId("order-row").first().waitFor();
  const arrivals = [];
  for (let nth = 0; nth < 10; nth += 1) {
    arrivals.push(await felt(page, "click", '[data-testid="product-tile"]', () => page.getByRole("link", { name: "Counter", exact: true }).first().click()));
    await page.getByRole("link", { name: "Orders", exact: true }).first().click();
    await page.getByTestId("order-row").first().waitFor();
  }
  say(`to the counter, ${GOODS.toLocaleString("en")} products`, arrivals);
  say("start from the icon at the counter", await starts(first, "/counter"), 1_000);
  const search = first.page.getByRole("searchbox").first();
  say("key stroke in the counter's search", await strokes(first.page, search, ["longj", "c123", "puer 4", "peony", "zz", "keemun"], "product-tile"), 50);
  const taps = [], sales = [];
  while (sales.length < TAPS) {
    const tile = first.page.getByTestId("product-tile").nth(sales.length);
    taps.push(await felt(first.page, "click", '[data-testid="cart-line"]', () => tile.click()));
    sales.push(await sold(first));
  }
  say("tap on a tile: its line in the cart", taps, 50);
  say("“Save payment” at the counter: on the disk and shown", sales, 50);

  await server.up();
  await second.open("about:blank");
  await probed(second, "/orders");
  await Promise.all([first, second].map((tablet) => tablet.synced()));
  await second.page.getByTestId("order-row").first().waitFor();
  const waits = [];
  while (waits.length < LIVE) {
    await first.page.getByTestId("product-tile").first().click();
    const sale = await first.page.evaluateHandle(() => ({ seen: window.felt.seen('[data-testid="sale-done"]') }));
    await sold(first);
    const saved = await sale.evaluate(({ seen }) => seen);
    const number = await first.page.getByTestId("sale-done").getAttribute("data-order-number");
    waits.push((await second.page.evaluate((number) => window.felt.seen(`[data-testid="order-row"][data-order-number="${number}"]`), number)) - saved);
  }
  say("one tablet's save: seen on the other", waits, 200);
  for (const thing of [first, second, server]) await thing.remove();
  print(rows);
}

await main();
process.exit(0);
