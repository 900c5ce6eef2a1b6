// Every form: what is wrong is said beside the field, nothing that was typed is lost, and any script of the world goes in.
import assert from "node:assert/strict";
import { test } from "node:test";
import { LANDSCAPE, PORTRAIT, openServer, switchOn } from "./stall.mjs";

const LONG = "路".repeat(10_000);
const HUGE = "1000000000000";
const TEXT = "王小明 😀 包两层，<b>&amp; ‮ Zoë";

async function withShop(t) {
  const server = await openServer(t);
  const tablet = await switchOn(t, server);
  await tablet.startShop();
  return { server, tablet };
}

const box = (scope, name) => scope.getByRole("textbox", { name, exact: true }).first();
const fill = async (scope, fields) => {
  for (const [name, value] of Object.entries(fields)) await box(scope, name).fill(value);
};

/** Each of these texts is refused beside its field; all that was typed stays where it was typed. */
async function refuses(scope, press, name, texts, others = {}) {
  const field = box(scope, name);
  for (const text of texts) {
    const told = `${name}: ${text.slice(0, 20)}`;
    await fill(scope, { ...others, [name]: text });
    await press();
    await scope.locator('[aria-invalid="true"]').and(field).waitFor();
    const below = await field.evaluate((input) => {
      const [first] = (input.getAttribute("aria-describedby") ?? "").split(" ");
      const words = document.getElementById(first);
      const [at, of] = [words.getBoundingClientRect(), input.getBoundingClientRect()];
      return { words: words.innerText.trim(), gap: at.top - of.bottom, seen: at.height > 0 };
    });
    assert.ok(below.words.length > 3 && below.seen, `${told}: it is said why`);
    assert.ok(below.gap >= 0 && below.gap < 48, `${told}: beside the field, not ${below.gap} px away`);
    for (const [one, typed] of Object.entries({ ...others, [name]: text })) {
      assert.equal(await box(scope, one).inputValue(), typed, `${told}: ${one} is still there`);
    }
  }
}

test("first start: a shop without a name, names and codes of every kind", async (t) => {
  const server = await openServer(t);
  const tablet = await switchOn(t, server);
  const { page } = tablet;
  const press = (name) => () => tablet.button(name).click();
  await refuses(page, press("Start on this device"), "Shop name", [LONG]);
  await refuses(page, press("Join shop"), "Pairing code", ["", "twelve", "1234567", HUGE, "😀", LONG], { "Shop name": TEXT });
  await refuses(page, press("Connect"), "Server set-up code", [""], { "Shop name": TEXT });
  await tablet.startShop(TEXT);
  await page.getByRole("banner").getByText(TEXT).waitFor();
});

test("connecting and joining: a wrong code is said, and stays to be corrected", async (t) => {
  const { server, tablet } = await withShop(t);
  // The browser itself notes that the server refused.
  tablet.forgiven.push(/the server responded with a status of 40\d/);
  await tablet.go("/settings");
  const press = () => tablet.button("Connect").click();
  await refuses(tablet.page, press, "Server address", ["", "stall", "ftp://x", TEXT, LONG], { "Server set-up code": TEXT });
  await refuses(tablet.page, press, "Server set-up code", ["", " "], { "Server address": server.address });
  const said = tablet.page.getByRole("alert").filter({ hasText: "The set-up code is wrong" });
  for (const wrong of ["12", TEXT, LONG]) {
    await tablet.box("Server set-up code").fill(wrong);
    await press();
    await said.waitFor();
    assert.equal(await tablet.box("Server set-up code").inputValue(), wrong);
    await tablet.box("Server set-up code").fill("");
    await press();
    await said.waitFor({ state: "hidden" });
  }
  await tablet.connect(server);
});

