// The counter, with no server beyond the first visit: three taps sell, a scanner fills the cart, carts are parked on one
// tablet and taken up on another, payments come in parts, and a sale can be undone.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { faults } from "./axe.mjs";
import { openServer, PORTRAIT, scan as scanOn, stock, switchOn, twoTablets } from "./stall.mjs";

const TEA = { name: "明前龙井", code: "TEA", price: 12800, stock: 3 };
const CUP = { name: "Teacup", code: "6901234567892", price: 3500 };
const ORANGES = { name: "Tangerines", code: "ORA", price: 1600, unit: "gram", category: "Fruit" };
const SHIRT = { name: "Shirt", code: "SHIRT", price: 5900, "variant/1/name": "M", "variant/2/name": "L", "variant/2/code": "SHIRT-L", "variant/2/price": 6900 };

/** From here on there is no server; the app comes from the device. */
async function cutOff(server, tablet) {
  await tablet.install();
  await server.down();
}

const tile = (tablet, code) => tablet.page.locator(`[data-testid="product-tile"][data-code="${code}"]`);
const lines = (tablet) => tablet.page.getByTestId("cart-line");
const totalIs = (tablet, minor) => tablet.page.locator(`[data-testid="cart-total"][data-minor="${minor}"]`).waitFor();
const soldNumber = async (tablet) => {
  const done = tablet.page.getByTestId("sale-done");
  await done.waitFor();
  return done.getAttribute("data-order-number");
};

async function stallWith(t, products, options) {
  const server = await openServer(t);
  const tablet = await switchOn(t, server, options);
  await tablet.startShop();
  await tablet.connect(server);
  await stock(server, tablet, products);
  await cutOff(server, tablet);
  return { server, tablet };
}

test("three taps sell for cash, the next tap begins the next sale, and both are in the book", async (t) => {
  const { tablet } = await stallWith(t, [TEA, CUP]);
  const { page } = tablet;
  await tile(tablet, "TEA").waitFor();
  let taps = 0;
  const tap = async (key) => {
    taps += 1;
    await key.click();
  };
  const began = Date.now();
  await tap(tile(tablet, "TEA"));
  await tap(tablet.button("Charge"));
  await tap(tablet.button("Save payment"));
  const first = await soldNumber(tablet);
  assert.equal(taps, 3);
  assert.ok(Date.now() - began < 10_000);
  assert.match(first, /^\d{6}-[A-Z2-9]{2}-0001$/);
  assert.equal(await page.getByText(`${first.slice(7, 9)}-1`, { exact: true }).count(), 0, "a pickup number is for goods that wait");

  await tile(tablet, "6901234567892").click();
  await tile(tablet, "6901234567892").click();
  await totalIs(tablet, 7000);
  assert.equal(await lines(tablet).count(), 1);
  await tablet.button("Charge").click();
  await page.getByRole("button", { name: "¥100", exact: true }).click();
  await page.locator('[data-testid="change"][data-minor="3000"]').waitFor();
  await tablet.button("Save payment").click();
  const second = await soldNumber(tablet);
  await page.locator('[data-testid="change-due"][data-minor="3000"]').waitFor();
  assert.deepEqual(await tablet.numbers(2), [second, first]);
  await tablet.openOrder(first);
  await tablet.statusIs("completed");
  await tablet.balanceIs(0);
});

test("by keyboard: digits go to the amount, Enter is the main key", async (t) => {
  const { tablet } = await stallWith(t, [TEA]);
  const { page } = tablet;
  await tile(tablet, "TEA").click();
  await page.keyboard.press("Enter");
  await tablet.box("Amount").waitFor();
  await page.waitForFunction(() => document.activeElement?.id === "counter-amount");
  await page.keyboard.type("150", { delay: 120 });
  await page.locator('[data-testid="change"][data-minor="2200"]').waitFor();
  await page.keyboard.press("Enter");
  const first = await soldNumber(tablet);
  // A hand that has seen it: what follows at once would be the same press.
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
  await page.waitForTimeout(700);
  await page.keyboard.press("Enter");
  await page.getByTestId("sale-done").waitFor({ state: "detached" });
  assert.deepEqual(await tablet.numbers(1), [first]);
});

