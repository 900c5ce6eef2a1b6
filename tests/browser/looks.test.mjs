// How it looks where it is small: a phone upright and on its side, a tablet read at twice the size. Every key that
// is needed is in reach, nothing lies on another or beyond the edge, and somebody new sells with four taps.
import assert from "node:assert/strict";
import { test } from "node:test";
import { faults } from "./axe.mjs";
import { LANDSCAPE, openServer, PHONE, PHONE_ON_SIDE, PORTRAIT, SMALL_PHONE, stock, switchOn, ZOOMED } from "./stall.mjs";

const SIZES = { PHONE, SMALL_PHONE, PHONE_ON_SIDE, ZOOMED, PORTRAIT, LANDSCAPE };

/** Which of these can't be pressed where the page lies: beyond the screen, under something, or too small. */
const outOfReach = (page, selector) =>
  page.evaluate((selector) => {
    const hidden = (key) => {
      const { left, top, right, bottom, width, height } = key.getBoundingClientRect();
      const seen = document.elementFromPoint(left + width / 2, top + height / 2);
      const inside = left >= -0.5 && top >= -0.5 && right <= innerWidth + 0.5 && bottom <= innerHeight + 0.5;
      return !inside || height < 44 || width < 44 || !(key.contains(seen) || seen?.closest("label")?.contains(key));
    };
    const keys = [...document.querySelectorAll(selector)].filter((key) => key.getClientRects().length > 0);
    return keys.length === 0 ? ["none there"] : keys.filter(hidden).map((key) => key.textContent || key.id);
  }, selector);