test("a new order: each field says what is wrong with it, and the form keeps what was typed", async (t) => {
  const { tablet } = await withShop(t);
  const { page } = tablet;
  const press = () => tablet.button("Preview order").click();
  const good = {
    "Buyer name": TEXT, Phone: "13800138000", Address: `文三路1号 🏠 ${TEXT}`, "Order note": TEXT,
    Item: `龙井 🍵 ${TEXT}`, Specification: TEXT, Quantity: "2", "Unit price": "128", Discount: "0",
  };
  await tablet.write({ items: [] });
  const bad = {
    "Buyer name": ["", " ", LONG],
    Phone: ["", LONG],
    Address: ["", LONG],
    Item: ["", LONG],
    Specification: [LONG],
    Quantity: ["", "0", "two", "-1", "1.5", HUGE, "😀", LONG],
    "Unit price": ["", "twelve", "-1", "1.234", HUGE, "😀", LONG],
    "Order note": [LONG],
    Discount: ["much", "-1", "256.01", HUGE, LONG],
    "Rounding off": ["much", HUGE],
    Deposit: ["much", "300", HUGE],
  };
  for (const [name, texts] of Object.entries(bad)) {
    await refuses(page, press, name, texts, good);
    await fill(page, { ...good, "Rounding off": "", Deposit: "" });
    await press();
    await page.locator('[data-testid="preview-total"][data-minor="25600"]').waitFor();
    for (const text of [good.Address, good.Item, TEXT]) await page.getByText(text).first().waitFor();
    await tablet.button("Back to edit").click();
    for (const [one, typed] of Object.entries(good)) assert.equal(await box(page, one).inputValue(), typed);
  }
  // Also over a reload, wrong as it is.
  await fill(page, { Quantity: "0", "Unit price": "twelve" });
  await page.reload();
  assert.equal(await box(page, "Quantity").inputValue(), "0");
  assert.equal(await box(page, "Unit price").inputValue(), "twelve");
  await fill(page, good);
  await tablet.confirm();
  await page.getByText(good.Item).first().waitFor();
});

test("the dialogs of an order: each field says what is wrong with it, and the dialog stays as it was typed", async (t) => {
  const { tablet } = await withShop(t);
  const dialog = tablet.dialog();
  const press = (name) => () => dialog.getByRole("button", { name, exact: true }).click();
  const done = () => dialog.waitFor({ state: "hidden" });
  const reason = async (act, key) => {
    await tablet.act(act);
    await refuses(dialog, press(key), "Reason", ["", "  ", LONG]);
    await fill(dialog, { Reason: TEXT });
    await press(key)();
    await done();
  };
  await tablet.takeOrder({ items: [{ item: "Longjing", quantity: "2", price: "128" }, { item: "Teapot", quantity: "1", price: "260" }] });

  await tablet.act("Extend deadline");
  await refuses(dialog, press("Save deadline"), "New deadline", ["", "soon", "2020-01-01 10:00", "2026-13-01", HUGE, TEXT, LONG]);
  await dialog.getByRole("button", { name: "In 3 days" }).click();
  await press("Save deadline")();
  await done();

  await reason("Hold", "Hold this order");
  await tablet.statusIs("on_hold");
  await tablet.act("Release");
  await tablet.statusIs("awaiting_payment");

  await tablet.act("Record payment");
  await refuses(dialog, press("Save payment"), "Amount", ["", "0", "twelve", "-5", "1.234", HUGE, "😀", LONG]);
  await dialog.getByRole("radio", { name: "Bank transfer", exact: true }).check();
  await fill(dialog, { Amount: "600" });
  await press("Save payment")();
  await done();
  await tablet.statusIs("paid");
  await tablet.balanceIs(-8400);

  await tablet.act("Record refund");
  await refuses(dialog, press("Save refund"), "Amount", ["", "0", "much", "84.01", HUGE, LONG], { Reason: TEXT });
  await refuses(dialog, press("Save refund"), "Reason", [LONG], { Amount: "84" });
  await fill(dialog, { Reason: TEXT });
  await press("Save refund")();
  await done();
  await tablet.page.locator('[data-testid="order-balance"][data-minor="0"]').waitFor();

  await tablet.act("Payment arrived");
  await tablet.act("Ship");
  const parcel = { "Tracking number": TEXT, "Expected arrival": "2026-12-24" };
  await refuses(dialog, press("Save shipment"), "Tracking number", [LONG], { ...parcel, "Tracking number": "" });
  await refuses(dialog, press("Save shipment"), "Expected arrival", ["soon", "2026-02-30", HUGE, TEXT, LONG], parcel);
  await dialog.getByRole("combobox", { name: "Carrier" }).selectOption({ label: "Other" });
  await refuses(dialog, press("Save shipment"), "Carrier's name", ["", LONG], parcel);
  const part = "Longjing, 2 left";
  await refuses(dialog, press("Save shipment"), part, ["", "3", "-1", "two", HUGE, LONG], { ...parcel, "Carrier's name": TEXT });
  await fill(dialog, { [part]: "1" });
  await press("Save shipment")();
  await done();
  await tablet.statusIs("part_shipped");
  await tablet.page.getByText(TEXT).first().waitFor();

  await tablet.act("Correct number");
  await refuses(dialog, press("Save correction"), "Tracking number", [LONG], { "Expected arrival": "2026-12-25" });
  await fill(dialog, { "Tracking number": `2 ${TEXT}` });
  await press("Save correction")();
  await done();
  await tablet.page.getByText(`2 ${TEXT}`).first().waitFor();
});

