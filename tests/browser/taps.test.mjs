// Hands that tremble: every acting key is pressed two and three times in a row, by mouse, finger, Enter and an Enter that
// is held, from 60 to 500 ms apart, at every size. Once is done, and what it led to is still there to be seen.
import assert from "node:assert/strict";
import { test } from "node:test";
import { LANDSCAPE, openServer, PHONE, PHONE_ON_SIDE, PORTRAIT, stock, switchOn } from "./stall.mjs";

const TEA = { name: "明前龙井", code: "TEA", price: 12800, stock: 900 };
const CUP = { name: "Teacup", code: "CUP", price: 3500, stock: 900 };
const SHIRT = { name: "Shirt", code: "SHIRT", price: 5900, "variant/1/name": "M", "variant/2/name": "L" };

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** A hand: what it presses with, and how fast it trembles. Each press is two or three, each pair another gap apart. */
class Hand {
  constructor(tablet, by, gaps) {
    Object.assign(this, { tablet, page: tablet.page, by, gaps, nth: 0 });
  }
  async presses(key, times = 2 + (this.nth % 2)) {
    const gap = this.gaps[this.nth % this.gaps.length];
    this.nth += 1;
    // It may be pressed, and is where it stays.
    await key.and(this.page.locator(":not([aria-disabled=true])")).waitFor({ timeout: 5_000 });
    await key.hover({ timeout: 5_000 });
    const { x, y, width, height } = await key.boundingBox();
    const place = { x: x + width / 2, y: y + height / 2 };
    this.cdp ??= await this.page.context().newCDPSession(this.page);
    const isKeyboard = this.by === "Enter" || this.by === "held";
    if (isKeyboard) {
      // Longer than a burst lasts.
      await pause(620);
      await key.focus();
    }
    const [each, presses] = this.by === "held" ? [60, 6] : [gap, times];
    // The page hears each press as made at its very moment, however busy the machine is.
    const began = Date.now();
    for (let nth = 0; nth < presses; nth += 1) {
      const at = began + nth * each;
      await pause(at - Date.now());
      if (isKeyboard) await this.enters(at / 1000, this.by === "held" && nth > 0);
      else if (this.by === "touch") await this.touches(place, at / 1000);
      else await this.clicks(place, at / 1000, nth + 1);
    }
    if (this.by === "held") await this.page.keyboard.up("Enter");
    // Whatever the presses did has been done.
    await this.page.evaluate(() => new Promise((done) => setTimeout(done, 120)));
    return `${this.by}, ${presses} times, ${each} ms`;
  }
  async enters(timestamp, autoRepeat) {
    const key = { key: "Enter", code: "Enter", windowsVirtualKeyCode: 13, timestamp };
    await this.cdp.send("Input.dispatchKeyEvent", { ...key, type: "keyDown", text: "\r", autoRepeat });
    if (this.by === "Enter") await this.cdp.send("Input.dispatchKeyEvent", { ...key, type: "keyUp" });
  }
  async touches({ x, y }, timestamp) {
    await this.cdp.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [{ x, y }], timestamp });
    await this.cdp.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [], timestamp });
  }
  async clicks(place, timestamp, clickCount) {
    const press = { ...place, button: "left", clickCount, timestamp };
    await this.cdp.send("Input.dispatchMouseEvent", { ...press, type: "mousePressed", buttons: 1 });
    await this.cdp.send("Input.dispatchMouseEvent", { ...press, type: "mouseReleased" });
  }
}

const tile = (tablet, code) => tablet.page.locator(`[data-testid="product-tile"][data-code="${code}"]`);
const cartIs = (tablet, minor) => tablet.page.locator(`[data-testid="cart-total"][data-minor="${minor}"]`).waitFor();
const isOpen = (tablet) => tablet.page.locator("dialog[open]").count();

/** How many orders the shop has: of the state, or all. */
async function orders(tablet, status) {
  await tablet.go("/orders");
  await tablet.page.getByTestId("order-row").first().waitFor();
  if (!status) {
    // A low screen draws few rows: the tab counts them all.
    const all = tablet.page.getByRole("tab", { name: /^\d+ All/ });
    await all.waitFor({ state: "attached" });
    return Number(/\d+/.exec(await all.textContent())[0]);
  }
  const of = status ? `[data-status="${status}"]` : "";
  return tablet.page.locator(`[data-testid="order-row"]${of}`).count();
}

