// A hardware scanner is a keyboard that types fast: heard on every page, in every field and dialog, and it answers
// nothing. `scan` types as a scanner does, `hands` as a person does.
import assert from "node:assert/strict";
import { test } from "node:test";
import { LANDSCAPE, openServer, PHONE, PHONE_ON_SIDE, PORTRAIT, scan, stock, switchOn } from "./stall.mjs";

const CUP = { name: "Teacup", code: "6901234567892", price: 3500 };
const MARKER = { name: "Marker", code: "4006381333931", price: 900 };
const TEA = { name: "Longjing", code: "TEA", price: 12800 };
const ORANGES = { name: "Tangerines", code: "123", price: 2080, unit: "gram", category: "Fruit" };
const SHIRT = { name: "Shirt", code: "SHIRT", price: 5900, "variant/1/name": "M", "variant/2/name": "L", "variant/2/code": "SHIRT-L", "variant/2/price": 6900 };
const ONE = { name: "Red pen", code: "R", barcodes: ["96385074"], price: 200 };
const OTHER = { name: "Blue pen", code: "B", barcodes: ["96385074"], price: 300 };

// 00123: 1.250 kg, and 12.50.
const WEIGHS_1250 = "2100123012503";
const COSTS_1250 = "2200123012500";

const tile = (tablet, code) => tablet.page.locator(`[data-testid="product-tile"][data-code="${code}"]`);
const lines = (tablet) => tablet.page.getByTestId("cart-line");
const totalIs = (tablet, minor) => tablet.page.locator(`[data-testid="cart-total"][data-minor="${minor}"]`).waitFor();
const unknownIs = (tablet, code) => tablet.page.locator(`[data-testid="unknown-code"][data-code="${code}"]`).waitFor();
/** A scanner's digits where a Chinese input method is on: the page is told of a key that it handles, and of what it writes. */
async function scanThroughInputMethod(tablet, code) {
  const cdp = await tablet.page.context().newCDPSession(tablet.page);
  const sent = [...code].flatMap((digit) => {
    const key = { key: "Process", code: `Digit${digit}`, windowsVirtualKeyCode: 229 };
    return [
      cdp.send("Input.dispatchKeyEvent", { ...key, type: "rawKeyDown" }),
      cdp.send("Input.insertText", { text: String.fromCodePoint(digit.codePointAt(0) + 0xfee0) }),
      cdp.send("Input.dispatchKeyEvent", { ...key, type: "keyUp" }),
    ];
  });
  await Promise.all(sent);
  await tablet.page.keyboard.press("Enter");
}
const hands = (tablet, text) => tablet.page.keyboard.type(text, { delay: 120 });
/** A person's own Enter, not what follows a scan. */
async function enter(tablet) {
  await tablet.page.waitForTimeout(300);
  await tablet.page.keyboard.press("Enter");
}
const closeDialog = async (tablet) => {
  await tablet.page.keyboard.press("Escape");
  await tablet.dialog().waitFor({ state: "hidden" });
};

async function stallWith(t, products, where = "/counter") {
  const server = await openServer(t);
  const tablet = await switchOn(t, server);
  await tablet.startShop();
  await tablet.connect(server);
  await stock(server, tablet, products);
  await tablet.go(where);
  return { server, tablet };
}

test("C9, C10: while a question is open a scan is no answer and no figure; its article is sold after it", async (t) => {
  const { tablet } = await stallWith(t, [CUP, TEA, ORANGES, SHIRT, MARKER]);
  const { page } = tablet;
  await tile(tablet, "SHIRT").click();
  await tablet.dialog().waitFor();
  await scan(tablet, "6901234567892");
  await tablet.dialog().getByText("after this question").waitFor();
  assert.equal(await lines(tablet).count(), 0, "no variant was chosen");
  await page.locator('.variant[data-code="SHIRT-L"]').click();
  await totalIs(tablet, 6900 + 3500);

  // Grams, a line's price, a free item: neither the digits nor the Enter arrive.
  await tile(tablet, "123").click();
  await tablet.box("Grams").waitFor();
  await scan(tablet, "4006381333931");
  await scan(tablet, "96385074");
  assert.equal(await tablet.box("Grams").inputValue(), "");
  await hands(tablet, "500");
  assert.equal(await tablet.box("Grams").inputValue(), "500");
  await enter(tablet);
  await unknownIs(tablet, "96385074");
  await closeDialog(tablet);
  await totalIs(tablet, 6900 + 3500 + 1040 + 900);

  await tablet.button("Free item").click();
  await tablet.box("Unit price").fill("3.50");
  await tablet.box("Unit price").focus();
  await scan(tablet, "6901234567892", "Enter", "Enter");
  assert.equal(await tablet.box("Unit price").inputValue(), "3.50");
  await tablet.box("Item").focus();
  await scan(tablet, "6901234567892", "Tab");
  assert.equal(await tablet.box("Item").inputValue(), "");
  assert.ok(await tablet.box("Item").evaluate((field) => field === document.activeElement), "the focus stays");
  await closeDialog(tablet);
  await totalIs(tablet, 6900 + 3 * 3500 + 1040 + 900);
});

