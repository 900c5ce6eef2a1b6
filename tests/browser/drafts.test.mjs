// Drafts, templates and rules: what is typed is never lost, on any tablet; what is often typed is picked; what is done
// by itself is said before it is switched on, and leaves its trace.
import assert from "node:assert/strict";
import { test } from "node:test";
import { faults } from "./axe.mjs";
import { openServer, switchOn, twoTablets } from "./stall.mjs";

const drafts = (tablet) => tablet.page.locator('[data-testid="order-row"][data-status="draft"]');
const way = (tablet, name) => tablet.page.getByRole("link", { name, exact: true }).first().click();
const form = (tablet) => tablet.page.getByRole("heading", { name: "New order", level: 1 }).waitFor();

/** Opens the draft on the list, and its form. */
async function goOn(tablet, where = "/orders?status=draft") {
  await tablet.go(where);
  await drafts(tablet).first().click();
  await tablet.act("Edit order");
  await form(tablet);
}

test("a draft typed without a network on one tablet is gone on with on the other", async (t) => {
  const { server, first, second } = await twoTablets(t);
  await first.go("/orders");
  await way(first, "New order");
  await form(first);
  await server.down();
  await first.box("Buyer name").fill("王小明");
  await first.box("Item").fill("Longjing");
  await first.box("Unit price").fill("128");
  await way(first, "Orders");
  await drafts(first).waitFor();
  assert.equal(await drafts(first).count(), 1);
  await server.up();
  await Promise.all([first.synced(), second.synced()]);

  await goOn(second);
  assert.equal(await second.box("Buyer name").inputValue(), "王小明");
  assert.equal(await second.box("Item").inputValue(), "Longjing");
  await second.choose("Pick up later");
  await second.box("Order note").fill("gift");
  const number = await second.confirm();
  await second.synced();
  await first.page.locator(`[data-testid="order-row"][data-order-number="${number}"]`).waitFor();
  assert.equal(await drafts(first).count(), 0, "the same order, not a second one");
  // The form that began it knows that it is done, and begins a new one.
  await way(first, "New order");
  await form(first);
  assert.equal(await first.box("Buyer name").inputValue(), "");
});

test("two tablets write on one draft: each sees what the other adds", async (t) => {
  const { first, second } = await twoTablets(t);
  await first.write({ name: "李雷", items: [{ item: "tea", quantity: "1", price: "5" }], delivery: "Pick up later" });
  await first.button("Save draft").click();
  await drafts(first).waitFor();
  await first.synced();
  await Promise.all([goOn(first), goOn(second)]);
  await first.box("Phone").fill("13800138000");
  await second.box("Order note").fill("no sugar");
  await second.button("Add item").click();
  await second.box("Item").nth(1).fill("cup");
  await second.box("Unit price").nth(1).fill("3");
  await way(second, "Orders");
  await first.page.waitForFunction(() => [...document.querySelectorAll("input")].some((it) => it.value === "no sugar"));
  await first.page.waitForFunction(() => [...document.querySelectorAll("input")].some((it) => it.value === "cup"));
  assert.equal(await first.box("Phone").inputValue(), "13800138000", "what is typed here stays");
  const number = await first.confirm();
  await first.synced();
  await second.openOrder(number);
  await second.page.getByText("13800138000").first().waitFor();
  assert.equal(await second.page.getByTestId("conflict").count(), 0);
  await second.go("/conflicts");
  await second.page.getByText("No conflicts").waitFor();
});

test("a copy that is still a draft says so on the other tablet, which confirms it", async (t) => {
  const { first, second } = await twoTablets(t);
  await first.takeOrder();
  await first.act("Copy order");
  await form(first);
  await first.box("Order note").fill("once more");
  await way(first, "Orders");
  await drafts(first).waitFor();
  await Promise.all([first.synced(), second.synced()]);
  await goOn(second);
  await second.confirm();
  await second.page.getByTestId("timeline").getByText("Copied from another order").waitFor();
});

test("what was thrown away can be had back", async (t) => {
  const server = await openServer(t);
  const tablet = await switchOn(t, server);
  await tablet.startShop();
  await tablet.write({ name: "韩梅梅", items: [{ item: "tea", quantity: "1", price: "5" }], delivery: "Pick up later" });
  await tablet.button("Start over").click();
  await tablet.page.waitForFunction(() => [...document.querySelectorAll("input")].every((it) => it.value !== "韩梅梅"));
  await tablet.button("Undo").click();
  await tablet.page.waitForFunction(() => [...document.querySelectorAll("input")].some((it) => it.value === "韩梅梅"));
  await way(tablet, "Orders");
  await drafts(tablet).waitFor();
  await goOn(tablet);
  await tablet.button("Delete draft").click();
  await tablet.page.waitForURL(/\/orders\b(?!\/new)/);
  await drafts(tablet).waitFor({ state: "detached" });
  await tablet.button("Undo").click();
  await drafts(tablet).waitFor();
});