async function atTheCounter(hand) {
  const { tablet, page } = hand;
  const before = await orders(tablet);
  await tablet.go("/counter");
  await tile(tablet, "TEA").click();
  await cartIs(tablet, 12800);

  let how = await hand.presses(tablet.button("Charge"));
  await page.locator("#counter-amount").waitFor();
  assert.equal(await page.getByTestId("sale-done").count(), 0, `C1: Charge only leads to the money (${how})`);
  assert.equal(await page.locator("#counter-amount").inputValue(), "128");

  await tablet.box("Amount").fill("28");
  how = await hand.presses(tablet.button("Save payment"));
  await page.locator('[data-testid="cart-rest"][data-minor="10000"]').waitFor();
  assert.equal(await page.getByTestId("sale-done").count(), 0, `a part is saved once, and not the rest of it (${how})`);

  await tablet.box("Amount").fill("150");
  how = await hand.presses(tablet.button("Save payment"), 3);
  await page.locator('[data-testid="change-due"][data-minor="5000"]').waitFor();
  assert.equal(await page.getByTestId("sale-done").count(), 1, `C3: the change is there to be seen (${how})`);

  how = await hand.presses(tablet.button("Undo sale"));
  await page.locator('[data-testid="sale-done"][data-undone="true"]').waitFor();
  assert.equal(await page.getByTestId("cart-total").count(), 0, `the undone sale is not put in the cart again (${how})`);

  how = await hand.presses(tablet.button("Next sale"));
  await cartIs(tablet, 0);
  assert.equal(await isOpen(tablet), 0, `the next sale is empty (${how})`);

  await tile(tablet, "CUP").click();
  await cartIs(tablet, 3500);
  // On a phone the cart is folded.
  const unfold = async (name) => {
    if (!(await tablet.button(name).isVisible())) await page.getByTestId("cart-total").click();
  };
  await unfold("Park");
  how = await hand.presses(tablet.button("Park"));
  await cartIs(tablet, 0);
  assert.equal(await isOpen(tablet), 0, `it is parked, and nothing opened (${how})`);
  await unfold("Parked");
  await tablet.button("Parked").click();
  how = await hand.presses(tablet.dialog().getByRole("button", { name: /Teacup/ }).first());
  await cartIs(tablet, 3500);

  how = await hand.presses(tile(tablet, "SHIRT"), 2);
  await page.locator("dialog[open] .variant").first().waitFor();
  await cartIs(tablet, 3500);
  how = await hand.presses(tablet.dialog().getByRole("button", { name: /^M/ }));
  await cartIs(tablet, 9400);
  await tablet.button("Charge").click();
  await tablet.button("Save payment").click();
  await page.getByTestId("sale-done").waitFor();
  assert.equal(await orders(tablet), before + 2, "one sale undone, one made");
}

