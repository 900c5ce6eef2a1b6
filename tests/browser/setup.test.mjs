// The shop is set up: its lists and terms, this tablet's code, on two tablets that do not know of each other; and the
// buyer of an unpaid order is reminded.
import assert from "node:assert/strict";
import { test } from "node:test";
import { faults } from "./axe.mjs";
import { openServer, SMALL_PHONE, switchOn, twoTablets } from "./stall.mjs";

const entry = (tablet, key) => tablet.page.locator(`li.entry[data-key="${key}"]`);
const rename = async (tablet, key, name) => {
  const field = entry(tablet, key).getByRole("textbox");
  await field.fill(name);
  await field.press("Tab");
};

test("lists are changed offline on two tablets, and merge field by field", async (t) => {
  const { server, first, second } = await twoTablets(t);
  for (const tablet of [first, second]) await tablet.install();
  await server.down();
  for (const tablet of [first, second]) await tablet.go("/settings/shop");
  await rename(first, "own", "Mini app");
  await first.box("Add to Order categories").fill("Gift box");
  await first.page.getByRole("region", { name: "Order categories" }).getByRole("button", { name: "Add" }).click();
  await first.page.locator('li.entry input[aria-label="Name of Gift box"]').waitFor();
  await entry(second, "shopee").getByRole("switch").click();
  await second.page.locator('li.entry[data-key="shopee"][data-hidden]').waitFor();
  await second.page.getByRole("combobox", { name: "Payment term" }).selectOption("24");
  await second.box("This device's code").fill("x9");
  await second.button("Save").click();
  await second.page.getByText("Saved", { exact: true }).waitFor();
  assert.deepEqual(await faults(first, "shop settings"), []);
  await server.up();
  for (const tablet of [first, second]) await tablet.synced();
  for (const tablet of [first, second]) {
    await tablet.go("/settings/shop");
    await tablet.synced();
    await tablet.page.locator('li.entry[data-key="shopee"][data-hidden]').waitFor();
    assert.equal(await entry(tablet, "own").getByRole("textbox").inputValue(), "Mini app");
    assert.equal(await tablet.page.getByRole("combobox", { name: "Payment term" }).inputValue(), "24");
    await tablet.go("/orders/new");
    await tablet.page.getByRole("option", { name: "Gift box" }).waitFor({ state: "attached" });
    assert.equal(await tablet.page.getByRole("option", { name: "Shopee" }).count(), 0);
  }
  await second.takeOrder({ items: [{ item: "Tea", quantity: "1", price: "12" }] });
  assert.match(await second.page.getByTestId("order-number").innerText(), /-X9-0001/);
});

test("the buyer of an unpaid order is reminded in either language", async (t) => {
  const { first } = await twoTablets(t);
  await first.takeOrder({ items: [{ item: "Tea", quantity: "1", price: "12" }] });
  await first.act("Remind");
  const message = first.dialog().getByRole("textbox", { name: "Message" });
  assert.match(await message.inputValue(), /still has .*12\.00 to pay/);
  await first.dialog().getByRole("radio", { name: "中文" }).check({ force: true });
  assert.match(await message.inputValue(), /还有 .*12\.00 未付/);
});

test("the shop's own ways to pay and carriers are offered, and called by their names even after they were taken out", async (t) => {
  const { first, second } = await twoTablets(t);
  await first.go("/settings/shop");
  const list = (name) => first.page.getByRole("region", { name, exact: true });
  for (const [region, name] of [["Payment methods", "Octopus"], ["Carriers", "Old Wang Freight"]]) {
    await list(region).getByRole("textbox", { name: `Add to ${region}` }).fill(name);
    await list(region).getByRole("button", { name: "Add" }).click();
    await first.page.locator(`li.entry input[aria-label="Name of ${name}"]`).waitFor();
  }
  const number = await first.takeOrder({ items: [{ item: "Tea", quantity: "1", price: "12" }] });
  await first.pay({ method: "Octopus" });
  await first.act("Payment arrived");
  await first.ship({ carrier: "Old Wang Freight", tracking: "OW1" });
  await first.go("/settings/shop");
  for (const name of ["Octopus", "Old Wang Freight"]) {
    const named = first.page.locator("li.entry", { has: first.page.locator(`input[aria-label="Name of ${name}"]`) });
    await named.getByRole("button", { name: `Remove ${name}` }).click();
    await named.waitFor({ state: "detached" });
  }
  for (const tablet of [first, second]) {
    await tablet.synced();
    await tablet.openOrder(number);
    const told = tablet.page.getByTestId("timeline");
    await told.getByText("Octopus").first().waitFor();
    await tablet.page.getByText("Old Wang Freight").first().waitFor();
  }
});

test("a pairing link leads to its key, and on a phone one sees why it was refused; a wrong set-up code leaves a shop that sells", async (t) => {
  const server = await openServer(t);
  const tablet = await switchOn(t, server, { size: SMALL_PHONE });
  const { page } = tablet;
  tablet.forgiven.push(/the server responded with a status of (403|429)/);
  await page.goto("about:blank");
  await page.goto(`${server.address}/?lang=en#pair=48271650`);
  await page.waitForFunction(() => document.activeElement.matches("#join [type=submit]"));
  await tablet.button("Join shop").click();
  const refused = page.getByRole("alert").filter({ hasText: "The pairing code is wrong" });
  await refused.waitFor();
  await page.waitForFunction(() => [...document.querySelectorAll("[role=alert]")].some((one) => one.innerText && one.getBoundingClientRect().bottom <= innerHeight));
  await tablet.box("Pairing code").fill("4827165");
  await tablet.button("Join shop").click();
  await page.getByText("A pairing code has 8 digits").waitFor();
  await refused.waitFor({ state: "detached" });
  await page.route("**/api/v1/**", (route) => route.abort());
  await tablet.box("Pairing code").fill("48271650");
  await tablet.button("Join shop").click();
  const unreachable = page.getByRole("alert").filter({ hasText: "Can't reach the server" });
  await unreachable.waitFor();
  assert.doesNotMatch(await unreachable.innerText(), /orders are safe/, "there are none yet");
  await page.unroute("**/api/v1/**");
  await tablet.box("Server set-up code").fill("AAAA-BBBB-CCCC");
  await tablet.button("Connect").click();
  await page.getByText("The set-up code is wrong", { exact: false }).first().waitFor();
  await page.getByText("Connect it again in Settings", { exact: false }).first().waitFor();
});