test("a reason is asked for where an order, a payment or a parcel ends", async (t) => {
  const { tablet } = await withShop(t);
  const dialog = tablet.dialog();
  const reason = async (open, key) => {
    await open();
    const press = () => dialog.getByRole("button", { name: key, exact: true }).click();
    await refuses(dialog, press, "Reason", ["", "  ", LONG]);
    await fill(dialog, { Reason: TEXT });
    await press();
    await dialog.waitFor({ state: "hidden" });
  };
  const void_ = (of) => () => tablet.page.getByRole("region", { name: of }).getByRole("button", { name: "Void", exact: true }).click();
  await tablet.takeOrder();
  await tablet.pay({ method: "Bank transfer" });
  await tablet.statusIs("paid");
  const payments = tablet.page.getByRole("region", { name: "Payments and refunds" });
  await reason(() => payments.getByRole("button", { name: "Did not arrive" }).click(), "Did not arrive");
  await tablet.statusIs("awaiting_payment");
  await tablet.pay({ method: "Cash" });
  await tablet.statusIs("paid");
  await tablet.ship();
  await tablet.statusIs("shipped");
  await reason(void_("Parcels"), "Void");
  await tablet.statusIs("paid");
  await reason(void_("Payments and refunds"), "Void");
  await tablet.statusIs("awaiting_payment");
  await reason(() => tablet.act("Cancel order"), "Cancel this order");
  await tablet.statusIs("cancelled");
});

test("where fingers type, a key pad of ours writes the figures, and the system's keyboard stays away", async (t) => {
  const server = await openServer(t);
  for (const size of [LANDSCAPE, PORTRAIT]) {
    const tablet = await switchOn(t, server, { touch: true, size });
    await tablet.startShop();
    await tablet.go("/orders/new");
    const { page } = tablet;
    const pad = page.getByRole("group", { name: "Number keys" });
    const [quantity, price] = [tablet.box("Quantity").first(), tablet.box("Unit price").first()];
    await tablet.box("Buyer name").tap();
    assert.equal(await pad.count(), 0, "words are not typed with figures");
    await quantity.tap();
    assert.equal(await quantity.getAttribute("inputmode"), "none");
    const key = (name) => pad.getByRole("button", { name, exact: true });
    await key("Clear").tap();
    for (const name of ["1", "2"]) await key(name).tap();
    assert.equal(await key(".").count(), 0, "a count has no decimals");
    await key("Next").tap();
    for (const name of ["1", "9", ".", "5", "0"]) await key(name).tap();
    await page.waitForFunction((figures) => figures.every((figure) => [...document.querySelectorAll("input")].some((it) => it.value === figure)), ["12", "19.50"]);
    assert.deepEqual([await quantity.inputValue(), await price.inputValue()], ["12", "19.50"]);
    for (const figure of [price, tablet.box("Deposit")]) {
      await figure.tap();
      await pad.waitFor();
      // It scrolls into view once the pad stands there.
      await page.waitForFunction(() => {
        const [field, keys] = [document.activeElement, document.querySelector(".keypad")].map((it) => it.getBoundingClientRect());
        return field.right <= keys.left || field.bottom <= keys.top;
      });
    }
    await key("Done").tap();
    await pad.waitFor({ state: "detached" });
  }
});