test("a buyer's message fills name, phone and address", async (t) => {
  const server = await openServer(t);
  const tablet = await switchOn(t, server);
  await tablet.startShop();
  await tablet.go("/orders/new");
  await form(tablet);
  await tablet.button("Paste and fill").click();
  await tablet.box("Paste and fill").fill("张三 13800138000 浙江省杭州市西湖区文三路1号");
  await tablet.page.waitForFunction(() => [...document.querySelectorAll("input")].some((it) => it.value === "张三"));
  assert.equal(await tablet.box("Phone").inputValue(), "13800138000");
  assert.equal(await tablet.box("Address").inputValue(), "浙江省杭州市西湖区文三路1号");
});

test("an order becomes a template, and a template an order with one tap", async (t) => {
  const { first, second } = await twoTablets(t);
  await first.takeOrder({ items: [{ item: "Longjing", quantity: "2", price: "128" }, { item: "cup", quantity: "6", price: "3" }] });
  await first.act("Save as template");
  await first.dialog().getByRole("textbox", { name: "Template name" }).fill("Wednesday regulars");
  await first.dialog().getByRole("button", { name: "Save template" }).click();
  await first.dialog().waitFor({ state: "hidden" });
  await first.synced();

  await second.go("/templates");
  const row = second.page.getByTestId("template").filter({ hasText: "Wednesday regulars" });
  await row.getByText("Longjing ×2").waitFor();
  assert.deepEqual(await faults(second, "templates"), []);
  await row.getByRole("button", { name: "Use template" }).click();
  await form(second);
  assert.equal(await second.box("Item").nth(1).inputValue(), "cup");
  assert.equal(await second.box("Quantity").nth(1).inputValue(), "6");
  assert.equal(await second.box("Buyer name").inputValue(), "", "no buyer comes with it");
  await second.choose("Pick up later");
  await second.confirm();
  assert.equal(await second.page.getByTestId("order-status").first().getAttribute("data-status"), "awaiting_payment");

  // From the form of a new order, too; and changed.
  await second.go("/templates");
  await row.getByRole("button", { name: "More" }).click();
  await second.dialog().getByRole("button", { name: "Edit template" }).click();
  await second.box("Template name").fill("Thursday regulars");
  await second.box("Quantity").nth(1).fill("7");
  await second.button("Save template").click();
  await second.page.getByTestId("template").filter({ hasText: "Thursday regulars" }).waitFor();
  await second.synced();
  await first.go("/orders/new");
  await first.button("Use template").click();
  await first.dialog().getByRole("button", { name: /Thursday regulars/ }).click();
  await first.page.waitForURL(/template=/);
  await first.page.waitForFunction(() => [...document.querySelectorAll("input")].some((it) => it.value === "7"));

  // Thrown away, and had back.
  await first.go("/templates");
  const mine = first.page.getByTestId("template").filter({ hasText: "Thursday regulars" });
  await mine.getByRole("button", { name: "More" }).click();
  await first.dialog().getByRole("button", { name: "Delete template" }).click();
  await mine.waitFor({ state: "detached" });
  await first.button("Undo").click();
  await mine.waitFor();
});

test("a template that is being typed is there again when the page was left, and when the browser was killed", async (t) => {
  const server = await openServer(t);
  const tablet = await switchOn(t, server);
  const holds = (value) => tablet.page.waitForFunction((value) => [...document.querySelectorAll("input")].some((it) => it.value === value), value);
  await tablet.startShop();
  await tablet.go("/templates/new");
  await tablet.box("Template name").fill("Regulars");
  await tablet.box("Item").fill("Longjing");
  await tablet.box("Unit price").fill("128");
  await way(tablet, "Orders");
  await tablet.page.goBack();
  await holds("Longjing");
  assert.equal(await tablet.box("Template name").inputValue(), "Regulars");
  await tablet.box("Quantity").fill("3");
  const onDisk = () => tablet.page.waitForFunction(() => new Promise((found) => {
    const asking = indexedDB.open("stallbook-typed");
    asking.onsuccess = () => {
      const shelf = asking.result;
      const reading = shelf.transaction("typed").objectStore("typed").get("template-form.new");
      reading.onsuccess = () => {
        shelf.close();
        found(new TextDecoder().decode(reading.result ?? new Uint8Array()).includes('"quantity":"3"'));
      };
    };
  }));
  await onDisk();
  await tablet.kill();
  await tablet.open("/templates/new");
  await holds("3");
  await holds("Regulars");
  await tablet.button("Start over").click();
  await holds("1");
  assert.equal(await tablet.box("Template name").inputValue(), "");
  await tablet.button("Undo").click();
  await holds("Regulars");
  await tablet.button("Save template").click();
  const row = tablet.page.getByTestId("template").filter({ hasText: "Regulars" });
  await row.waitFor();
  await tablet.forgotten("template-form.new");
  await tablet.go("/templates/new");
  await tablet.box("Template name").waitFor();
  assert.equal(await tablet.box("Template name").inputValue(), "", "what was saved is not kept");

  // A change of one that is there, too.
  await tablet.go("/templates");
  await row.getByRole("button", { name: "More" }).click();
  await tablet.dialog().getByRole("button", { name: "Edit template" }).click();
  await tablet.box("Quantity").fill("8");
  await tablet.page.reload();
  await holds("8");
});