async function onAnOrdersPage(hand) {
  const { tablet, page } = hand;
  const buyer = { name: "王小明", phone: "13800138000", address: "浙江省杭州市西湖区文三路1号" };
  await tablet.write({ ...buyer, method: "WeChat Pay" });
  let how = await hand.presses(tablet.button("Preview order"));
  await page.getByTestId("preview-total").waitFor();
  assert.equal(await page.getByTestId("order-number").count(), 0, `what is to be checked is not confirmed unread (${how})`);
  how = await hand.presses(tablet.button("Confirm order"));
  await tablet.number();
  await tablet.statusIs("awaiting_payment");
  assert.equal(await isOpen(tablet), 0, `it is confirmed, and nothing else opened (${how})`);
  const address = page.url();
  const key = (name) => page.locator("main").getByRole("button", { name, exact: true }).filter({ visible: true }).first();

  how = await hand.presses(key("Record payment"));
  await tablet.dialog().waitFor();
  await tablet.statusIs("awaiting_payment");
  how = await hand.presses(tablet.dialog().getByRole("button", { name: "Save payment" }));
  await tablet.dialog().waitFor({ state: "hidden" });
  await tablet.statusIs("paid");
  assert.equal(await isOpen(tablet), 0, `it is paid once, and nothing else opened (${how})`);
  await tablet.balanceIs(0);

  how = await hand.presses(key("Payment arrived"));
  await page.locator('[data-testid="order-status"][data-status="paid"]').first().waitFor();
  assert.equal(await isOpen(tablet), 0, `it has arrived, and nothing else opened (${how})`);
  await key("Ship").waitFor();
  how = await hand.presses(key("Ship"));
  const dialog = tablet.dialog();
  await dialog.getByRole("textbox", { name: "Tracking number" }).fill("SF1234567890123");
  how = await hand.presses(dialog.getByRole("button", { name: "Save shipment" }));
  await dialog.waitFor({ state: "hidden" });
  await tablet.statusIs("shipped");
  how = await hand.presses(key("Mark delivered"), 3);
  await tablet.statusIs("delivered");
  assert.equal(await key("Complete").count(), 1, `it is delivered, and not completed (${how})`);
  how = await hand.presses(page.locator(".toast").getByRole("button", { name: "Undo" }), 3);
  await tablet.statusIs("shipped");
  await key("Mark delivered").click();
  await tablet.statusIs("delivered");
  how = await hand.presses(key("Complete"), 3);
  await tablet.statusIs("completed");
  assert.equal(page.url(), address, `it is completed, and nothing else begun (${how})`);

  await tablet.takeOrder({ ...buyer, delivery: "Pick up later" });
  await tablet.pay();
  await tablet.statusIs("paid");
  const there = page.url();
  how = await hand.presses(key("Hand over"), 3);
  await tablet.statusIs("completed");
  assert.equal(page.url(), there, `it is handed over, and nothing else begun (${how})`);

  await tablet.takeOrder(buyer);
  await tablet.act("Hold");
  await tablet.dialog().getByRole("textbox", { name: "Reason" }).fill("waits");
  how = await hand.presses(tablet.dialog().getByRole("button", { name: "Hold this order" }));
  await tablet.dialog().waitFor({ state: "hidden" });
  await tablet.statusIs("on_hold");
  how = await hand.presses(key("Release"));
  await tablet.statusIs("awaiting_payment");
  assert.equal(await isOpen(tablet), 0, `it goes on, and nothing opened (${how})`);
  await tablet.act("Cancel order");
  await tablet.dialog().getByRole("textbox", { name: "Reason" }).fill("changed her mind");
  how = await hand.presses(tablet.dialog().getByRole("button", { name: "Cancel this order" }));
  await tablet.dialog().waitFor({ state: "hidden" });
  await tablet.statusIs("cancelled");
  assert.equal(await isOpen(tablet), 0, `it is cancelled, and nothing opened (${how})`);
}

async function inFormsAndLists(hand) {
  const { tablet, page } = hand;
  const rows = (id) => page.getByTestId(id).count();
  await tablet.go("/products");
  await page.getByTestId("product-row").first().waitFor();
  const products = await rows("product-row");
  await hand.presses(tablet.button("New product").first());
  await tablet.box("Product name").fill(`Thing ${hand.by} ${hand.nth}`);
  await tablet.box("Price").first().fill("5");
  let how = await hand.presses(tablet.button("Save product"));
  await page.waitForURL(/products\/[0-9a-f-]{36}/);
  await tablet.go("/products");
  await page.getByTestId("product-row").nth(products).waitFor();
  assert.equal(await rows("product-row"), products + 1, `one product (${how})`);

  await tablet.go("/customers/new");
  await tablet.box("Name").fill(`Zoë ${hand.by} ${hand.nth}`);
  how = await hand.presses(tablet.button("Save customer"));
  await page.getByTestId("customer-name").waitFor();
  await tablet.go("/customers");
  await page.getByTestId("customer-row").first().waitFor();
  const named = page.getByTestId("customer-row").filter({ hasText: `Zoë ${hand.by}` });
  assert.equal(await named.count(), 1, `one customer (${how})`);

  await tablet.go("/settings/rules");
  await hand.presses(tablet.button("New rule").first());
  await tablet.dialog().getByRole("combobox", { name: "Action" }).selectOption({ label: "Label orders" });
  await tablet.dialog().getByRole("textbox", { name: "Label", exact: true }).fill("big");
  const rules = await rows("rule");
  how = await hand.presses(tablet.dialog().getByRole("button", { name: "Save", exact: true }));
  await page.getByTestId("rule").nth(rules).waitFor();
  assert.equal(await rows("rule"), rules + 1, `one rule (${how})`);
  const rule = page.getByTestId("rule").first().getByRole("switch");
  const was = await rule.isChecked();
  how = await hand.presses(rule);
  assert.equal(await rule.isChecked(), hand.by === "Enter" || hand.by === "held" ? was : !was, `a switch turns once (${how})`);

  await tablet.go("/products/import");
  const sheet = `Product,Code,Price\nSheet ${hand.by} ${hand.nth},S-${hand.by}-${hand.nth},128\n`;
  await page.locator("input[type=file]").setInputFiles({ name: "goods.csv", mimeType: "text/csv", buffer: Buffer.from(sheet) });
  await page.getByTestId("import-preview").waitFor();
  how = await hand.presses(tablet.button("Import rows"));
  await page.locator('[data-testid="import-report"][data-created="1"][data-refused="0"]').waitFor();
  assert.match(page.url(), /import/, `the report is there to be seen (${how})`);
}

