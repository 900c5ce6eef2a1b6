// The list of a shop that has sold a lot: found, filtered, picked, taken away; with no server but to fill it.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { faults } from "./axe.mjs";
import { LANDSCAPE, PORTRAIT, openServer, switchOn, twoTablets, writeMany } from "./stall.mjs";

const DAY = 86_400_000;
/** Noon of the day before, where the tablets are: not an hour at which a day ends. */
const noonBefore = () => Math.floor((Date.now() + DAY / 3) / DAY) * DAY - DAY / 3 - DAY / 2;
const line = (item, price = 1000) => ({ id: 1, item, quantity: 1, price });
const content = (item, more) => ({ lines: [line(item)], delivery: "pick_up", method: "cash", ...more });

/** A tablet with so many orders of another one. */
async function filled(t, n, make, options) {
  const server = await openServer(t);
  const tablet = await switchOn(t, server, options);
  await tablet.startShop();
  await tablet.connect(server);
  const orders = await writeMany(server, await tablet.pairingCode(), n, make);
  await tablet.go("/orders");
  await tablet.page.locator(`[data-testid="order-row"][data-order-number="${orders.at(-1).number}"]`).waitFor();
  await tablet.page.getByRole("tab", { name: new RegExp(`^${n} All`) }).waitFor();
  return { server, tablet, page: tablet.page, orders, rows: tablet.page.getByTestId("order-row") };
}
const search = (page) => page.getByRole("searchbox", { name: "Search orders" });
const option = async (page, name) => {
  await page.getByRole("button", { name: "List options", exact: true }).click();
  await page.getByRole("dialog", { name: "List options" }).getByRole("button", { name, exact: true }).click();
};
/** Once the list shows just these, in this order. */
const showsJust = (page, numbers) =>
  page.waitForFunction(
    (numbers) => {
      const rows = [...document.querySelectorAll('[data-testid="order-row"]')].map((row) => row.dataset.orderNumber);
      return rows.join() === numbers.join();
    },
    numbers,
  );

test("3,000 orders scroll to the end with few rows drawn; the way back finds the place", async (t) => {
  const start = Date.now() - 60 * DAY;
  const { tablet, page, orders } = await filled(t, 3_000, (i) => ({
    content: content(`Tea ${i}`), buyer: { name: `Buyer ${i}` }, placed: start + Math.floor((i * 59 * DAY) / 3_000),
  }), { size: PORTRAIT });
  const list = page.getByRole("list", { name: "Orders", exact: true });
  let most = 0;
  const seen = new Set();
  for (let next = 0; next < 3_000; ) {
    await page.locator(`[data-testid="order-row"][data-at="${next}"]`).waitFor();
    const [numbers, last] = await list.evaluate((list) => {
      const drawn = [...list.querySelectorAll("[data-at]")];
      drawn.at(-1).scrollIntoView({ block: "start" });
      return [drawn.map((row) => row.dataset.orderNumber), Number(drawn.at(-1).dataset.at)];
    });
    most = Math.max(most, numbers.length);
    numbers.forEach((number) => seen.add(number));
    next = last + 1;
  }
  assert.equal(seen.size, 3_000, "every order came by");
  assert.ok(most < 80, `${most} rows at once`);
  const oldest = page.locator(`[data-order-number="${orders[0].number}"]`);
  await oldest.waitFor();
  assert.equal(await oldest.locator("xpath=..").getAttribute("aria-posinset"), "3000");
  assert.equal(await oldest.locator("xpath=..").getAttribute("aria-setsize"), "3000");
  const place = await list.evaluate((list) => list.scrollTop);
  await oldest.click();
  await page.getByTestId("order-number").first().waitFor();
  await page.goBack();
  await oldest.waitFor();
  await page.waitForFunction((place) => Math.abs(document.querySelector("ul.rows").scrollTop - place) < 100, place);

  // By keys alone, from end to end.
  await list.press("Home");
  await page.locator('[data-at="0"]:focus').waitFor();
  await page.keyboard.press("ArrowDown");
  await page.locator('[data-at="1"]:focus').waitFor();
  await page.keyboard.press("End");
  await page.locator('[data-at="2999"]:focus').waitFor();
  await page.keyboard.press("PageUp");
  await page.locator("[data-at]:focus").waitFor();
  await page.keyboard.press("Home");
  await page.locator('[data-at="0"]:focus').waitFor();
  await page.keyboard.press("Enter");
  assert.equal(await tablet.number(), orders.at(-1).number);
});