test("a scanner: its code goes into the cart from anywhere, an unknown one asks, and money being taken is not disturbed", async (t) => {
  const { tablet } = await stallWith(t, [TEA, CUP]);
  const { page } = tablet;
  await tile(tablet, "TEA").waitFor();
  const scan = (code) => scanOn(tablet, code);
  await scan("6901234567892");
  await totalIs(tablet, 3500);
  await scan("6901234567892");
  await totalIs(tablet, 7000);
  await tablet.button("Charge").click();
  await page.waitForFunction(() => document.activeElement?.id === "counter-amount");
  await scan("6901234567892");
  await totalIs(tablet, 10500);
  await tablet.button("Charge").click();
  await page.waitForFunction(() => document.querySelector("#counter-amount")?.value === "105");
  await tablet.button("Products").click();

  await scan("4006381333931");
  await page.locator('[data-testid="unknown-code"][data-code="4006381333931"]').waitFor();
  await page.getByRole("dialog").getByRole("link", { name: "New product", exact: true }).click();
  await tablet.box("Product name").fill("Marker");
  assert.equal(await tablet.box("Code").first().inputValue(), "4006381333931");
  await page.goBack();
  await totalIs(tablet, 10500);
  await scan("4006381333931");
  await tablet.button("Sell as a free item").click();
  await page.getByRole("dialog").getByRole("textbox", { name: "Unit price" }).fill("9.90");
  await tablet.button("Add").click();
  await totalIs(tablet, 11490);

  await page.getByRole("searchbox", { name: "Find a product" }).fill("6901234567892");
  await page.keyboard.press("Enter");
  await totalIs(tablet, 14990);
});

test("a payment in parts, on credit, and a cart that survives a reload", async (t) => {
  const { tablet } = await stallWith(t, [TEA]);
  const { page } = tablet;
  await tile(tablet, "TEA").click();
  await tablet.button("Free item").click();
  await page.getByRole("dialog").getByRole("textbox", { name: "Item" }).fill("Gift box");
  await page.getByRole("dialog").getByRole("textbox", { name: "Unit price" }).fill("12.86");
  await tablet.button("Add").click();
  await totalIs(tablet, 14086);
  await tablet.button("Round off").click();
  await totalIs(tablet, 14080);
  await page.reload();
  await totalIs(tablet, 14080);
  assert.equal(await lines(tablet).count(), 2);

  await tablet.button("Charge").click();
  await tablet.choose("WeChat Pay");
  await tablet.box("Amount").fill("100");
  await tablet.button("Save payment").click();
  await page.locator('[data-testid="cart-rest"][data-minor="4080"]').waitFor();
  await tablet.choose("Cash");
  await tablet.box("Amount").fill("50");
  await page.locator('[data-testid="change"][data-minor="920"]').waitFor();
  await tablet.button("Save payment").click();
  const split = await soldNumber(tablet);

  await tile(tablet, "TEA").click();
  await tablet.button("Charge").click();
  await tablet.choose("On credit");
  await tablet.button("Confirm credit").click();
  await tablet.button("New customer").click();
  await tablet.dialog().getByRole("textbox", { name: "Name" }).fill("王小明");
  await tablet.button("Save customer").click();
  await page.getByText("goes on 王小明's account").waitFor();
  await tablet.button("Confirm credit").click();
  const owed = await soldNumber(tablet);
  // Next time they are found by how the name sounds.
  await tablet.button("Next sale").click();
  await tile(tablet, "TEA").click();
  await tablet.button("Charge").click();
  await tablet.choose("On credit");
  await tablet.button("Confirm credit").click();
  await tablet.dialog().getByRole("searchbox").fill("wxm");
  await tablet.dialog().getByRole("list", { name: "Customer" }).getByRole("button", { name: /王小明/ }).click();
  await page.getByText("goes on 王小明's account").waitFor();
  await tablet.button("Confirm credit").click();
  await soldNumber(tablet);
  await tablet.openOrder(owed);
  await tablet.balanceIs(12800);
  await tablet.openOrder(split);
  await tablet.balanceIs(0);
  await tablet.statusIs("completed");
});

test("weighed goods ask for grams, a product with variants asks which", async (t) => {
  const { tablet } = await stallWith(t, [ORANGES, SHIRT]);
  const { page } = tablet;
  await tile(tablet, "ORA").click();
  const pad = tablet.dialog().getByRole("group", { name: "Number keys" });
  for (const key of ["7", "5", "0"]) await pad.getByRole("button", { name: key, exact: true }).click();
  await tablet.button("Add").click();
  await totalIs(tablet, 1200);
  await page.getByRole("button", { name: "All", exact: true }).waitFor();
  await tile(tablet, "SHIRT").click();
  await tablet.dialog().getByRole("button", { name: /^L/ }).click();
  await totalIs(tablet, 8100);
  await page.getByRole("group", { name: "Category" }).getByRole("button", { name: "Fruit" }).click();
  await tile(tablet, "SHIRT").waitFor({ state: "detached" });
  await scanOn(tablet, "SHIRT-L");
  await totalIs(tablet, 15000);
  assert.equal(await lines(tablet).count(), 2);
  await lines(tablet).getByRole("button", { name: /^Quantity 2/ }).click();
  await tablet.dialog().getByRole("textbox", { name: "Quantity" }).fill("3");
  await tablet.dialog().getByRole("textbox", { name: "Line discount" }).fill("7");
  await tablet.button("Done").click();
  await totalIs(tablet, 21200);
});