/** What is pressed while a slow disk writes does nothing twice, and nothing in what comes then. */
async function onASlowDisk(hand) {
  const { tablet, page } = hand;
  await page.addInitScript(() => {
    const { set } = Object.getOwnPropertyDescriptor(IDBTransaction.prototype, "oncomplete");
    const late = (tell) => (event) => setTimeout(tell, event.target.mode === "readwrite" ? 900 : 0, event);
    Object.defineProperty(IDBTransaction.prototype, "oncomplete", { set(tell) { set.call(this, tell && late(tell)); } });
  });
  const before = await orders(tablet);
  await tablet.go("/counter");
  await tile(tablet, "TEA").click();
  await cartIs(tablet, 12800);
  await tablet.button("Charge").click();
  await tablet.box("Amount").fill("28");
  let how = await hand.presses(tablet.button("Save payment"), 3);
  await page.locator('[data-testid="cart-rest"][data-minor="10000"]').waitFor();
  how = await hand.presses(tablet.button("Save payment"), 3);
  await page.getByTestId("sale-done").waitFor();
  how = await hand.presses(tablet.button("Undo sale"), 3);
  await page.locator('[data-testid="sale-done"][data-undone="true"]').waitFor();
  await tablet.button("Next sale").click();
  await tile(tablet, "CUP").click();
  how = await hand.presses(tablet.button("Park"), 3);
  await cartIs(tablet, 0);
  assert.equal(await isOpen(tablet), 0, `it is parked, and nothing opened (${how})`);
  await tile(tablet, "TEA").click();
  await cartIs(tablet, 12800);
  await tablet.button("Park").click();
  await tile(tablet, "CUP").click();
  await cartIs(tablet, 3500);
  await tablet.write({ name: "Slow", phone: "13800138000", address: "浙江省杭州市西湖区文三路1号", method: "Cash" });
  await tablet.button("Preview order").click();
  how = await hand.presses(tablet.button("Confirm order"), 3);
  await tablet.number();
  assert.equal(await isOpen(tablet), 0, `it is confirmed, and nothing opened (${how})`);
  assert.equal(await orders(tablet), before + 4, "one sold and undone, two parked, one confirmed");
}

/** Where keys are that act. */
const PAGES = [
  "/counter", "/orders", "/orders/new", "/products", "/products/new", "/customers", "/customers/new", "/templates", "/templates/new",
  "/settings", "/settings/shop", "/settings/rules", "/settings/devices", "/settings/aside", "/products/import", "/conflicts",
];
const SIZES = [LANDSCAPE, PHONE, PORTRAIT];
const GAPS = [60, 200, 340, 500, 120, 420];
const HANDS = ["mouse", "touch", "Enter", "held"];

/**
 * Finds the keys of what is in front, numbers them, and counts from then on which of them act. Keys that are called
 * alike are one: "Remove Cash", "Remove Alipay".
 */
function keysHere() {
  const GUARDED = "button:not([data-again]), input[role=switch]";
  if (!window.acted) {
    window.acted = [];
    // Heard after the guard: what it keeps from the page does not come here.
    window.addEventListener("click", ({ target }) => {
      const key = target.closest(GUARDED) ?? target.closest("label")?.control;
      if (key?.matches(GUARDED)) window.acted.push(key.ariaLabel ?? key.textContent);
    }, true);
  }
  const front = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;
  document.querySelectorAll("[data-walked]").forEach((key) => delete key.dataset.walked);
  const names = new Set();
  const keys = [...front.querySelectorAll(GUARDED)].filter((key) => key.checkVisibility() && !key.matches("[data-off], [data-busy]"));
  return keys.flatMap((key, nth) => {
    const room = key.closest("[data-testid], section, fieldset, form, dialog")?.dataset.testid ?? "";
    const name = `${room} ${key.role ?? ""} ${(key.ariaLabel ?? key.textContent).trim().split(/[ 0-9]/)[0]}`;
    key.dataset.walked = String(nth);
    return names.has(name) || !names.add(name) ? [] : [{ name, nth: String(nth) }];
  });
}