// All of one day; and of two, the newer of which ends far above what is read, or just above it.
for (const newer of [0, 20, 56]) {
  test(`an order that comes in moves nothing under the eyes of one who reads further down (${newer} of another day)`, async (t) => {
    const { tablet, page, orders } = await filled(t, 120, (i) => ({
      content: content("Tea"), buyer: { name: `Buyer ${i}` }, placed: noonBefore() - (120 - i) * 60_000 - (i < 120 - newer ? DAY : 0),
    }));
    const list = page.getByRole("list", { name: "Orders", exact: true });
    const read = page.locator(`[data-order-number="${orders[60].number}"]`);
    await list.evaluate((list) => list.scrollTo(0, 57 * 76));
    await read.waitFor();
    const { y } = await read.boundingBox();
    const other = await tablet.newTab("/orders");
    await other.takeOrder();
    await page.getByRole("tab", { name: /^121 All/ }).waitFor();
    await page.waitForFunction(([number, y]) => {
      const row = document.querySelector(`[data-order-number="${number}"]`);
      return row && row.dataset.at === "60" && Math.abs(row.getBoundingClientRect().y - y) < 1;
    }, [orders[60].number, y]);
    // Who stands on a row by keyboard stays there when the order changes elsewhere.
    await read.focus();
    await other.go(`/orders/${orders[60].id}`);
    await other.act("Hold");
    await other.dialog().getByRole("textbox", { name: "Reason" }).fill("waits");
    await other.button("Hold this order").click();
    await page.locator(`[data-order-number="${orders[60].number}"][data-status="on_hold"]:focus`).waitFor();
  });
}

test("filters stand in the address: they survive a reload, and the way back takes them off", async (t) => {
  const { tablet, page, orders } = await filled(t, 40, (i) => ({
    content: content("Tea", { channel: i % 2 ? "taobao" : "stall", method: i % 4 ? "cash" : "alipay" }),
    buyer: { name: `Buyer ${i}` },
    labels: i % 8 === 0 ? ["急"] : undefined,
    placed: Date.now() - (i < 20 ? 3 * DAY : 60_000) + i,
  }));
  const numbers = (keep) => orders.filter((_, i) => keep(i)).map((order) => order.number).toReversed();
  await tablet.button("Filter").click();
  const panel = page.getByRole("dialog", { name: "Filter" });
  await panel.getByRole("checkbox", { name: /^Stall/ }).check();
  await panel.getByRole("checkbox", { name: /^Alipay/ }).check();
  await panel.getByRole("button", { name: "Show 10 orders" }).click();
  await showsJust(page, numbers((i) => i % 4 === 0));
  await page.reload();
  await showsJust(page, numbers((i) => i % 4 === 0));
  assert.equal(await page.getByRole("tab", { name: /Awaiting payment$/ }).innerText().then((text) => parseInt(text)), 10);

  await tablet.button("Filter 2").click();
  await panel.getByRole("checkbox", { name: /^急/ }).check();
  await panel.getByRole("button", { name: "Today", exact: true }).click();
  await panel.getByRole("button", { name: /^Show/ }).click();
  await showsJust(page, numbers((i) => i % 8 === 0 && i >= 20));
  await page.goBack();
  await showsJust(page, numbers((i) => i % 4 === 0));
  await page.getByRole("button", { name: "Remove filter: Alipay" }).click();
  await showsJust(page, numbers((i) => i % 2 === 0));
  await tablet.button("Clear all").click();
  await page.waitForFunction(() => document.querySelectorAll('[data-testid="order-row"]').length > 20);
  assert.equal(new URL(page.url()).search, "");
});