test("a rule says what it would do, does it once, and leaves its trace", async (t) => {
  const { first, second } = await twoTablets(t);
  const number = await first.takeOrder({ items: [{ item: "Longjing", quantity: "4", price: "128" }] });
  const small = await first.takeOrder({ items: [{ item: "cup", quantity: "1", price: "3" }] });
  await first.synced();
  await first.go("/settings/rules");
  await first.button("New rule").first().click();
  const sheet = first.dialog();
  await sheet.getByRole("combobox", { name: "Action" }).selectOption({ label: "Label orders" });
  await sheet.getByRole("textbox", { name: "Label", exact: true }).fill("large");
  await sheet.locator('[data-testid="rule-touches"][data-count="2"]').waitFor();
  await sheet.getByRole("textbox", { name: "Total at least" }).fill("200");
  await sheet.locator('[data-testid="rule-touches"][data-count="1"]').waitFor();
  await sheet.getByText(number).waitFor();
  assert.deepEqual(await faults(first, "rule"), []);
  await sheet.getByRole("textbox", { name: "Rule name" }).fill("Large orders");
  await sheet.getByRole("button", { name: "Save", exact: true }).click();
  await sheet.waitFor({ state: "hidden" });

  const rule = first.page.getByTestId("rule").filter({ hasText: "Large orders" });
  await rule.getByText("Labels new orders “large”.").waitFor();
  await rule.getByRole("switch").click();
  await first.dialog().locator('[data-testid="rule-touches"][data-count="1"]').waitFor();
  await first.dialog().getByRole("button", { name: "Switch on" }).click();
  await first.page.locator('[data-testid="rule"][data-on]').waitFor();
  assert.deepEqual(await faults(first, "rules"), []);

  await first.openOrder(number);
  const trace = (tablet) => tablet.page.getByTestId("timeline").getByText("by rule “Large orders”");
  await trace(first).waitFor();
  await first.synced();
  await second.openOrder(number);
  await trace(second).waitFor();
  await second.synced();
  assert.equal(await trace(second).count(), 1);
  await first.openOrder(small);
  assert.equal(await trace(first).count(), 0);

  // A new one is labelled by the tablet that takes it, with no network; and what a person undid stays undone.
  const next = await second.takeOrder({ items: [{ item: "Longjing", quantity: "9", price: "128" }] });
  await trace(second).waitFor();
  await Promise.all([first.synced(), second.synced()]);
  await first.openOrder(next);
  await trace(first).waitFor();
  assert.equal(await trace(first).count(), 1);
});

test("goods are found while one types, and what there is too little of is said, never a wall", async (t) => {
  const server = await openServer(t);
  const tablet = await switchOn(t, server);
  const { page } = tablet;
  await tablet.startShop();
  await tablet.go("/products/new");
  await tablet.box("Product name").fill("明前龙井");
  await tablet.box("Code").first().fill("LJ-1");
  await tablet.box("Price").first().fill("88");
  await tablet.box("Stock").first().fill("3");
  await tablet.button("Save product").click();
  await page.waitForURL(/products\/[0-9a-f-]{36}/);

  await tablet.go("/orders/new");
  await form(tablet);
  await tablet.box("Item").pressSequentially("mqlj");
  const offer = page.getByRole("option", { name: /明前龙井/ });
  await offer.waitFor();
  assert.match(await offer.innerText(), /88\.00/);
  assert.match(await offer.innerText(), /3 available/);
  assert.deepEqual(await faults(tablet, "offers"), []);
  await tablet.box("Item").press("ArrowDown");
  await tablet.box("Item").press("Enter");
  assert.equal(await tablet.box("Item").inputValue(), "明前龙井");
  assert.equal(await tablet.box("Unit price").inputValue(), "88.00");
  assert.equal(await page.getByText("Only 3 left").count(), 0);
  await tablet.box("Quantity").fill("5");
  await page.getByText("Only 3 left: the rest counts as out of stock.").waitFor();
  await tablet.choose("Pick up later");
  await tablet.button("Preview order").click();
  await page.getByTestId("shortage").getByText("明前龙井: 5 needed, 3 available").waitFor();
  await tablet.button("Confirm order").click();
  await tablet.number();
  // Typed freely, it is no product.
  await tablet.write({ items: [{ item: "something else", quantity: "9", price: "1" }], delivery: "Pick up later" });
  await tablet.confirm();
});
