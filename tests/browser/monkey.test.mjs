// A rush, played by a seeded monkey: taps, trembling taps, scans at random, carts that are parked, swapped, emptied and
// shipped instead, payments in parts, the page loaded anew, the browser killed. What the log holds in the end is what its
// script handed over; no page complained, and nowhere was a dead end.
//
// STALLBOOK_MONKEY_STEPS says how many steps, STALLBOOK_MONKEY_SEED which ones.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { LANDSCAPE, log, openServer, PORTRAIT, stock, switchOn } from "./stall.mjs";

const STEPS = Number(process.env.STALLBOOK_MONKEY_STEPS ?? 150);
const SEED = Number(process.env.STALLBOOK_MONKEY_SEED ?? 9);
/** After so many steps the log is read. */
const LOOK = 500;

const GOODS = [
  { name: "明前龙井", code: "TEA", price: 12800, stock: 90000 },
  { name: "Teacup", code: "6901234567892", price: 3550, stock: 90000 },
  { name: "Shirt", code: "4006381333931", price: 5900, "variant/1/name": "M", "variant/2/name": "L" },
];
/** A teacup, a shirt that asks which, and one that nobody knows. */
const CODES = ["6901234567892", "6901234567892", "4006381333931", "5901234123457"];

/** Chance from a seed: the same steps again. */
function chanceOf(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let drawn = Math.imul(state ^ (state >>> 15), 1 | state);
    drawn = (drawn + Math.imul(drawn ^ (drawn >>> 7), 61 | drawn)) ^ drawn;
    return ((drawn ^ (drawn >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n) => Math.floor(next() * n);
  /** One of these, each as likely as its weight says. */
  const weighed = (choices) => {
    let left = below(Object.values(choices).reduce((sum, weight) => sum + weight, 0));
    return Object.keys(choices).find((key) => (left -= choices[key]) < 0);
  };
  return { below, weighed, of: (list) => list[below(list.length)] };
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

class Monkey {
  constructor(tablet, chance) {
    // `handed`: what was given for goods and not given back; `change`: what goes back of the last sale.
    Object.assign(this, { tablet, chance, handed: 0, sales: 0, change: 0, sale: 0, stuck: 0, did: [] });
  }
  get page() {
    return this.tablet.page;
  }
  button(name) {
    return this.tablet.button(name);
  }
  dialog() {
    return this.tablet.dialog();
  }
  shows(testid, minor) {
    return this.page.locator(`[data-testid="${testid}"][data-minor="${minor}"]`).first().waitFor();
  }
  /** A tap of a hand that trembles now and then. */
  async tap(key) {
    await key.click();
    const more = this.chance.below(4) === 0 ? 1 + this.chance.below(2) : 0;
    const gap = this.chance.of([40, 90, 160, 320]);
    for (let nth = 0, last = performance.now(); nth < more; nth += 1) {
      await pause(gap);
      // Later than that on a busy machine, it is a press of its own.
      if (performance.now() - last > 400) break;
      last = performance.now();
      await this.page.mouse.down();
      await this.page.mouse.up();
    }
  }
  async scan() {
    await this.page.keyboard.type(this.chance.of(CODES), { delay: 4 });
    await this.page.keyboard.press("Enter");
  }
  /** What the counter shows, once it stands: a code that was scanned may open something yet. */
  async sight() {
    for (let before = await this.glance(); ; ) {
      await pause(60);
      const now = await this.glance();
      if (isDeepStrictEqual(now, before)) return now;
      before = now;
    }
  }
  glance() {
    return this.page.evaluate(() => {
      const minor = (id) => Number(document.querySelector(`[data-testid="${id}"]`)?.dataset.minor ?? 0);
      const done = document.querySelector("[data-testid=sale-done]");
      return {
        dialog: document.querySelector("dialog[open]") !== null,
        variant: document.querySelector("dialog[open] .variant") !== null,
        sold: done !== null,
        undone: done?.dataset.undone === "true",
        paying: new URL(location).searchParams.get("step") === "pay" && document.querySelector(".tender") !== null,
        over: document.querySelector(".tender") === null ? 0 : minor("give-back"),
        rest: document.querySelector("[data-testid=cart-rest]") === null ? undefined : minor("cart-rest"),
        total: minor("cart-total"),
        taken: minor("cart-taken"),
      };
    });
  }
  async step() {
    const see = await this.sight();
    const what = this.chance.weighed(this.choices(see));
    this.did.push(what);
    this.stuck = what === "escape" ? this.stuck + 1 : 0;
    assert.ok(this.stuck < 12, "a dead end");
    await this[what](see);
    if (this.change > 0 && !["charge", "next", "undo"].includes(what)) await this.changeIsSeen();
  }
  choices(see) {
    if (see.variant) return { choose: 8, scan: 1, escape: 1 };
    if (see.dialog) return { escape: 7, scan: 2 };
    if (see.sold) return { next: 6, tile: 3, scan: 4, reload: 1, ...(see.undone ? {} : { undo: 2 }) };
    if (see.over > 0) return { giveBack: 3, goods: 1, scan: 1 };
    if (see.paying) return { pay: 9, part: 4, goods: 2, scan: 2, ...(see.taken > 0 ? { voidPart: 1 } : {}), reload: 1 };
    const some = see.total > 0 ? { charge: 9, park: 3, remove: 2 } : {};
    const any = see.total > 0 || see.taken > 0 ? { clear: 2, ship: 1 } : {};
    return { tile: 6, scan: 5, takeUp: 3, ...some, ...any, reload: 1, leave: 1, ...(this.chance.below(12) === 0 ? { kill: 1 } : {}) };
  }
  choose() {
    return this.tap(this.dialog().locator(".variant").nth(this.chance.below(2)));
  }
  escape() {
    return this.page.keyboard.press("Escape");
  }
  tile() {
    return this.tap(this.page.getByTestId("product-tile").nth(this.chance.below(GOODS.length)));
  }
  async next() {
    await this.tap(this.button("Next sale"));
    await this.page.getByTestId("sale-done").waitFor({ state: "detached" });
    this.change = 0;
  }
  async undo() {
    await this.tap(this.button("Undo sale"));
    await this.page.locator('[data-testid="sale-done"][data-undone="true"]').waitFor();
    this.handed -= this.sale;
    this.change = 0;
  }
  /** What goes back is there to be seen, whatever was scanned, tapped or loaded since. */
  async changeIsSeen() {
    const ids = ["change-due", "change-before"].map((id) => `[data-testid="${id}"][data-minor="${this.change}"]`);
    await this.page.locator(ids.join()).first().waitFor();
  }
  async charge() {
    this.change = 0;
    await this.tap(this.button("Charge"));
    await this.page.locator(".tender").waitFor();
  }
  async goods() {
    await this.tap(this.page.getByRole("button", { name: "Products", exact: true }).first());
    await this.page.locator(".tender").waitFor({ state: "detached" });
  }
  /** A part of what is left; the next step takes the rest, or another part. */
  async part({ rest, total }) {
    const left = rest ?? total;
    const part = Math.floor(left / 200);
    if (part === 0) return this.goods();
    await this.tablet.box("Amount").fill(String(part));
    await this.tap(this.button("Save payment"));
    await this.shows("cart-rest", left - 100 * part);
    this.handed += 100 * part;
  }
  async voidPart({ taken }) {
    const part = this.page.locator(".parts li").filter({ has: this.page.getByRole("button") }).first();
    if ((await part.count()) === 0) return this.goods();
    const before = await this.page.locator(".parts li").count();
    const minor = await part.locator("[data-minor]").first().getAttribute("data-minor").catch(() => null);
    await this.tap(part.getByRole("button"));
    await this.page.waitForFunction((before) => document.querySelectorAll(".parts li").length < before, before);
    const now = (await this.sight()).taken;
    assert.ok(now < taken, `one part counts no more: ${minor}`);
    this.handed -= taken - now;
  }
  async pay({ rest, total, taken }) {
    const left = rest ?? total;
    const how = this.chance.of(["WeChat Pay", "Cash", "Cash", undefined]);
    if (how && left > 0) await this.page.getByRole("radio", { name: how, exact: true }).check({ force: true });
    const change = how === "Cash" && left > 0 && this.chance.below(2) === 0 ? 1300 : 0;
    if (change > 0) await this.tablet.box("Amount").fill(String((left + change) / 100));
    await this.tap(this.button("Save payment"));
    await this.sold(left, taken + left, change);
  }
  async giveBack({ over, total }) {
    await this.tap(this.button("Save payment"));
    await this.sold(-over, total, 0);
  }
  async sold(handed, sale, change) {
    await this.page.getByTestId("sale-done").waitFor();
    this.handed += handed;
    this.sales += 1;
    [this.sale, this.change] = [sale, change];
    if (change > 0) await this.changeIsSeen();
  }
  async park() {
    await this.tap(this.button("Park"));
    await this.shows("cart-total", 0);
  }
  async takeUp() {
    await this.tap(this.button("Parked"));
    await this.dialog().waitFor();
    const parked = this.dialog().getByTestId("parked-cart");
    if ((await parked.count()) > 0) await this.tap(parked.nth(this.chance.below(await parked.count())));
    else await this.escape();
    await this.dialog().waitFor({ state: "hidden" });
  }
  async remove() {
    const line = this.page.getByTestId("cart-line").first();
    if ((await line.getByRole("button", { name: "Remove" }).count()) === 0) await line.getByRole("button").first().click();
    const lines = await this.page.getByTestId("cart-line").count();
    await this.tap(line.getByRole("button", { name: "Remove" }));
    await this.page.waitForFunction((lines) => document.querySelectorAll("[data-testid=cart-line]").length < lines, lines);
  }
  async clear({ taken }) {
    await this.details("Clear the order");
    if (taken > 0) {
      const returned = this.chance.below(2) === 0;
      await this.tap(this.button(returned ? "Given back, clear" : "Clear, refund later"));
      if (returned) this.handed -= taken;
    }
    await this.dialog().waitFor({ state: "hidden" });
    await this.shows("cart-total", 0);
    assert.equal((await this.sight()).taken, 0, "the next cart has no money");
  }
  async details(key) {
    await this.tap(this.button("Discount, note, delivery"));
    await this.dialog().waitFor();
    await this.tap(this.button(key));
  }
  async ship() {
    await this.details("Ship instead (add address)");
    await this.box("Buyer name").waitFor();
    if (this.chance.below(2) === 0 && (await this.box("Item").first().inputValue()) !== "") {
      await this.box("Buyer name").fill("王小明");
      await this.box("Phone").fill("13800138000");
      await this.box("Address").fill("浙江省杭州市西湖区文三路1号");
      await this.tap(this.button("Preview order"));
      await this.page.getByTestId("preview-total").waitFor();
      await this.tap(this.button("Confirm order"));
      await this.tablet.number();
    }
    await this.tablet.go("/counter");
    await this.stands();
  }
  box(name) {
    return this.tablet.box(name);
  }
  stands() {
    return this.page.locator(".counter [data-testid=cart-total], .counter [data-testid=sale-done]").first().waitFor();
  }
  async reload() {
    await this.page.reload();
    await this.stands();
  }
  async leave() {
    await this.page.getByRole("link", { name: "Orders", exact: true }).click();
    await this.page.getByRole("searchbox", { name: "Search orders" }).waitFor();
    await this.page.getByRole("link", { name: "Counter", exact: true }).click();
    await this.stands();
  }
  async kill() {
    await this.tablet.kill();
    await this.tablet.open("/counter");
    await this.stands();
  }
}

/** What all that was paid comes to in the log, less what was given back. */
async function logged(server, tablet) {
  await tablet.synced();
  const events = await log(server, await tablet.pairingCode());
  const ended = new Set();
  for (const { type, body } of events) {
    if (type === "order.payment_voided" || type === "order.payment_rejected") ended.add(body.payment);
  }
  const sum = (of) => events.filter(({ type, id }) => type === of && !ended.has(id)).reduce((sum, { body }) => sum + body.amount, 0);
  return sum("order.payment_recorded") - sum("order.refund_recorded");
}

test("a rush by a monkey: the money in the log is the money that it handed over", { timeout: 7_200_000 }, async (t) => {
  const server = await openServer(t);
  const tablet = await switchOn(t, server, { size: SEED % 3 === 0 ? LANDSCAPE : PORTRAIT });
  await tablet.startShop();
  await tablet.connect(server);
  await stock(server, tablet, GOODS);
  const monkey = new Monkey(tablet, chanceOf(SEED));
  for (let done = 1; done <= STEPS; done += 1) {
    try {
      await monkey.step();
      if (done % LOOK === 0 || done === STEPS) {
        assert.equal(await logged(server, tablet), monkey.handed, `${monkey.sales} sales`);
        await tablet.go("/counter");
        await monkey.stands();
      }
    } catch (fault) {
      throw new Error(`seed ${SEED}, step ${done} (… ${monkey.did.slice(-12).join(", ")}): ${fault.message}`, { cause: fault });
    }
  }
  assert.ok(monkey.sales > STEPS / 40, `it sold something: ${monkey.sales}`);
});