test("a filter is saved under a name with no server, is there on every tablet, and means today every day", async (t) => {
  const { server, first, second } = await twoTablets(t);
  const code = await first.pairingCode();
  const orders = await writeMany(server, code, 12, (i) => ({
    content: content("Tea", { channel: i % 2 ? "taobao" : "stall" }), buyer: { name: `Buyer ${i}` },
    placed: Date.now() - (i < 6 ? 3 * DAY : 0) + i,
  }));
  for (const tablet of [first, second]) {
    await tablet.synced();
    await tablet.go("/orders");
    await tablet.page.getByRole("tab", { name: /^12 All/ }).waitFor();
    await tablet.install();
  }
  await server.down();
  const numbers = orders.filter((_, i) => i % 2 === 1 && i >= 6).map((order) => order.number).toReversed();
  const { page } = first;
  await first.button("Filter").click();
  await first.dialog().getByRole("checkbox", { name: /^Taobao/ }).check();
  await first.dialog().getByRole("button", { name: "Today", exact: true }).click();
  await first.dialog().getByRole("button", { name: "Show 3 orders" }).click();
  await showsJust(page, numbers);
  assert.equal(new URL(page.url()).searchParams.get("placed"), "today", "tomorrow it is another day");
  await first.button("Save this filter").click();
  await first.dialog().getByRole("button", { name: "Save filter" }).click();
  await first.dialog().getByText("Enter a name for the filter.").waitFor();
  await first.box("Filter name").fill("Taobao today");
  await first.button("Save filter").click();
  const saved = (tablet, name) => tablet.page.getByRole("navigation", { name: "Saved filters" }).getByRole("link", { name, exact: true });
  await saved(first, "Taobao today").and(page.locator("[aria-current]")).waitFor();
  assert.deepEqual(await faults(first, "a saved filter"), []);
  await first.button("Clear all").click();
  await page.getByRole("tab", { name: /^12 All/ }).waitFor();
  await page.reload();
  await saved(first, "Taobao today").click();
  await showsJust(page, numbers);

  await server.up();
  await Promise.all([first.synced(), second.synced()]);
  await saved(second, "Taobao today").click();
  await showsJust(second.page, numbers);

  // Both give it another name, and neither hears of the other.
  await server.down();
  const act = async (tablet, label, name) => {
    await tablet.button(`Filter “${label}”`).click();
    await tablet.dialog().getByRole("button", { name, exact: true }).click();
  };
  for (const [tablet, name] of [[first, "Parcels"], [second, "Web"]]) {
    await act(tablet, "Taobao today", "Rename");
    await tablet.box("Filter name").fill(name);
    await tablet.button("Save filter").click();
    await saved(tablet, name).waitFor();
  }
  await server.up();
  await Promise.all([first.synced(), second.synced()]);
  for (const tablet of [first, second]) {
    await tablet.go("/conflicts");
    const conflict = tablet.page.locator('[data-testid="conflict"][data-kind="same_field"]');
    await conflict.getByRole("heading", { name: /^Saved filter “(Parcels|Web)”: Name was changed twice$/ }).waitFor();
    for (const name of ["Parcels", "Web"]) await conflict.locator(".what").getByText(name).waitFor();
  }
  await page.getByRole("button", { name: /^Use “/ }).click();
  for (const tablet of [first, second]) await tablet.page.getByTestId("conflict").waitFor({ state: "detached" });

  // Removed, and had back.
  await first.go("/orders");
  const name = await page.getByRole("navigation", { name: "Saved filters" }).getByRole("link").innerText();
  await saved(first, name).click();
  await act(first, name, "Remove");
  await saved(first, name).waitFor({ state: "detached" });
  await first.button("Undo").click();
  await saved(first, name).waitFor();
  await act(first, name, "Remove");
  await saved(first, name).waitFor({ state: "detached" });
  await first.synced();
  await second.go("/orders");
  await second.page.getByRole("tab", { name: /^12 All/ }).waitFor();
  await saved(second, name).waitFor({ state: "detached" });
});