test("what is in the cart is there after the browser was killed at that very moment", async (t) => {
  const { tablet } = await stallWith(t, [TEA, CUP]);
  for (let round = 1; round <= 5; round += 1) {
    await tile(tablet, "TEA").click();
    await totalIs(tablet, 12800 * round);
    // On the disk: what is written there is what is in the cart.
    await tablet.page.waitForFunction(async (quantity) => (await indexedDB.databases()).some(({ name }) => name === "stallbook-typed") && new Promise((done, failed) => {
      const opening = indexedDB.open("stallbook-typed");
      opening.onerror = failed;
      opening.onsuccess = () => {
        const database = opening.result;
        if (!database.objectStoreNames.contains("typed")) return database.close(), done(false);
        const asked = database.transaction("typed").objectStore("typed").get("counter");
        asked.onsuccess = () => {
          const kept = asked.result && JSON.parse(new TextDecoder().decode(asked.result));
          database.close();
          done(kept?.typed.content.lines[0]?.quantity === quantity);
        };
      };
    }), round);
    await tablet.kill();
    await tablet.open("/counter");
    await totalIs(tablet, 12800 * round);
  }
});

test("the sale just made is undone once, and its goods can be taken up again", async (t) => {
  const { tablet } = await stallWith(t, [TEA]);
  const { page } = tablet;
  await tile(tablet, "TEA").click();
  await page.locator('[data-testid="product-tile"][data-free="2"]').waitFor();
  await tablet.button("Charge").click();
  await tablet.button("Save payment").click();
  const number = await soldNumber(tablet);
  await tablet.button("Undo sale").click();
  await page.locator('[data-testid="sale-done"][data-undone="true"]').waitFor();
  assert.equal(await tablet.button("Undo sale").count(), 0);
  await page.locator('[data-testid="product-tile"][data-free="3"]').waitFor();
  await tablet.button("Edit this sale").click();
  await totalIs(tablet, 12800);
  await tablet.openOrder(number);
  await tablet.statusIs("cancelled");
  await tablet.balanceIs(0);
});

test("a line taken out comes back, a short line says so and is sold all the same", async (t) => {
  const { tablet } = await stallWith(t, [TEA], { size: PORTRAIT });
  const { page } = tablet;
  for (let nth = 0; nth < 4; nth += 1) await tile(tablet, "TEA").click();
  await lines(tablet).getByText("1 short").waitFor();
  await lines(tablet).getByRole("button", { name: "Remove" }).click();
  await lines(tablet).first().waitFor({ state: "detached" });
  await tablet.button("Undo").click();
  await totalIs(tablet, 51200);
  await tablet.button("Charge").click();
  await tablet.button("Save payment").click();
  await soldNumber(tablet);
});

/** Parks what is in the cart. */
async function park(tablet) {
  await tablet.button("Park").click();
  await tablet.page.getByText("Tap a product to begin").waitFor();
}
async function takeUp(tablet) {
  await tablet.button("Parked").click();
  await tablet.page.getByTestId("parked-cart").first().click();
  await lines(tablet).first().waitFor();
}

test("parked on one tablet, taken up on the other", async (t) => {
  const { server, first, second } = await twoTablets(t);
  await stock(server, first, [TEA, CUP]);
  await first.go("/counter");
  await tile(first, "TEA").click();
  await park(first);
  await first.synced();
  await second.go("/counter");
  await tile(second, "6901234567892").click();
  await takeUp(second);
  await totalIs(second, 12800);
  // The one that was in hand waits in its place.
  await second.button("Parked").click();
  await second.page.getByTestId("parked-cart").first().waitFor();
  assert.equal(await second.page.getByTestId("parked-cart").count(), 1);
  await second.button("Close").click();
  await tile(second, "TEA").click();
  await second.button("Charge").click();
  await second.button("Save payment").click();
  const number = await soldNumber(second);
  await second.synced();
  await first.openOrder(number);
  await first.statusIs("completed");
});

