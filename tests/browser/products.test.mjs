// Products and their stock: written and counted without a network, priced on two tablets, the last piece sold twice.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openServer, picture, switchOn, twoTablets } from "./stall.mjs";

const row = (tablet, name) => tablet.page.getByTestId("product-row").filter({ hasText: name });

/** Writes down a product; gives its address. */
async function write(tablet, { name, code, spec, price, cost, stock, category }) {
  await tablet.go("/products");
  await tablet.button("New product").click();
  await tablet.box("Product name").fill(name);
  const fields = { Code: code, Specification: spec, Price: price, Cost: cost, Stock: stock };
  for (const [field, value] of Object.entries(fields)) {
    if (value !== undefined) await tablet.box(field).fill(value);
  }
  if (category) await tablet.page.getByRole("combobox", { name: "Category", exact: true }).and(tablet.page.locator("input")).fill(category);
  await tablet.button("Save product").click();
  await tablet.page.waitForURL(/products\/[0-9a-f-]{36}/);
  return new URL(tablet.page.url()).pathname;
}

/** The stock at the head of the product's page, as soon as it says so. */
async function stockIs(tablet, onHand, reserved, free) {
  const figures = tablet.page.getByTestId("stock").locator("dd");
  for (const [at, value] of [onHand, reserved, free].entries()) {
    await figures.nth(at).getByText(String(value), { exact: true }).waitFor();
  }
}

/** Moves stock in the dialog that one of the keys opens. */
async function move(tablet, key, amounts, { note, more = false, choice } = {}) {
  if (more) {
    await tablet.button("More").click();
    await tablet.dialog().getByRole("button", { name: key, exact: true }).click();
    await tablet.page.getByRole("dialog", { name: new RegExp(`^${key}`) }).waitFor();
  } else await tablet.button(key).click();
  const dialog = tablet.page.getByRole("dialog", { name: new RegExp(`^${key}`) });
  if (choice) await dialog.getByRole("radio", { name: choice }).check();
  for (const [label, amount] of Object.entries(amounts)) {
    await dialog.getByRole("textbox", { name: label, exact: true }).fill(amount);
  }
  if (note) await dialog.getByRole("textbox", { name: "Note", exact: true }).fill(note);
  await dialog.getByRole("button", { name: "Save", exact: true }).click();
  await dialog.waitFor({ state: "hidden" });
}

/** Fills in the form of an order for so many of a product. */
async function order(tablet, name, quantity) {
  await tablet.write({ name: "王小明", phone: "13800138000", address: "文三路1号", items: [] });
  await tablet.box("Item").fill(name);
  await tablet.page.getByRole("option").filter({ hasText: name }).first().click();
  await tablet.box("Quantity").fill(quantity);
}

test("a product made with the server stopped is there after a reload, found by any word, and on the other tablet", async (t) => {
  const { server, first, second } = await twoTablets(t);
  await first.install();
  await server.down();
  const where = await write(first, {
    name: "明前龙井", code: "LJ50", spec: "50 g", price: "128", cost: "60.50", stock: "20", category: "茶叶",
  });
  await write(first, { name: "Teapot", code: "POT", price: "260", category: "Pots" });
  await first.page.reload();
  const tea = row(first, "明前龙井");
  await tea.waitFor();
  assert.deepEqual(await tea.evaluate(({ dataset }) => [dataset.code, dataset.onHand, dataset.free]), ["LJ50", "20", "20"]);
  const search = first.page.getByRole("searchbox", { name: "Search products" });
  for (const [words, found] of [["lj5", 1], ["pot", 1], ["茶叶", 1], ["50 g", 1], ["", 2], ["龙井 pot", 0]]) {
    await search.fill(words);
    await first.page.waitForFunction((found) => document.querySelectorAll("[data-testid=product-row]").length === found, found);
  }
  await server.up();
  await first.synced();
  await second.synced();
  await second.go("/products");
  await row(second, "明前龙井").and(second.page.locator('[data-on-hand="20"]')).waitFor();
  await second.go("/products");
  await second.page.getByRole("searchbox", { name: "Search products" }).fill("mqlj");
  await second.page.waitForFunction(() => document.querySelectorAll("[data-testid=product-row]").length === 1);
  await second.go(where);
  await stockIs(second, 20, 0, 20);
});