test("C13, C16, C19: two scans are two, whatever ends them and wherever the focus is; the payment is not touched", async (t) => {
  const { tablet } = await stallWith(t, [CUP, TEA, MARKER]);
  const { page } = tablet;
  const search = page.getByRole("searchbox");
  await search.click();
  await scan(tablet, "6901234567892");
  await totalIs(tablet, 3500);
  assert.equal(await search.inputValue(), "");
  await scan(tablet, "9999999");
  await unknownIs(tablet, "9999999");
  await scan(tablet, "6901234567892");
  await totalIs(tablet, 7000);
  await closeDialog(tablet);
  // CR LF, Tab, none, a short code; small letters of CapsLock.
  await scan(tablet, "6901234567892", "Enter", "Enter");
  await totalIs(tablet, 10500);
  await scan(tablet, "TEA", "Tab");
  await totalIs(tablet, 23300);
  await scan(tablet, "tea");
  await totalIs(tablet, 36100);
  await scan(tablet, "4006381333931", null);
  await totalIs(tablet, 37000);
  await scan(tablet, "0690123456789２".replace("２", "2"));
  await totalIs(tablet, 40500);
  assert.ok(!page.url().includes("step=pay"), "no second Enter leads on");
  // Typed by hand, it is a search.
  await search.click();
  await hands(tablet, "long");
  assert.equal(await search.inputValue(), "long");
  await search.fill("");
  for (let nth = 0; nth < 20; nth += 1) await scan(tablet, "4006381333931");
  await totalIs(tablet, 40500 + 20 * 900);
  // On the payment step it is never the amount, and sells.
  await tablet.button("Charge").click();
  await page.waitForFunction(() => document.activeElement?.id === "counter-amount");
  await scan(tablet, "281234567890123456");
  await page.getByText("customer's own pay code").waitFor();
  assert.equal(await tablet.box("Amount").inputValue(), "585");
  // The same where a digit first leads to the amount: nothing of the code stays in it.
  await tablet.button("Save payment").focus();
  await scan(tablet, "281234567890123456");
  await page.waitForFunction(() => document.activeElement?.id === "counter-main");
  assert.equal(await tablet.box("Amount").inputValue(), "585");
  await tablet.button("Save payment").focus();
  await scan(tablet, "6901234567892");
  await totalIs(tablet, 62000);
  // What was typed and not saved is not what the next payment begins with.
  for (const typed of ["7", ""]) {
    await tablet.button("Charge").click();
    await page.waitForFunction(() => document.querySelector("#counter-amount")?.value === "620");
    await tablet.box("Amount").fill(typed);
    await tablet.button("Products").click();
    await tile(tablet, "TEA").waitFor();
  }
  // An input method that writes digits itself says only which key it was.
  await search.click();
  await scanThroughInputMethod(tablet, "6901234567892");
  await totalIs(tablet, 65500);
  assert.equal(await search.inputValue(), "");
});

test("C3: change that is due stays until it was seen, whatever begins the next sale, at every size", async (t) => {
  const { tablet } = await stallWith(t, [CUP, TEA]);
  const { page } = tablet;
  const due = (minor) => page.locator(`[data-testid="change-before"][data-minor="${minor}"]`);
  for (const size of [LANDSCAPE, PORTRAIT, PHONE, PHONE_ON_SIDE]) {
    await page.setViewportSize(size);
    await tile(tablet, "TEA").click();
    await tablet.button("Charge").click();
    await tablet.box("Amount").fill("150");
    await tablet.button("Save payment").click();
    await page.locator('[data-testid="change-due"][data-minor="2200"]').waitFor();
    await scan(tablet, CUP.code);
    await totalIs(tablet, 3500);
    await due(2200).waitFor();
    await page.reload();
    await due(2200).waitFor();
    if (size === PORTRAIT) await tablet.button("Understood").click();
    else await tablet.button("Charge").click();
    await due(2200).waitFor({ state: "detached" });
    if (size === PORTRAIT) await tablet.button("Charge").click();
    // A sale that is undone: all of it goes back, and that is said as long.
    await tablet.button("Save payment").click();
    await tablet.button("Undo sale").click();
    await page.locator('[data-testid="give-back"][data-minor="3500"]').waitFor();
    await scan(tablet, CUP.code);
    await due(3500).waitFor();
    await tablet.button("Charge").click();
    await tablet.button("Save payment").click();
    await tablet.button("Next sale").click();
    await totalIs(tablet, 0);
    assert.equal(await page.getByTestId("change-before").count(), 0, "the exact sum leaves nothing");
  }
});

