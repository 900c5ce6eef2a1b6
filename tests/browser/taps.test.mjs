// Hands that tremble: every acting key is pressed two and three times in a row, by mouse, finger, Enter and an Enter that
// is held, from 60 to 500 ms apart, at every size. Once is done, and what it led to is still there to be seen.
import assert from "node:assert/strict";
import { test } from "node:test";
import { LANDSCAPE, openServer, PORTRAIT, stock, switchOn, twoTablets, writeMany } from "./stall.mjs";

const PHONE = { width: 390, height: 844 };
const PHONE_ON_ITS_SIDE = { width: 844, height: 390 };
const TEA = { name: "明前龙井", code: "TEA", price: 12800, stock: 900 };
const CUP = { name: "Teacup", code: "CUP", price: 3500, stock: 900 };
const SHIRT = { name: "Shirt", code: "SHIRT", price: 5900, "variant/1/name": "M", "variant/2/name": "L" };

/** Longer than a burst lasts. */
const PAUSE = 620;
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
    await key.and(this.page.locator(":not([aria-disabled=true])")).waitFor();
    await key.hover();
    const { x, y, width, height } = await key.boundingBox();
    const [left, top] = [x + width / 2, y + height / 2];
    if (this.by === "Enter" || this.by === "held") {
      await pause(PAUSE);
      await key.focus();
    }
    const began = Date.now();
    if (this.by === "held") {
      for (let nth = 0; nth < 6; nth += 1) {
        await this.page.keyboard.down("Enter");
        await pause(began + (nth + 1) * 60 - Date.now());
      }
      await this.page.keyboard.up("Enter");
    } else {
      for (let nth = 0; nth < times; nth += 1) {
        await pause(began + nth * gap - Date.now());
        if (this.by === "Enter") await this.page.keyboard.press("Enter");
        else if (this.by === "touch") await this.touches(left, top);
        else await this.page.mouse.click(left, top);
      }
    }
    // Whatever the presses did has been done.
    await this.page.evaluate(() => new Promise((done) => setTimeout(done, 120)));
    return `${this.by}, ${times} times, ${gap} ms`;
  }
}

/** A finger, whatever the tablet is pointed at with otherwise. */
Hand.prototype.touches = async function (x, y) {
  this.cdp ??= await this.page.context().newCDPSession(this.page);
  await this.cdp.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [{ x, y }] });
  await this.cdp.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
};

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
  assert.equal(await tablet.balance(), 0);

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

test("C1, C3, O1: no key acts twice, whatever trembles, on any page at any size", { timeout: 600_000 }, async (t) => {
  const server = await openServer(t);
  const tablet = await switchOn(t, server);
  await tablet.startShop();
  await tablet.connect(server);
  await stock(server, tablet, [TEA, CUP, SHIRT]);
  await tablet.takeOrder();
  const hands = [
    ["mouse", LANDSCAPE, [60, 320], [atTheCounter, onAnOrdersPage, inFormsAndLists]],
    ["touch", PORTRAIT, [120, 450], [atTheCounter, onAnOrdersPage]],
    ["touch", PHONE, [200, 90], [atTheCounter, onAnOrdersPage, inFormsAndLists]],
    ["mouse", PHONE_ON_ITS_SIDE, [450, 200], [atTheCounter]],
    ["Enter", LANDSCAPE, [120, 320], [atTheCounter, onAnOrdersPage, inFormsAndLists]],
    ["held", LANDSCAPE, [60], [atTheCounter, onAnOrdersPage]],
  ];
  for (const [by, size, gaps, walks] of hands) {
    for (const walk of walks) {
      await t.test(`${walk.name} by ${by} at ${size.width}×${size.height}`, async () => {
        await tablet.page.setViewportSize(size);
        await walk(new Hand(tablet, by, gaps));
      });
    }
  }
});