test("what is typed survives a reload until it is saved; what is wrong is said beside it", async (t) => {
  const server = await openServer(t);
  const tablet = await switchOn(t, server);
  await tablet.startShop();
  await tablet.go("/products/new");
  await tablet.box("Price").fill("12.345");
  await tablet.button("Save product").click();
  await tablet.page.getByText("Enter a product name.").waitFor();
  await tablet.page.getByText("At most 2 decimals, e.g. 12.50.").waitFor();
  await tablet.box("Product name").fill("Jasmine");
  await tablet.box("Price").fill("12.5");
  await tablet.button("Add variant").click();
  await tablet.page.getByRole("group", { name: "Variant 1" }).getByRole("textbox", { name: "Specification" }).fill("Large");
  await tablet.button("Add variant").click();
  const second = tablet.page.getByRole("group", { name: "Variant 2" });
  await second.getByRole("textbox", { name: "Specification" }).fill("Small");
  await second.getByRole("textbox", { name: "Price", exact: true }).fill("9");
  await second.getByRole("textbox", { name: "Stock" }).fill("4");
  await tablet.page.reload();
  assert.equal(await tablet.box("Product name").inputValue(), "Jasmine");
  await tablet.button("Move variant 2 up").click();
  const top = tablet.page.getByRole("group", { name: "Variant 1" }).getByRole("textbox", { name: "Specification" });
  assert.equal(await top.inputValue(), "Small");
  await tablet.button("Save product").click();
  await tablet.page.waitForURL(/products\/[0-9a-f-]{36}/);
  await row(tablet, "Jasmine").getByText("2 variants").waitFor();
  // Nothing is left over for the next one.
  await tablet.go("/products/new");
  assert.equal(await tablet.box("Product name").inputValue(), "");
});

test("stock is received, counted, thrown away and comes back; the ledger tells all of it", async (t) => {
  const server = await openServer(t);
  const tablet = await switchOn(t, server);
  await tablet.startShop();
  await write(tablet, { name: "Teapot", code: "POT", price: "260", stock: "5" });
  await stockIs(tablet, 5, 0, 5);
  await move(tablet, "Receive", { "Quantity": "7" }, { note: "from Yixing" });
  await stockIs(tablet, 12, 0, 12);
  await move(tablet, "Count", { "Quantity": "10" }, { more: true });
  await stockIs(tablet, 10, 0, 10);
  await move(tablet, "Scrap", { "Quantity": "1" }, { more: true });
  await move(tablet, "Return", { "Quantity": "2" }, { more: true });
  await move(tablet, "Return", { "Quantity": "1" }, { more: true, choice: /Damaged/ });
  await stockIs(tablet, 11, 0, 11);
  await tablet.page.getByRole("link", { name: "Stock ledger" }).click();
  const lines = tablet.page.getByTestId("ledger-row");
  await lines.nth(5).waitFor();
  const book = await lines.evaluateAll((all) => all.map(({ dataset }) => [dataset.quantity, dataset.balance]));
  assert.deepEqual(book, [["0", "11"], ["2", "11"], ["-1", "9"], ["-2", "10"], ["7", "12"], ["5", "5"]]);
  await tablet.page.getByText("from Yixing").waitFor();
  await tablet.page.getByText("Counted 10").waitFor();
});

test("one product priced on two tablets without a network: both prices are shown, one is taken, both agree", async (t) => {
  const { server, first, second } = await twoTablets(t);
  const where = await write(first, { name: "Teapot", code: "POT", price: "260" });
  await first.synced();
  await second.synced();
  await second.go(where);
  await second.box("Price").waitFor();
  await Promise.all([first.install(), second.install()]);
  await server.down();
  for (const [tablet, price] of [[first, "280"], [second, "300"]]) {
    await tablet.go(where);
    await tablet.box("Price").fill(price);
    await tablet.button("Save product").click();
    await tablet.page.getByText("Product saved on this device").waitFor();
  }
  await server.up();
  await Promise.all([first.synced(), second.synced()]);
  for (const tablet of [first, second]) {
    await tablet.go("/conflicts");
    const conflict = tablet.page.locator('[data-testid="conflict"][data-kind="same_field"]');
    await conflict.waitFor();
    await conflict.getByRole("heading", { name: "Product “Teapot”: Price was changed twice" }).waitFor();
    for (const price of ["¥280.00", "¥300.00"]) await conflict.locator(".what").getByText(price).waitFor();
  }
  await first.page.getByRole("button", { name: /^Use “/ }).click();
  for (const tablet of [first, second]) await tablet.page.getByTestId("conflict").waitFor({ state: "detached" });
  const prices = [];
  for (const tablet of [first, second]) {
    await tablet.synced();
    await tablet.go(where);
    prices.push(await tablet.box("Price").inputValue());
  }
  assert.equal(prices[0], prices[1]);
});