test("C17: a code that two articles have asks which, in the same order, and is said on the products page", async (t) => {
  const { tablet } = await stallWith(t, [ONE, OTHER, CUP]);
  const { page } = tablet;
  await tile(tablet, "R").waitFor();
  await scan(tablet, "96385074");
  const asked = page.getByTestId("which-article");
  await asked.waitFor();
  const offered = await asked.getByRole("button").evaluateAll((all) => all.map((key) => key.dataset.code));
  assert.equal(offered.length, 2);
  await scan(tablet, "6901234567892");
  await asked.locator('[data-code="B"]').click();
  await totalIs(tablet, 300 + 3500);
  await scan(tablet, "00000096385074");
  await asked.waitFor();
  assert.deepEqual(await asked.getByRole("button").evaluateAll((all) => all.map((key) => key.dataset.code)), offered);
  await closeDialog(tablet);
  await tablet.go("/products");
  await page.getByTestId("shared-codes").waitFor();
});

test("R6, R7: a scanner on another keyboard layout, one that types signs by their numbers, and the separators of GS1", async (t) => {
  const { tablet } = await stallWith(t, [CUP, MARKER]);
  const { page } = tablet;
  await tile(tablet, "6901234567892").waitFor();
  const cdp = await tablet.context.newCDPSession(page);
  const strike = async (code, key, text) => {
    await cdp.send("Input.dispatchKeyEvent", { type: "keyDown", code, key, text });
    await cdp.send("Input.dispatchKeyEvent", { type: "keyUp", code, key });
  };
  // fttx/barcode-to-pc-server#166: an American scanner on an AZERTY tablet; with the focus in the search, too.
  const azerty = async () => {
    for (const digit of "6901234567892") await strike(`Digit${digit}`, "à&é\"'(-è_ç"[digit], "à&é\"'(-è_ç"[digit]);
    await page.keyboard.press("Enter");
  };
  await azerty();
  await totalIs(tablet, 3500);
  // A letter leads into the search: what it wrote there goes with the code.
  const search = page.getByRole("searchbox");
  assert.equal(await search.inputValue(), "");
  await search.click();
  await azerty();
  await totalIs(tablet, 7000);
  assert.equal(await search.inputValue(), "");
  // Each sign by its number while Alt is held.
  for (const sign of "4006381333931") {
    await page.keyboard.down("Alt");
    for (const digit of String(sign.charCodeAt(0)).padStart(3, "0")) await page.keyboard.press(`Numpad${digit}`);
    await page.keyboard.up("Alt");
  }
  await page.keyboard.press("Enter");
  await totalIs(tablet, 7900);
  // odoo/odoo#99730: the separator of GS1 as Ctrl+], as Alt and 029, as F8.
  let total = 7900;
  for (const separator of ["Control+]", "Alt+029", "F8"]) {
    await page.keyboard.type("]C110LOT7");
    if (separator === "Alt+029") {
      await page.keyboard.down("Alt");
      for (const digit of "029") await page.keyboard.press(`Numpad${digit}`);
      await page.keyboard.up("Alt");
    } else await page.keyboard.press(separator);
    await scan(tablet, "0106901234567892");
    total += 3500;
    await totalIs(tablet, total);
  }
  assert.equal(await search.inputValue(), "");
});