/** Presses every key of the page, and of the dialogs that it opens; none acts twice, and nothing that it brought does. */
async function everyKey(hand, where) {
  const { tablet, page } = hand;
  const begin = async () => {
    await tablet.go(where);
    await page.locator("main h1, main h2").first().waitFor({ state: "attached" });
    await page.evaluate(async () => {
      // Its later files have come when its keys stay the same.
      for (let count = -1, now = 0; now !== count; now = document.querySelectorAll("button").length) {
        count = now;
        await new Promise((done) => setTimeout(done, 200));
      }
    });
  };
  const seen = new Set();
  let walked = 0;
  const walk = async (way) => {
    for (;;) {
      // From the beginning, the way of the keys that lead here.
      await begin();
      for (const name of way) {
        const key = (await page.evaluate(keysHere)).find((key) => key.name === name);
        if (!key) return;
        await page.locator(`[data-walked="${key.nth}"]`).first().click();
      }
      const next = (await page.evaluate(keysHere)).filter(({ name }) => !seen.has(`${way} ${name}`));
      let moved = false;
      for (const { name, nth } of next) {
        const key = page.locator(`[data-walked="${nth}"]`).first();
        if (!(await key.isVisible())) continue;
        seen.add(`${way} ${name}`);
        const address = page.url();
        hand.by = HANDS[walked % HANDS.length];
        hand.gaps = [GAPS[walked % GAPS.length]];
        await page.evaluate(() => window.acted.splice(0));
        const how = await hand.presses(key).catch(() => undefined);
        // Drawn anew meanwhile, and another key now.
        moved = how === undefined;
        if (moved) break;
        walked += 1;
        const acted = (await page.evaluate(() => window.acted)) ?? [];
        assert.ok(acted.length <= 1, `${where} ${way}: “${name}” (${how}) acted as ${acted}`);
        const opened = await isOpen(tablet);
        if (opened > way.length) await walk([...way, name]);
        moved = opened !== way.length || page.url() !== address;
        if (moved) break;
      }
      if (!moved) return;
    }
  };
  await walk([]);
  return walked;
}

/** A shop with goods, an order, and a conflict that asks. */
async function shop(t) {
  const server = await openServer(t);
  const tablet = await switchOn(t, server);
  await tablet.startShop();
  await tablet.connect(server);
  await stock(server, tablet, [TEA, CUP, SHIRT]);
  await tablet.takeOrder();
  return tablet;
}

test("C1, C3, O1: no key acts twice, whatever trembles, on any page at any size", { timeout: 600_000, concurrency: 3 }, async (t) => {
  const hands = [
    ["mouse", LANDSCAPE, [60, 320], [atTheCounter, onAnOrdersPage]],
    ["touch", PHONE, [200, 500], [atTheCounter, onAnOrdersPage, inFormsAndLists]],
    ["Enter", PORTRAIT, [120, 420], [atTheCounter, inFormsAndLists]],
    ["held", LANDSCAPE, [60], [onAnOrdersPage]],
    ["mouse", PORTRAIT, [340, 500], [onASlowDisk]],
    ["mouse", PHONE_ON_SIDE, [500, 200], [atTheCounter]],
  ];
  const walks = hands.map(([by, size, gaps, walks]) =>
    t.test(`by ${by} at ${size.width}×${size.height}`, async (t) => {
      const tablet = await shop(t);
      await tablet.page.setViewportSize(size);
      const hand = new Hand(tablet, by, gaps);
      for (const walk of walks) await walk(hand);
    }),
  );
  const pages = SIZES.map((size, nth) =>
    t.test(`every key of the pages, at ${size.width}×${size.height}`, async (t) => {
      const tablet = await shop(t);
      await tablet.page.setViewportSize(size);
      const hand = new Hand(tablet, "mouse", GAPS);
      let walked = 0;
      for (const where of PAGES.filter((_, at) => at % SIZES.length === nth)) walked += await everyKey(hand, where);
      assert.ok(walked > 15, `${walked} keys were pressed`);
    }),
  );
  await Promise.all([...walks, ...pages]);
});
