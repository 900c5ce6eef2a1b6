// How it looks where it is small: a phone upright and on its side, a tablet read at twice the size. Every key that
// is needed is in reach, nothing lies on another or beyond the edge, and somebody new sells with four taps.
import assert from "node:assert/strict";
import { test } from "node:test";
import { faults } from "./axe.mjs";
import { LANDSCAPE, openServer, PHONE, PHONE_ON_SIDE, picture, PORTRAIT, SMALL_PHONE, stock, switchOn, ZOOMED } from "./stall.mjs";

const SIZES = { PHONE, SMALL_PHONE, PHONE_ON_SIDE, ZOOMED, PORTRAIT, LANDSCAPE };

/** Which of these can't be pressed where the page lies: beyond the screen, under something, or too small. */
const outOfReach = (page, selector) =>
  page.evaluate(async (selector) => {
    await Promise.all(document.getAnimations().filter(({ effect }) => effect.getTiming().iterations !== Infinity).map(({ finished }) => finished));
    const hidden = (key) => {
      const { left, top, right, bottom, width, height } = key.getBoundingClientRect();
      const seen = document.elementFromPoint(left + width / 2, top + height / 2);
      const inside = left >= -0.5 && top >= -0.5 && right <= innerWidth + 0.5 && bottom <= innerHeight + 0.5;
      return !inside || height < 43.9 || width < 43.9 || !(key.contains(seen) || seen?.closest("label")?.contains(key));
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
    await page.waitForFunction(({ width }) => innerWidth === width, size);
    assert.equal(await sideways(page), 0, name);
    assert.equal(await page.getByRole("link", { name: "Add a product" }).count(), 1);
  }
  await page.setViewportSize(PHONE);
  assert.deepEqual(await outOfReach(page, ".first-sale .key"), []);
  for (const digit of ["1", "2", ".", "5", "0"]) await page.locator(".first-sale").getByRole("button", { name: digit, exact: true }).tap();
  await page.waitForFunction(() => [...document.querySelectorAll("input")].some((it) => it.value === "12.50"));
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
  await page.locator('[data-testid="cart-total"][data-minor="500"]').waitFor({ state: "attached" });
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
  await tablet.button("Ship instead").waitFor({ state: "detached" });
  assert.ok(await page.getByRole("radio", { name: "Ship", exact: true }).isChecked());
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
    await page.waitForFunction(({ width }) => innerWidth === width, size);
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

/** What a page has that ends beyond the screen's right edge, unless it lies in something that scrolls sideways, and what moved the frame. */
const cut = (page) =>
  page.evaluate(() => {
    const scrolls = (one) => one && (getComputedStyle(one).overflowX !== "visible" && one.matches(".tabs, .picks, .chip-row, .chips > ul, .wide-table") || scrolls(one.parentElement));
    const parts = [...document.querySelectorAll("main *, nav *")].filter((one) => one.getClientRects().length > 0 && !scrolls(one));
    const beyond = parts.filter((one) => one.getBoundingClientRect().right > innerWidth + 1).map((one) => `beyond the edge: ${one.className || one.tagName}`);
    const words = [...document.querySelectorAll(".spine nav a")].filter((way) => way.scrollWidth > way.clientWidth).map((way) => `cut: ${way.textContent}`);
    const sheets = [...document.querySelectorAll("main .scroll")].filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => `sideways: ${one.className}`);
    const moved = scrollY !== 0 || document.documentElement.scrollHeight > innerHeight ? ["the frame moves"] : [];
    return [...beyond, ...words, ...sheets, ...moved].slice(0, 5);
  });

test("nothing is cut on a small screen: pages, the ways, dialogs with their pads, the pay code; a list that shows none asks for no tap", async (t) => {
  const server = await openServer(t);
  const tablet = await switchOn(t, server);
  const { page } = tablet;
  await tablet.startShop();
  await tablet.connect(server);
  await stock(server, tablet, [
    { name: "白毫银针", code: "BH", price: 16800, category: "茶叶", "variant/1/name": "大饼", "variant/2/name": "小罐" },
    { name: "蜜橘", code: "ORA", price: 1600, unit: "gram" },
  ]);
  await tablet.go("/settings/shop");
  const code = page.locator('li.entry[data-key="alipay"]');
  await code.locator("label:visible input[type=file]").setInputFiles(await picture(tablet, 900, 1200));
  await code.locator("img").waitFor();
  // One of two variants has run out: the list says which.
  await tablet.go("/products");
  await page.getByTestId("product-row").filter({ hasText: "白毫银针" }).click();
  await tablet.button("More").click();
  await tablet.dialog().getByRole("button", { name: "Count" }).click();
  await tablet.dialog().getByRole("textbox", { name: "大饼" }).fill("15");
  await tablet.dialog().getByRole("textbox", { name: "小罐" }).fill("0");
  await tablet.button("Save").click();
  await tablet.dialog().waitFor({ state: "hidden" });
  await page.getByTestId("product-row").getByText("小罐 out of stock").waitFor();
  const product = new URL(page.url()).pathname;
  await tablet.takeOrder({});
  const order = new URL(page.url()).pathname;
  await tablet.button("Save as customer").click();
  await page.getByTestId("order-customer").getByRole("link").or(page.getByTestId("order-customer")).first().click();
  await page.getByTestId("customer-owes").waitFor();
  const customer = new URL(page.url()).pathname;

  const wrong = [];
  const look = async (where, size, problems) => wrong.push(...(await problems).map((one) => `${where} at ${size}: ${one}`));
  const places = { [order]: "order-status", [customer]: "customer-owes", [product]: "stock", "/orders": "order-row", "/customers": "customer-row", "/settings": "sync-state" };
  for (const [name, size] of Object.entries(SIZES)) {
    await page.setViewportSize(size);
    for (const [where, there] of Object.entries(places)) {
      await tablet.go(where);
      await page.getByTestId(there).first().waitFor();
      await look(where, name, cut(page));
      if (where === "/orders" && name === "PHONE_ON_SIDE") {
        const foot = await page.locator(".spine nav").boundingBox();
        const row = await page.getByTestId("order-row").first().boundingBox();
        assert.ok(row.y + 2 * row.height <= foot.y, "two orders are seen on a phone's side");
      }
    }
    // A fault takes the focus into its field, and nothing of the frame moves.
    await tablet.go("/customers/new");
    await tablet.button("Save customer").click();
    await page.locator("[aria-invalid=true]").waitFor();
    await look("/customers/new", name, cut(page));
  }

  const keys = ".dialog[open] .key, .dialog[open] [type=submit], .dialog[open] .amount-input";
  for (const size of ["SMALL_PHONE", "PHONE_ON_SIDE", "ZOOMED"]) {
    await page.setViewportSize(SIZES[size]);
    await tablet.go(order);
    await tablet.act("Record payment");
    await page.locator(".dialog[open] .key").first().waitFor();
    await look("payment", size, outOfReach(page, keys));
    await tablet.go(customer);
    await tablet.button("More").click();
    await tablet.dialog().getByRole("button", { name: "Add an old balance" }).click();
    await page.locator(".dialog[open] .key").first().waitFor();
    await look("old balance", size, outOfReach(page, keys));
    await tablet.go("/counter");
    await page.locator('[data-testid="product-tile"][data-code="ORA"]').click();
    await page.locator(".dialog[open] .key").first().waitFor();
    await look("weight", size, outOfReach(page, keys));
    await page.locator(".dialog[open] .amount-input").fill("500");
    await tablet.button("Add").click();
    await tablet.button("Charge").click();
    await page.getByRole("radio", { name: "Alipay", exact: true }).check({ force: true });
    await tablet.button("Show pay code").click();
    await page.waitForFunction(() => document.querySelector(".pay-code img")?.naturalWidth);
    await look("pay code", size, outOfReach(page, ".dialog[open] header .button, .dialog[open] .pay-code img, .dialog[open] .pay-code .button"));
    await page.locator(".dialog[open]").getByRole("button", { name: "Save payment" }).click();
    // What was sold, and how it was paid, stands there on a phone too.
    await page.getByTestId("sale-done").getByText("Alipay").waitFor();
    await tablet.button("Next sale").click();
  }
  assert.deepEqual(wrong, []);

  await page.setViewportSize(LANDSCAPE);
  for (const [where, none] of [["/orders?q=nothing", "Tap an order"], ["/products?q=nothing", "Tap a product"], ["/customers?q=nothing", "Tap a customer"]]) {
    await tablet.go(where);
    await page.getByRole("heading", { name: "No matches" }).waitFor();
    assert.equal(await page.getByText(none).isVisible(), false, where);
  }
});