test("C12: on a new order a scan chooses the product's line, the next scan the next line", async (t) => {
  const { tablet } = await stallWith(t, [CUP, MARKER, TEA, ONE, OTHER], "/orders/new");
  const { page } = tablet;
  const values = async (name) => tablet.box(name).evaluateAll((all) => all.map((field) => field.value));
  await tablet.box("Item").first().click();
  await scan(tablet, "6901234567892");
  await page.waitForFunction(() => [...document.querySelectorAll("input")].some((field) => field.value === "Teacup"));
  await scan(tablet, "4006381333931");
  await page.waitForFunction(() => [...document.querySelectorAll("input")].some((field) => field.value === "Marker"));
  await scan(tablet, "6901234567892");
  await page.getByText("Scanned, one more: Teacup").waitFor();
  assert.deepEqual(await values("Item"), ["Teacup", "Marker"]);
  assert.deepEqual(await values("Quantity"), ["2", "1"]);
  assert.deepEqual(await values("Unit price"), ["35.00", "9.00"]);
  await tablet.box("Unit price").first().focus();
  await scan(tablet, "TEA");
  await page.waitForFunction(() => [...document.querySelectorAll("input")].some((field) => field.value === "Longjing"));
  await scan(tablet, "9999999");
  await unknownIs(tablet, "9999999");
  await scan(tablet, "96385074");
  await tablet.button("Use as an item").click();
  await page.getByTestId("which-article").locator('[data-code="R"]').click();
  await tablet.dialog().waitFor({ state: "hidden" });
  assert.deepEqual(await values("Item"), ["Teacup", "Marker", "Longjing", "9999999", "Red pen"]);
  assert.deepEqual(await values("Unit price"), ["35.00", "9.00", "128.00", "", "2.00"]);
  assert.deepEqual(await values("Buyer name"), [""]);
});

test("lists search for a scan, the product's form takes it as a barcode, and a parcel's number is scanned", async (t) => {
  const { tablet } = await stallWith(t, [CUP, MARKER], "/products");
  const { page } = tablet;
  const search = page.getByRole("searchbox");
  await page.getByTestId("product-row").nth(1).waitFor();
  await search.click();
  await scan(tablet, "9999999");
  await scan(tablet, "06901234567892");
  await page.waitForFunction(() => document.querySelector("input[type=search]").value === "06901234567892");
  await page.locator('[data-testid="product-row"][data-code="6901234567892"]').waitFor();
  assert.equal(await page.getByTestId("product-row").count(), 1);
  await tablet.button("New product").click();
  await tablet.box("Product name").fill("Ink");
  await tablet.box("Price").first().focus();
  await scan(tablet, "4901234567894");
  await page.waitForFunction(() => [...document.querySelectorAll("textarea")].some((field) => field.value === "4901234567894"));
  assert.equal(await tablet.box("Price").first().inputValue(), "");
  await tablet.box("Code").first().focus();
  await scan(tablet, "INK-1");
  assert.equal(await tablet.box("Code").first().inputValue(), "INK-1");

  const number = await tablet.takeOrder({});
  await tablet.act("Record payment");
  await tablet.box("Amount").waitFor();
  const amount = await tablet.box("Amount").inputValue();
  await tablet.box("Amount").focus();
  await scan(tablet, "6901234567892");
  await tablet.dialog().getByText("Nothing here takes a code").waitFor();
  assert.equal(await tablet.box("Amount").inputValue(), amount);
  // A code's payment is checked before goods leave.
  await tablet.dialog().getByRole("radio", { name: "Cash", exact: true }).check();
  await tablet.button("Save payment").click();
  await tablet.dialog().waitFor({ state: "hidden" });
  await tablet.act("Ship");
  await tablet.dialog().getByRole("textbox", { name: "Tracking number" }).waitFor();
  await scan(tablet, "SF1234567890123");
  await page.waitForFunction(() => [...document.querySelectorAll("dialog input")].some((field) => field.value === "SF1234567890123"));
  await tablet.button("Save shipment").click();
  await tablet.dialog().waitFor({ state: "hidden" });
  await tablet.go("/orders");
  await page.getByTestId("order-row").first().waitFor();
  await scan(tablet, "SF1234567890123");
  await page.locator(`[data-testid="order-row"][data-order-number="${number}"]`).waitFor();
  assert.equal(await search.inputValue(), "SF1234567890123");
});