test("the heads of the columns sort the list, the address says it, and another page comes back to it", async (t) => {
  const { tablet, page, orders } = await filled(t, 3, (i) => ({
    content: content("Tea"), buyer: { name: ["王", "adam", "Zoë"][i] }, placed: Date.now() - DAY * i,
    paid: i === 2 ? { method: "cash", amount: 1000 } : undefined,
  }));
  const showsIn = (...places) => showsJust(page, places.map((i) => orders[i].number));
  await option(page, "Columns");
  const dialog = page.getByRole("dialog", { name: "Columns" });
  await dialog.getByRole("checkbox", { name: "Show as a table" }).check();
  await dialog.getByRole("checkbox", { name: "Deadline", exact: true }).check();
  await dialog.getByRole("button", { name: "Close" }).click();
  const head = (name) => page.getByRole("columnheader", { name, exact: true });
  await page.locator('[role="columnheader"][aria-sort="descending"]').getByText("Time").waitFor();
  await showsIn(0, 1, 2);
  await head("Buyer").getByRole("button").click();
  await showsIn(1, 2, 0);
  assert.equal(await head("Buyer").getAttribute("aria-sort"), "ascending");
  assert.equal(await head("Time").getAttribute("aria-sort"), "none");
  assert.equal(await page.locator(".day-head").count(), 1, "the days of a list that is not sorted by them say nothing");
  await head("Buyer").getByRole("button").click();
  await showsIn(0, 2, 1);
  assert.equal(await head("Buyer").getAttribute("aria-sort"), "descending");
  assert.deepEqual(await faults(tablet, "a sorted table"), []);
  await head("Owed").getByRole("button").click();
  await showsIn(0, 1, 2);
  await page.reload();
  await showsIn(0, 1, 2);
  await head("Number").getByRole("button").press("Enter");
  await showsIn(0, 1, 2);
  await head("Number").getByRole("button").press("Enter");
  await showsIn(2, 1, 0);
  await page.goBack();
  await showsIn(0, 1, 2);

  // Where there is no table, the filters have it; and what clears them leaves it.
  await page.setViewportSize(PORTRAIT);
  await tablet.button("Filter").click();
  await tablet.dialog().getByRole("combobox", { name: "Sort" }).selectOption({ label: "Buyer A–Z" });
  await tablet.dialog().getByRole("checkbox", { name: "Still owes" }).check();
  await tablet.dialog().getByRole("button", { name: "Show 2 orders" }).click();
  await showsIn(1, 0);
  await tablet.button("Clear all").click();
  await showsIn(1, 2, 0);
  assert.equal(new URL(page.url()).search, "?sort=buyer");
});

test("many numbers pasted at once find their orders, and what is missing is said", async (t) => {
  const { page, orders } = await filled(t, 30, (i) => ({
    content: content("Tea"), buyer: { name: `Buyer ${i}`, phone: i === 9 ? "138 0013 8000" : "" },
  }));
  const field = search(page);
  await field.focus();
  await page.evaluate((text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text", text);
    document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  }, `${orders[3].number}\r\n${orders[20].number}\n13800138000\n261123-ZZ-9999\n`);
  await showsJust(page, [20, 9, 3].map((i) => orders[i].number));
  await page.getByText("3 of 4 numbers found. Not found: 261123-ZZ-9999").waitFor();
  await page.waitForURL(/q=/);
  await page.reload();
  await showsJust(page, [20, 9, 3].map((i) => orders[i].number));
});

