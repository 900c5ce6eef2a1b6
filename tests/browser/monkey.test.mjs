// A rush, played by a seeded monkey: taps, trembling taps, scans in between, parked carts, payments in parts. What the
// log holds in the end is what its script handed over; no page complained, and nowhere was a dead end.
//
// STALLBOOK_MONKEY_STEPS says how many steps, STALLBOOK_MONKEY_SEED which ones.
import assert from "node:assert/strict";
import { test } from "node:test";
import { log, openServer, stock, switchOn } from "./stall.mjs";

const STEPS = Number(process.env.STALLBOOK_MONKEY_STEPS ?? 150);
const SEED = Number(process.env.STALLBOOK_MONKEY_SEED ?? 9);

const GOODS = [
  { name: "明前龙井", code: "TEA", price: 12800, stock: 90000 },
  { name: "Teacup", code: "6901234567892", price: 3550, stock: 90000 },
  { name: "Shirt", code: "SHIRT", price: 5900, "variant/1/name": "M", "variant/2/name": "L" },
];

/** Chance from a seed: the same steps again. */
function chanceOf(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let drawn = Math.imul(state ^ (state >>> 15), 1 | state);
    drawn = (drawn + Math.imul(drawn ^ (drawn >>> 7), 61 | drawn)) ^ drawn;
    return ((drawn ^ (drawn >>> 14)) >>> 0) / 2 ** 32;
  };
  return { below: (n) => Math.floor(next() * n), of: (list) => list[Math.floor(next() * list.length)] };
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

class Monkey {
  constructor(tablet, chance) {
    Object.assign(this, { tablet, page: tablet.page, chance, handed: 0, sales: 0 });
  }
  button(name) {
    return this.tablet.button(name);
  }
  async minor(id, attribute = "data-minor") {
    return Number(await this.page.getByTestId(id).getAttribute(attribute));
  }
  /** A tap of a hand that trembles now and then. */
  async tap(key) {
    await key.click({ timeout: 10_000 });
    const more = this.chance.below(4) === 0 ? 1 + this.chance.below(2) : 0;
    for (let nth = 0; nth < more; nth += 1) {
      await pause(this.chance.of([40, 90, 160, 320]));
      await this.page.mouse.down();
      await this.page.mouse.up();
    }
  }
  async scan() {
    await this.page.keyboard.type("6901234567892", { delay: 4 });
    await this.page.keyboard.press("Enter");
  }
  /** What the counter shows now. */
  async sight() {
    return this.page.evaluate(() => ({
      dialog: document.querySelector("dialog[open]") !== null,
      variant: document.querySelector("dialog[open] .variant") !== null,
      sold: document.querySelector("[data-testid=sale-done]")?.dataset.orderNumber,
      paying: document.querySelector("#counter-amount") !== null,
      total: Number(document.querySelector("[data-testid=cart-total]")?.dataset.minor ?? 0),
    }));
  }
  async step() {
    const { page, chance } = this;
    const see = await this.sight();
    if (see.variant) return this.tap(this.tablet.dialog().locator(".variant").nth(chance.below(2)));
    if (see.dialog) return page.keyboard.press("Escape");
    const what = chance.below(10);
    if (see.sold) {
      if (what < 4) return this.tap(this.button("Next sale"));
      return what < 8 ? this.tap(this.tile()) : this.scan();
    }
    if (see.paying) {
      const rest = (await page.getByTestId("cart-rest").count()) > 0 ? await this.minor("cart-rest") : see.total;
      if (what < 2 && rest > 200) {
        // A part of it; the next step takes the rest, or another part.
        const part = Math.floor(rest / 200);
        await this.tablet.box("Amount").fill(String(part));
        await this.tap(this.button("Save payment"));
        await page.locator(`[data-testid="cart-rest"][data-minor="${rest - 100 * part}"]`).waitFor();
        this.handed += 100 * part;
        return;
      }
      if (what === 2) {
        await this.tap(page.getByRole("button", { name: /^Products/ }).first());
        return page.locator("#counter-amount").waitFor({ state: "detached" });
      }
      if (what === 3) return this.scan();
      if (what === 4) await page.getByRole("radio", { name: "WeChat Pay", exact: true }).check({ force: true });
      else if (what < 7) await page.getByRole("radio", { name: "Cash", exact: true }).check({ force: true });
      await this.tap(this.button("Save payment"));
      await page.getByTestId("sale-done").waitFor();
      this.handed += rest;
      this.sales += 1;
      return;
    }
    if (see.total > 0 && what < 4) {
      await this.tap(this.button("Charge"));
      return page.locator("#counter-amount").waitFor();
    }
    if (see.total > 0 && what === 4) {
      await this.tap(this.button("Park"));
      return page.locator('[data-testid="cart-total"][data-minor="0"]').waitFor();
    }
    if (what === 5) return this.takeUp();
    return what < 8 ? this.tap(this.tile()) : this.scan();
  }
  tile() {
    return this.page.getByTestId("product-tile").nth(this.chance.below(GOODS.length));
  }
  async takeUp() {
    await this.tap(this.button("Parked"));
    await this.tablet.dialog().waitFor();
    const parked = this.tablet.dialog().locator("li button");
    await pause(700);
    if ((await parked.count()) > 0) await this.tap(parked.first());
    else await this.page.keyboard.press("Escape");
    await this.tablet.dialog().waitFor({ state: "hidden" });
  }
}

test("a rush by a monkey: the money in the log is the money that it handed over", { timeout: 7_200_000 }, async (t) => {
  const server = await openServer(t);
  const tablet = await switchOn(t, server);
  await tablet.startShop();
  await tablet.connect(server);
  await stock(server, tablet, GOODS);
  const monkey = new Monkey(tablet, chanceOf(SEED));
  let done = 0;
  try {
    for (; done < STEPS; done += 1) await monkey.step();
  } catch (fault) {
    throw new Error(`seed ${SEED}, step ${done}: ${fault.message}`, { cause: fault });
  }
  assert.ok(monkey.sales > STEPS / 40, `it sold something: ${monkey.sales}`);
  await tablet.synced();
  const ended = new Set();
  const payments = [];
  for (const { id, type, body } of await log(server, await tablet.pairingCode())) {
    if (type === "order.payment_recorded") payments.push([id, body.amount]);
    if (type === "order.payment_voided" || type === "order.payment_rejected") ended.add(body.payment);
  }
  const taken = payments.filter(([id]) => !ended.has(id)).reduce((sum, [, amount]) => sum + amount, 0);
  assert.equal(taken, monkey.handed, `seed ${SEED}: ${monkey.sales} sales`);
});