test("one parked cart taken up on two tablets that do not know of each other: nothing is lost, both is shown", async (t) => {
  const { server, first, second } = await twoTablets(t);
  await stock(server, first, [TEA, CUP]);
  await first.go("/counter");
  await tile(first, "TEA").click();
  await park(first);
  await first.synced();
  await second.go("/counter");
  await second.button("Parked").click();
  await second.page.getByTestId("parked-cart").first().waitFor();
  await second.button("Close").click();
  await server.down();
  for (const tablet of [first, second]) {
    await takeUp(tablet);
    await tablet.button("Charge").click();
    await tablet.button("Save payment").click();
    await soldNumber(tablet);
  }
  await server.up();
  await Promise.all([first.synced(), second.synced()]);
  for (const tablet of [first, second]) {
    await tablet.go("/conflicts");
    await tablet.page.locator('[data-testid="conflict"][data-kind="paid_twice"]').waitFor();
    await tablet.page.locator('[data-testid="conflict"][data-kind="shipped_twice"]').waitFor();
  }
});

test("a parked cart in hand hears what the other tablet did with it", async (t) => {
  const { server, first, second } = await twoTablets(t);
  await stock(server, first, [TEA, CUP]);
  await first.go("/counter");
  await tile(first, "TEA").click();
  await park(first);
  await first.synced();
  await second.go("/counter");
  await takeUp(second);
  await second.synced();
  await first.page.getByTestId("cart-line").first().waitFor({ state: "detached" });
  // Nobody else is offered it.
  await first.page.locator(".count:visible").first().waitFor({ state: "detached" });
});

/** A film in which nothing is seen but the bars of an EAN-13 code (GS1 General Specifications 5.2.1). */
async function filmOf(code) {
  const left = ["0001101", "0011001", "0010011", "0111101", "0100011", "0110001", "0101111", "0111011", "0110111", "0001011"];
  const parity = ["LLLLLL", "LLGLGG", "LLGGLG", "LLGGGL", "LGLLGG", "LGGLLG", "LGGGLL", "LGLGLG", "LGLGGL", "LGGLGL"];
  const right = (digit) => left[digit].replace(/./g, (bit) => (bit === "0" ? "1" : "0"));
  const mirrored = (digit) => [...right(digit)].reverse().join("");
  const [first, ...digits] = [...code].map(Number);
  const half = digits.slice(0, 6).map((digit, at) => (parity[first][at] === "L" ? left[digit] : mirrored(digit))).join("");
  const bits = `101${half}01010${digits.slice(6).map(right).join("")}101`;
  const [width, height, thick] = [640, 480, 4];
  const margin = (width - bits.length * thick) / 2;
  const row = Buffer.from(Array.from({ length: width }, (_, x) => (bits[Math.floor((x - margin) / thick)] === "1" ? 30 : 220)));
  const grey = Buffer.alloc((width * height) / 2, 128);
  const frame = Buffer.concat([Buffer.from("FRAME\n"), ...Array(height).fill(row), grey]);
  const file = path.join(await mkdtemp(path.join(tmpdir(), "stallbook-film-")), "code.y4m");
  await writeFile(file, Buffer.concat([Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`), frame, frame]));
  return file;
}

test("the camera reads a code into the cart; where there is no camera, it is said", async (t) => {
  const film = await filmOf(CUP.code);
  t.after(() => rm(path.dirname(film), { recursive: true }));
  const camera = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", `--use-file-for-fake-video-capture=${film}`];
  const { tablet } = await stallWith(t, [TEA, CUP], { flags: camera });
  await tile(tablet, "TEA").waitFor();
  await tablet.button("Scan a barcode").click();
  await totalIs(tablet, 3500);
  await tablet.dialog().waitFor({ state: "hidden" });

  const { tablet: blind } = await stallWith(t, [TEA]);
  await blind.button("Scan a barcode").click();
  await blind.dialog().getByText("No camera on this device").or(blind.dialog().getByText("does not allow the camera")).waitFor();
  await blind.button("Close").click();
});

test("axe finds nothing at the counter", async (t) => {
  const { tablet } = await stallWith(t, [TEA, CUP]);
  const { page } = tablet;
  const found = [];
  const look = async (name) => found.push(...(await faults(tablet, name)));
  await tile(tablet, "TEA").waitFor();
  await look("empty");
  await tile(tablet, "TEA").click();
  await look("cart");
  for (const [key, name] of [["Free item", "free"], ["Edit", "price"], ["Customer", "customer"], ["Parked", "parked"], ["Discount, note, delivery", "details"]]) {
    await tablet.button(key).first().click();
    await page.locator("dialog[open] .body").waitFor();
    await look(name);
    await tablet.button("Close").click();
  }
  await tablet.button("Charge").click();
  await tablet.box("Amount").waitFor();
  await look("pay");
  await tablet.button("Save payment").click();
  await soldNumber(tablet);
  await look("sold");
  assert.deepEqual(found, []);
});