test("O4: payments are verified in a batch with no server: each order says what became of it", async (t) => {
  const { server, tablet, page, orders, rows } = await filled(t, 12, (i) => ({
    content: content("Tea"),
    buyer: { name: `Buyer ${i}` },
    paid: i === 5 ? undefined : { method: "alipay", amount: 1000 },
  }));
  await tablet.install();
  await server.down();
  await page.reload();
  await rows.nth(11).waitFor();
  // What asks to be looked after stands beside the tabs, with its count.
  const toVerify = page.getByRole("link", { name: /^Unverified/ });
  await page.getByRole("link", { name: "Unverified 11" }).click();
  await rows.nth(11).waitFor({ state: "detached" });
  assert.equal(await rows.count(), 11);
  // All of it at once, with what each way to pay comes to.
  await page.locator('[data-testid="to-verify"][data-method="alipay"][data-count="11"]').getByText("¥110.00").waitFor();
  await tablet.button("Verify all 11 · ¥110.00").waitFor();
  await page.goBack();
  await rows.nth(11).waitFor();
  await option(page, "Select orders");
  await page.getByRole("checkbox", { name: /Buyer 0/ }).click();
  await page.getByRole("checkbox", { name: /Buyer 6/ }).click({ modifiers: ["Shift"] });
  await page.getByText("7 selected").waitFor();
  await tablet.button("Select all 12").click();
  await page.getByText("12 selected").waitFor();
  await tablet.button("Actions").click();
  const dialog = page.getByRole("dialog");
  // Only acts that fit are offered, and what they come to stands in the head.
  assert.equal(await dialog.getByRole("button", { name: "Release" }).count(), 0);
  await dialog.getByRole("button", { name: "Verify payments" }).click();
  await dialog.getByRole("heading", { name: /11 orders · ¥110\.00$/ }).waitFor();
  await dialog.getByRole("button", { name: "Verify payments" }).click();
  await dialog.getByText("11 done, 1 not done.").waitFor();
  const results = await page.getByTestId("batch-result").evaluateAll((all) => all.map((it) => [it.dataset.orderNumber, it.dataset.done]));
  assert.equal(results.length, 12);
  assert.deepEqual(results[0], [orders[5].number, "false"], "what was not done comes first");
  await dialog.getByText("No payments to verify.").waitFor();
  await dialog.getByRole("button", { name: "Done", exact: true }).click();
  await page.getByText("1 selected", { exact: true }).waitFor();
  await tablet.button("Stop selecting").click();
  await page.waitForFunction(() => [...document.querySelectorAll('[data-testid="order-row"]')].every((row) => !row.dataset.badges.includes("unverified")));
  await toVerify.waitFor({ state: "detached" });

  // Paid in full, and a label, for those that are picked only.
  await option(page, "Select orders");
  await page.getByRole("checkbox", { name: /Buyer 5/ }).click();
  await page.getByRole("checkbox", { name: /Buyer 4/ }).click();
  await tablet.button("Actions").click();
  await dialog.getByRole("button", { name: "Labels" }).click();
  await dialog.getByRole("textbox", { name: "New label" }).fill("礼物");
  await dialog.getByRole("button", { name: "Labels" }).click();
  await dialog.getByText("2 done, 0 not done.").waitFor();
  await dialog.getByRole("button", { name: "Done", exact: true }).click();
  await page.waitForFunction(() => [...document.querySelectorAll(".row .tag")].filter((tag) => tag.textContent === "礼物").length === 2);
  // All of it was done, so nothing is picked any more.
  await tablet.button("Actions").waitFor({ state: "detached" });
  await option(page, "Select orders");
  await page.getByRole("checkbox", { name: /Buyer 5/ }).click();
  await page.getByRole("checkbox", { name: /Buyer 4/ }).click();
  const search = page.getByRole("searchbox", { name: "Search orders" });
  await search.fill("Buyer 4");
  await page.getByText("2 selected, 1 not shown here").waitFor();
  await search.fill("Buyer 7");
  await page.getByText("2 selected, none shown here").waitFor();
  await search.fill("");
  await tablet.button("Actions").click();
  await dialog.getByRole("button", { name: "Record payment in full" }).click();
  await dialog.getByRole("radio", { name: "Cash" }).check();
  await dialog.getByRole("button", { name: "Record payment in full" }).click();
  await dialog.getByText("1 done, 1 not done.").waitFor();
  await dialog.getByRole("button", { name: "Done", exact: true }).click();
  await page.locator(`[data-order-number="${orders[5].number}"][data-status="paid"]`).waitFor();
});