test("C10: a scan into every text field of every page leaves it as it was, with its caret and the focus", async (t) => {
  const { tablet } = await stallWith(t, [CUP, ORANGES]);
  const { page } = tablet;
  const pages = [
    "/counter", "/orders", "/orders/new", "/products", "/products/new", "/customers", "/customers/new", "/templates/new",
    "/settings", "/settings/shop", "/settings/rules", "/products/import", "/customers/import", "/conflicts", "/setup",
  ];
  const FIELDS = "input:not([type=radio], [type=checkbox], [type=file], [type=date]), textarea, select";
  const state = () => page.evaluate(() => {
    const field = document.activeElement;
    const plain = field.tagName === "SELECT" || field.selectionStart === null;
    return { at: field.dataset.walked ?? field.tagName, value: field.value ?? "", start: plain ? 0 : field.selectionStart, end: plain ? 0 : field.selectionEnd };
  });
  let walked = 0;
  for (const where of pages) {
    await tablet.go(where);
    await page.locator("main h1, main h2").first().waitFor({ state: "attached" });
    // All of it stands: its later files have come.
    await page.waitForFunction((selector) => {
      const count = document.querySelectorAll(`main :is(${selector})`).length;
      if (window.fields?.count !== count) window.fields = { count, since: performance.now() };
      return performance.now() - window.fields.since > 500;
    }, FIELDS);
    const count = await page.evaluate((selector) => {
      const seen = [...document.querySelectorAll(`main :is(${selector})`)].filter((field) => field.checkVisibility() && !field.disabled);
      seen.forEach((field, nth) => { field.dataset.walked = String(nth); });
      return seen.length;
    }, FIELDS);
    for (let nth = 0; nth < count; nth += 1) {
      const field = page.locator(`[data-walked="${nth}"]`);
      if ((await field.count()) === 0) continue;
      const takes = await field.getAttribute("data-scan");
      await field.evaluate((field) => {
        field.focus();
        if (field.setSelectionRange && field.selectionStart !== null) field.setSelectionRange(0, field.value.length);
      });
      const before = await state();
      const address = page.url();
      await scan(tablet, "2999999", ...(nth % 2 === 0 ? ["Enter"] : ["Tab"]));
      // Said, one way or the other: then it is over.
      await page.locator('.toast, dialog[open], [data-testid="label-preview"] :is(p, li)').first().waitFor();
      if (await tablet.dialog().isVisible()) await closeDialog(tablet);
      if (takes === null && where !== "/settings/shop") assert.deepEqual(await state(), before, `${where}, field ${nth}`);
      assert.equal(new URL(page.url()).pathname, new URL(address).pathname, `${where}: no key was pressed`);
      await page.evaluate(() => document.querySelectorAll(".toast .button").forEach((key) => key.click()));
      walked += 1;
    }
  }
  assert.ok(walked > 40, `${walked} fields were walked`);
});

test("C18: a scale's label sells by its weight, what it costs is what its line comes to; its layout is a setting", async (t) => {
  const { tablet } = await stallWith(t, [CUP, ORANGES], "/settings/shop");
  const { page } = tablet;
  await tablet.box("Try a label").waitFor();
  await scan(tablet, "2100123012501");
  await page.getByTestId("label-preview").getByText("misread").waitFor();
  await scan(tablet, WEIGHS_1250);
  await page.getByTestId("label-preview").getByText("Item 00123 · 1.250 kg · Tangerines").waitFor();
  await tablet.box("Prefixes").fill("21");
  await tablet.button("Add layout").click();
  await page.locator('[data-testid="scale-layout"][data-layout="21 FFIIIIIWWWWWC"]').waitFor();
  await tablet.box("Prefixes").fill("22");
  await page.getByRole("combobox", { name: "Usual layouts" }).selectOption("FFIIIIIPPPPPC");
  await tablet.button("Add layout").click();
  await page.getByTestId("scale-layout").nth(1).waitFor();
  await tablet.go("/counter");
  await tile(tablet, "123").waitFor();
  await scan(tablet, WEIGHS_1250);
  await totalIs(tablet, 2600);
  await scan(tablet, COSTS_1250);
  await totalIs(tablet, 2600 + 1250);
  await scan(tablet, "2100123012501");
  await page.getByText("misread").waitFor();
  await totalIs(tablet, 3850);
  // In a new order as well, in the shop's own unit (R31): before, 1,250 kg, and the price of a kilogram for that of a jin.
  for (const [at, [unit, quantity, price]] of [["kg", "1.25", "20.80"], ["jin", "2.5", "10.40"]].entries()) {
    await tablet.go("/settings/shop");
    await tablet.set("Unit of weight", unit);
    await tablet.go("/orders/new");
    await tablet.box("Item").first().waitFor();
    await scan(tablet, WEIGHS_1250);
    await page.waitForFunction(([at, name]) => [...document.querySelectorAll("input")].filter((input) => input.value === name).length === at + 1, [at, ORANGES.name]);
    assert.equal(await tablet.box("Quantity").nth(at).inputValue(), quantity);
    assert.equal(await tablet.box("Unit price").nth(at).inputValue(), price);
  }
  // A scale that weighs in pounds.
  await tablet.go("/settings/shop");
  await page.getByRole("combobox", { name: "The scale weighs in" }).selectOption("lb");
  await tablet.box("Prefixes").fill("23");
  await tablet.box("What each digit is").fill("FFIIIIIWWW.WWC");
  await tablet.box("Try a label").fill("2300123002508");
  await page.getByTestId("label-preview").getByText("2.5 lb (1,134 g) · Tangerines").waitFor();
});
