// A day at the stall in every engine: Chromium, Firefox and WebKitGTK, each beside a tablet with Chromium.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ENGINES, openServer, picture, switchOn } from "./stall.mjs";

const isSeen = (tablet, selector) =>
  tablet.page.waitForFunction((selector) => document.querySelector(selector)?.naturalWidth > 0, selector);

for (const engine of ENGINES) {
  test(`a day at the stall in ${engine}`, async (t) => {
    const server = await openServer(t);
    const tablet = await switchOn(t, server, { engine });
    const { page } = tablet;
    await tablet.startShop();
    const number = await tablet.takeOrder();
    await tablet.reload();
    assert.equal(await tablet.number(), number);
    await tablet.connect(server);
    const other = await switchOn(t, server);
    await other.join(await tablet.pairingCode());
    assert.deepEqual(await other.numbers(), [number]);

    await tablet.install();
    await tablet.openOrder(number);
    await tablet.pay();
    await tablet.statusIs("paid");
    await tablet.synced();
    await other.openOrder(number);
    await other.statusIs("paid");

    // Apart.
    await server.down();
    await tablet.ship();
    await tablet.statusIs("shipped");
    await other.cancel();
    await tablet.go("/products/new");
    await tablet.box("Product name").fill("Jade cup");
    await tablet.box("Price").fill("25");
    await page.locator(".picture-keys label").filter({ visible: true }).locator("input[type=file]").setInputFiles(await picture(tablet, 1600, 1200));
    await isSeen(tablet, ".picture-frame img");
    await tablet.button("Save product").click();
    await page.waitForFunction(() => /products\/[0-9a-f-]{36}/.test(location.pathname));
    await isSeen(tablet, "main img");
    await tablet.reload();
    await isSeen(tablet, "main img");
    await tablet.go("/counter");
    await page.getByTestId("product-tile").filter({ hasText: "Jade cup" }).click();
    await tablet.button("Charge").click();
    await tablet.button("Save payment").click();
    const sold = page.getByTestId("sale-done");
    await sold.waitFor();
    const sale = await sold.getAttribute("data-order-number");

    // Together.
    await server.up();
    await Promise.all([tablet.synced(), other.synced()]);
    for (const each of [tablet, other]) {
      await each.openOrder(number);
      await each.statusIs("shipped");
      await each.go("/conflicts");
      await each.page.locator('[data-testid="conflict"][data-kind="shipped_cancelled"]').waitFor();
    }
    assert.deepEqual(await other.numbers(2), [sale, number]);
    await other.go("/products");
    await isSeen(other, '[data-testid="product-row"] img');
    await tablet.button("Keep it shipped").click();
    await page.getByTestId("conflict").waitFor({ state: "detached" });
    await tablet.synced();
  });
}

// Chromium is killed in many other tests; of WebKitGTK's private sessions nothing outlives the browser.
test("what was called saved is there after Firefox was killed at once", async (t) => {
  const server = await openServer(t);
  const tablet = await switchOn(t, server, { engine: "firefox" });
  await tablet.startShop();
  await tablet.install();
  const number = await tablet.takeOrder();
  await tablet.kill();
  await tablet.open();
  assert.deepEqual(await tablet.numbers(), [number]);
  await tablet.openOrder(number);
  await tablet.pay({ amount: "100" });
  await tablet.statusIs("part_paid");
  await tablet.kill();
  await tablet.open("/orders");
  await tablet.openOrder(number);
  await tablet.balanceIs(15600);
});