/** By how much the page is wider than the screen. */
const sideways = (page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

const PAY = ".tender .key, .tender .choice, .tender .quick .button, #counter-amount, .cart .acts > .button";

test("somebody new sells with four taps; on every small screen all keys of the till are in reach", async (t) => {
  const server = await openServer(t);
  const tablet = await switchOn(t, server, { touch: true, size: PHONE });
  const { page } = tablet;
  const wrong = [];
  let taps = 0;
  const tap = async (key) => {
    taps += 1;
    await key.tap();
  };
  // No name is asked for, and the counter comes first.
  await tap(tablet.button("Start on this device"));
  await page.waitForURL(/\/counter/);
  const amount = page.getByRole("textbox", { name: "Enter an amount" });
  await amount.waitFor();
  for (const [name, size] of Object.entries(SIZES)) {
    await page.setViewportSize(size);
    assert.equal(await sideways(page), 0, name);
    assert.equal(await page.getByRole("link", { name: "Add a product" }).count(), 1);
  }
  await page.setViewportSize(PHONE);
  assert.deepEqual(await outOfReach(page, ".first-sale .key"), []);
  for (const digit of ["1", "2", ".", "5", "0"]) await page.locator(".first-sale").getByRole("button", { name: digit, exact: true }).tap();
  assert.equal(await amount.inputValue(), "12.50");
  // What is typed is sold, whether it was added or not.
  await tap(tablet.button("Charge"));
  await page.locator("#counter-amount").waitFor();
  for (const [name, size] of Object.entries(SIZES)) {
    await page.setViewportSize(size);
    await page.waitForFunction(({ width }) => innerWidth === width, size);
    wrong.push(...(await outOfReach(page, PAY)).map((key) => `${name}: ${key}`));
    assert.equal(await sideways(page), 0, name);
  }
  assert.deepEqual(wrong, []);
  await page.setViewportSize(SMALL_PHONE);
  assert.deepEqual(await faults(tablet, "the till on a small phone"), []);
  await page.setViewportSize(PHONE_ON_SIDE);
  assert.deepEqual(await faults(tablet, "the till on a phone's side"), []);
  await page.setViewportSize(PHONE);
  await tap(tablet.button("Save payment"));
  await page.getByTestId("sale-done").waitFor();
  assert.equal(taps, 3);
  await tablet.button("Next sale").tap();
  await amount.fill("5");
  await tablet.button("Add").tap();
  await amount.fill("7");
  await tablet.button("Charge").tap();
  await page.locator('[data-testid="cart-total"][data-minor="1200"]').waitFor({ state: "attached" });
  await tablet.button("Products").filter({ visible: true }).first().tap();
  await amount.fill("twelve");
  await tablet.button("Charge").tap();
  await page.locator(".first-sale [aria-invalid=true]").waitFor();

  // With an order there are tabs; a start leads to where one was.
  await tablet.go("/orders");
  await page.getByTestId("order-row").waitFor();
  await page.getByRole("tab", { name: /All$/ }).waitFor();
  await tablet.go("/");
  await page.waitForURL(/\/orders/);

  // A low screen: no foot is held but the ways, and the whole form is reached by scrolling.
  for (const size of [PHONE_ON_SIDE, ZOOMED]) {
    await page.setViewportSize(size);
    await tablet.go("/orders/new");
    await tablet.box("Item").waitFor();
    assert.deepEqual(await outOfReach(page, ".spine nav a"), []);
    assert.equal(await sideways(page), 0);
    const preview = tablet.button("Preview order");
    await preview.scrollIntoViewIfNeeded();
    assert.deepEqual(await outOfReach(page, "[data-kind=main]"), []);
    assert.deepEqual(await faults(tablet, "the form on a low screen"), []);
  }

  // An address is no hand-over: it is said, and one tap puts it right.
  await page.setViewportSize(LANDSCAPE);
  await tablet.box("Address").fill("12 Market Street");
  await tablet.button("Ship instead").tap();
  assert.ok(await page.getByRole("radio", { name: "Ship", exact: true }).isChecked());
  await tablet.button("Ship instead").waitFor({ state: "detached" });
});

test("tiles keep to their columns whatever stands on them, in the one order, sold out in grey; themes have their own", async (t) => {
  const server = await openServer(t);
  const tablet = await switchOn(t, server);
  await tablet.startShop();
  await tablet.connect(server);
  const { page } = tablet;
  const names = ["中国茶", "Supercalifragilisticexpialidocious", "阿胶", "白茶", "Item 10", "Item 9"];
  await stock(server, tablet, names.map((name, nth) => ({ name, code: `C${nth}`, price: 1000395_24, stock: nth === 2 ? undefined : 1 })));
  const tiles = page.getByTestId("product-tile");
  const order = () => tiles.evaluateAll((all) => all.map((tile) => tile.querySelector(".name").textContent));
  assert.deepEqual(await order(), ["阿胶", "白茶", "中国茶", "Item 9", "Item 10", "Supercalifragilisticexpialidocious"]);
  for (const size of Object.values(SIZES)) {
    await page.setViewportSize(size);
    const boxes = await tiles.evaluateAll((all) => all.map((tile) => tile.getBoundingClientRect()).map(({ left, right, top, bottom, width }) => ({ left, right, top, bottom, width })));
    const widths = new Set(boxes.map(({ width }) => Math.round(width)));
    assert.equal(widths.size, 1, `all as wide as each other at ${size.width}: ${[...widths]}`);
    for (const [nth, one] of boxes.entries()) {
      assert.ok(one.right <= size.width + 0.5);
      for (const other of boxes.slice(nth + 1)) {
        const apart = one.right <= other.left + 0.5 || other.right <= one.left + 0.5 || one.bottom <= other.top + 0.5 || other.bottom <= one.top + 0.5;
        assert.ok(apart, `tiles lie on each other at ${size.width}`);
      }
    }
    assert.equal(await sideways(page), 0);
  }
  // A total of ten million stays in its place.
  await page.setViewportSize(PORTRAIT);
  for (let nth = 0; nth < 10; nth += 1) await tiles.first().click();
  const fits = () => page.locator("button.due").evaluate((due) => due.scrollWidth <= due.clientWidth + 1 && due.lastElementChild.getBoundingClientRect().left >= due.firstElementChild.getBoundingClientRect().right - 1);
  assert.ok(await fits());
  await tiles.nth(1).click();
  await page.locator('[data-testid="product-tile"][data-gone]').getByText("Sold out").waitFor();
  await tablet.button("Charge").click();
  assert.ok(await page.locator("#counter-amount").evaluate((field) => field.scrollWidth <= field.clientWidth + 1), "all of the amount is seen");
  await tablet.go("/products");
  await page.getByTestId("product-row").first().waitFor();
  assert.deepEqual(await page.getByTestId("product-row").evaluateAll((all) => all.map((row) => row.querySelector(".line > b").textContent)),
    ["阿胶", "白茶", "中国茶", "Item 9", "Item 10", "Supercalifragilisticexpialidocious"]);
  await tablet.go("/products?arrange=1");
  await page.getByTestId("arranged").first().waitFor();
  assert.match(await page.getByTestId("arranged").first().innerText(), /阿胶/);

  // Carbon paper is dark all over; in the sun a hue is an edge.
  await tablet.go("/counter");
  await tiles.first().waitFor();
  const ground = async (theme) => {
    await page.evaluate((theme) => (document.documentElement.dataset.theme = theme), theme);
    return tiles.first().locator(".pic").evaluate((pic) => {
      const { backgroundColor, borderBlockEndWidth } = getComputedStyle(pic);
      return [Number(/oklch\(([\d.]+)/.exec(backgroundColor)?.[1]), borderBlockEndWidth];
    });
  };
  assert.ok((await ground("dark"))[0] < 0.4);
  assert.deepEqual(await ground("daylight"), [1, "3px"]);
  assert.ok((await ground("light"))[0] > 0.8);
});