test("rows that stood before the pages behind the list came turn into a table's lines", async (t) => {
  const { tablet, page, rows } = await filled(t, 3, () => ({ content: content("Tea"), buyer: { name: "Ann" } }), { size: LANDSCAPE });
  // Without the service worker, which has all files at hand.
  await page.evaluate(async () => Promise.all((await navigator.serviceWorker.getRegistrations()).map((one) => one.unregister())));
  let come;
  const held = new Promise((done) => (come = done));
  await page.route("**/split_pages*", async (route) => {
    await held;
    await route.continue();
  });
  await page.reload();
  await rows.nth(2).waitFor();
  come();
  await tablet.synced();
  await option(page, "Columns");
  await page.getByRole("dialog", { name: "Columns" }).getByRole("checkbox", { name: "Show as a table" }).check();
  await page.waitForFunction(() => document.querySelectorAll("ul.rows .cells").length === 3);
});

for (const size of [LANDSCAPE, PORTRAIT]) {
  test(`the list as a table and as a file, ${size.width} wide`, async (t) => {
    const { tablet, page, orders } = await filled(t, 5, (i) => ({
      content: content(i === 2 ? '=HYPERLINK("x")' : "龙井, 明前", { note: i === 1 ? "两行\n备注" : "", channel: "stall" }),
      buyer: { name: i === 3 ? "+86 王" : `王 "${i}"`, phone: "13800138000" },
      labels: i === 0 ? ["急"] : undefined,
    }), { size });
    const lines = size === LANDSCAPE ? 5 : 0;
    const areCells = () => page.waitForFunction((lines) => document.querySelectorAll("ul.rows .cells").length === lines, lines);
    // Rows that stood before the pages behind the list were there turn into lines too.
    await page.reload();
    await page.getByTestId("order-row").nth(4).waitFor();
    await option(page, "Columns");
    const dialog = page.getByRole("dialog", { name: "Columns" });
    await dialog.getByRole("checkbox", { name: "Show as a table" }).check();
    for (const name of ["State", "Time", "Owed"]) await dialog.getByRole("checkbox", { name, exact: true }).uncheck();
    await dialog.getByRole("checkbox", { name: "Note", exact: true }).check();
    await dialog.getByRole("button", { name: "Close" }).click();
    await page.locator(size === LANDSCAPE ? "ul.rows[data-table]" : "ul.rows:not([data-table])").waitFor();
    await areCells();
    await page.reload();
    await page.locator(size === LANDSCAPE ? "ul.rows[data-table]" : "ul.rows:not([data-table])").waitFor();
    await areCells();
    assert.equal(await page.getByTestId("order-row").count(), 5);

    const saving = page.waitForEvent("download");
    await option(page, "Save as a spreadsheet (CSV)");
    const file = await saving;
    assert.match(file.suggestedFilename(), /^orders-\d{4}-\d\d-\d\d\.csv$/);
    const text = await readFile(await file.path(), "utf8");
    const numbers = orders.map((order) => order.number);
    assert.equal(text, [
      "\ufeffNumber,Buyer,Items,Total,Labels,Note",
      `${numbers[4]},"王 ""4""","龙井, 明前",10.00,,`,
      `${numbers[3]},'+86 王,"龙井, 明前",10.00,,`,
      `${numbers[2]},"王 ""2""","'=HYPERLINK(""x"")",10.00,,`,
      `${numbers[1]},"王 ""1""","龙井, 明前",10.00,,"两行\n备注"`,
      `${numbers[0]},"王 ""0""","龙井, 明前",10.00,急,`,
      "",
    ].join("\r\n"));
    await tablet.close();
    await tablet.open("/orders");
    await tablet.page.getByTestId("order-row").nth(4).waitFor();
  });
}