test("the last piece is sold on both tablets: both sales stand, both are called oversold, and the ledger tells who took it", async (t) => {
  const { server, first, second } = await twoTablets(t);
  const where = await write(first, { name: "Teapot", code: "POT", price: "260", stock: "1" });
  await first.synced();
  await second.synced();
  await Promise.all([first.install(), second.install()]);
  await server.down();
  const sold = [];
  for (const tablet of [first, second]) {
    await order(tablet, "Teapot", "1");
    sold.push(await tablet.confirm());
    assert.equal(await tablet.page.locator(".status").getByText("Oversold").count(), 0, "there was one");
  }
  await order(second, "Teapot", "2");
  await second.button("Preview order").click();
  await second.page.getByTestId("shortage").getByText(/Teapot.*2/).waitFor();
  await second.button("Back to edit").click();
  await server.up();
  await Promise.all([first.synced(), second.synced()]);
  for (const tablet of [first, second]) {
    await tablet.go("/orders");
    for (const number of sold) {
      await tablet.page.locator(`[data-order-number="${number}"][data-badges~="oversold"]`).waitFor();
    }
    await tablet.openOrder(sold[0]);
    await tablet.page.locator(".status").getByText("Oversold").first().waitFor();
    await tablet.go("/products");
    const pot = row(tablet, "Teapot");
    await pot.getByText("Out of stock", { exact: true }).waitFor();
    assert.deepEqual(await pot.evaluate(({ dataset }) => [dataset.onHand, dataset.free]), ["1", "-1"]);
    await pot.click();
    await stockIs(tablet, 1, 2, "−1");
  }
  await first.page.getByRole("link", { name: "Stock ledger" }).click();
  await first.page.getByTestId("reserved-by").locator("a").nth(1).waitFor();
  assert.equal(await first.page.getByTestId("reserved-by").locator("a").count(), 2);
  await move(first, "Receive", { "Quantity": "1" });
  await stockIs(first, 2, 2, 0);
  await first.openOrder(sold[0]);
  await first.pay();
  await first.ship();
  await first.statusIs("shipped");
  assert.equal(await first.page.locator(".status").getByText("Oversold").count(), 0);
  await first.go(`${where}?view=stock`);
  const left = first.page.getByTestId("ledger-row").first();
  await left.getByRole("link", { name: sold[0] }).waitFor();
  assert.deepEqual(await left.evaluate(({ dataset }) => [dataset.quantity, dataset.balance]), ["-1", "1"]);
});

test("what is arranged on one tablet is in that order on the other; what is off sale is not listed", async (t) => {
  const { first, second } = await twoTablets(t);
  for (const name of ["One", "Two", "Three"]) await write(first, { name, price: "1" });
  const names = (tablet) => tablet.page.getByTestId("product-row").locator("b").allInnerTexts();
  await first.go("/products");
  await first.button("Arrange").click();
  await first.button("To the top: Three").click();
  await first.page.getByTestId("arranged").first().getByText("Three").waitFor();
  await first.button("Down: One").click();
  await first.page.getByTestId("arranged").last().getByText("One").waitFor();
  await first.button("Done").click();
  await first.page.getByTestId("product-row").nth(2).waitFor();
  assert.deepEqual(await names(first), ["Three", "Two", "One"]);
  await first.synced();
  await second.go("/products");
  await second.page.getByTestId("product-row").filter({ hasText: "Three" }).waitFor();
  await second.synced();
  assert.deepEqual(await names(second), ["Three", "Two", "One"]);
  await row(second, "Two").click();
  await second.page.getByRole("switch", { name: /Active/ }).uncheck();
  await second.button("Save product").click();
  await row(second, "Two").waitFor({ state: "detached" });
  await second.page.getByRole("combobox", { name: "Show" }).selectOption({ label: "Inactive" });
  await row(second, "Two").waitFor();
});

test("pictures of goods and the stall's pay code, chosen without a network, are on the other tablet, and stay there", async (t) => {
  const { server, first, second } = await twoTablets(t);
  for (const tablet of [first, second]) await tablet.install();
  await server.down();
  const chosen = await picture(first, 1600, 1200);
  const choose = (field) => field.locator("label:visible input[type=file]").setInputFiles(chosen);
  const isSeen = (tablet, selector) =>
    tablet.page.waitForFunction((selector) => document.querySelector(selector)?.naturalWidth > 0, selector);

  await first.go("/products/new");
  await first.box("Product name").fill("Jade cup");
  await first.box("Price").fill("25");
  await choose(first.page.locator(".picture-keys"));
  await isSeen(first, ".picture-frame img");
  await first.button("Save product").click();
  await first.page.waitForURL(/products\/[0-9a-f-]{36}/);
  await first.go("/settings/shop");
  await choose(first.page.locator('li.entry[data-key="alipay"]'));
  await isSeen(first, 'li.entry[data-key="alipay"] img');
  await first.go("/counter");
  await isSeen(first, '[data-testid="product-tile"] img');

  await server.up();
  await first.synced();
  await second.synced();
  await second.go("/counter");
  await isSeen(second, '[data-testid="product-tile"] img');
  const showsCode = async () => {
    await second.page.getByTestId("product-tile").click();
    await second.button("Charge").click();
    await second.page.getByRole("radio", { name: "Alipay" }).check({ force: true });
    await second.button("Show pay code").click();
    await isSeen(second, ".pay-code img");
    assert.equal(await second.page.getByTestId("code-amount").getAttribute("data-minor"), "2500");
  };
  await showsCode();
  await second.dialog().getByRole("button", { name: "Save payment" }).click();
  await second.page.getByTestId("sale-done").waitFor();

  await server.down();
  await second.go("/counter");
  await isSeen(second, '[data-testid="product-tile"] img');
  await showsCode();
});