// Whether the browser keeps the data: what it says, and what it says when it is asked (a Firefox without a screen never).
const KEEPING = {
  chromium: { before: /may clear it/, after: /refused|The browser keeps it/ },
  firefox: { before: /may clear it/, after: /Waiting for the browser's answer/ },
  webkit: { before: /doesn't say whether it keeps it/ },
};
for (const engine of ENGINES) {
  test(`what ${engine} lacks is said and stops nothing`, async (t) => {
    const server = await openServer(t);
    // "C" is the language of a machine on which nobody chose one.
    const tablet = await switchOn(t, server, { engine, locale: engine === "webkit" ? "C" : "en-GB" });
    await tablet.startShop();
    await tablet.go("/settings");
    const { before, after } = KEEPING[engine];
    const line = tablet.page.getByTestId("keeping");
    await line.filter({ hasText: before }).waitFor();
    await line.filter({ hasText: "private window" }).waitFor();
    if (after) {
      await tablet.button("Ask to keep it").click();
      await line.filter({ hasText: after }).waitFor();
    }
    // Drawn by WebKit, the digits of a date lay over each other.
    const spaced = await tablet.page.evaluate(() => getComputedStyle(document.body).textAutospace);
    assert.equal(spaced, engine === "webkit" ? "no-autospace" : "normal");
  });
}

test("a zone is what it means, whatever an engine calls it", async (t) => {
  const server = await openServer(t);
  const first = await switchOn(t, server, { zone: "Asia/Kolkata" });
  await first.startShop();
  await first.connect(server);
  const second = await switchOn(t, server, { engine: "firefox", zone: "Asia/Kolkata" });
  await second.join(await first.pairingCode());
  for (const tablet of [first, second]) {
    await tablet.go("/settings/shop");
    const zones = tablet.page.locator("#time-zone");
    await zones.waitFor();
    const { chosen, all } = await zones.evaluate((list) => ({ chosen: list.value, all: [...list.options].map((option) => option.value) }));
    assert.equal(chosen, "Asia/Calcutta", "as the shop has it");
    assert.deepEqual(all.filter((zone) => /Calcutta|Kolkata/.test(zone)), ["Asia/Calcutta"]);
  }
});

test("a browser that refuses its locks keeps in step all the same", async (t) => {
  const server = await openServer(t);
  const tablet = await switchOn(t, server);
  await tablet.context.addInitScript(() => {
    navigator.locks.request = () => Promise.reject(new DOMException("not here", "SecurityError"));
  });
  await tablet.go("/");
  await tablet.startShop();
  await tablet.connect(server);
});

test("a storage that doesn't answer is told, and what was asked of it is done when it does", async (t) => {
  const server = await openServer(t);
  const tablet = await switchOn(t, server);
  const { page } = tablet;
  await tablet.startShop();
  await tablet.openOrder(await tablet.takeOrder());
  // As a transaction of a former page does that was left open.
  await page.evaluate(async () => {
    const database = await new Promise((done) => (indexedDB.open("stallbook").onsuccess = ({ target }) => done(target.result)));
    const journal = database.transaction("journal").objectStore("journal");
    const hold = () => {
      if (!window.letGo) journal.count().onsuccess = hold;
    };
    hold();
  });
  await tablet.act("Record payment");
  await tablet.dialog().getByRole("button", { name: "Save payment" }).click();
  await tablet.dialog().getByText("storage does not answer").waitFor();
  await page.evaluate(() => (window.letGo = true));
  await tablet.dialog().waitFor({ state: "hidden" });
  await tablet.statusIs("paid");
});

test("where a browser lost a row, the others keep their numbers, and it comes again from the server", async (t) => {
  const server = await openServer(t);
  const tablet = await switchOn(t, server);
  const { page } = tablet;
  await tablet.startShop();
  await tablet.connect(server);
  const number = await tablet.takeOrder();
  await tablet.openOrder(number);
  await tablet.pay({ amount: "100" });
  await tablet.pay();
  await tablet.synced();
  const rows = await page.evaluate(async () => {
    const database = await new Promise((done) => (indexedDB.open("stallbook").onsuccess = ({ target }) => done(target.result)));
    const writing = database.transaction("journal", "readwrite");
    const rows = await new Promise((done) => (writing.objectStore("journal").getAllKeys().onsuccess = ({ target }) => done(target.result)));
    writing.objectStore("journal").delete(rows.at(-4));
    await new Promise((done) => (writing.oncomplete = done));
    database.close();
    return rows;
  });
  assert.deepEqual(rows, rows.map((_, nth) => nth + 1), "the journal has no gaps");
  await tablet.reload();
  await tablet.synced();
  await tablet.statusIs("paid");
  await tablet.balanceIs(0);
  await tablet.go("/settings");
  await page.getByText("damaged and was passed over", { exact: false }).waitFor();
});
