// Figures as people write them: what was understood stands beside the field before it is saved, what could be a
// thousandfold off is asked; and goods by weight in the shop's own unit.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openServer, switchOn } from "./stall.mjs";

const meaning = (tablet, text) => tablet.page.getByTestId("meaning").filter({ hasText: text }).filter({ visible: true }).first();
const totalIs = (tablet, minor) => tablet.page.locator(`[data-testid="cart-total"][data-minor="${minor}"]`).waitFor();
const tile = (tablet, code) => tablet.page.locator(`[data-testid="product-tile"][data-code="${code}"]`);

test("C26: in euros a comma is the decimal comma, and what could be a thousandfold off is asked", async (t) => {
  const server = await openServer(t);
  const tablet = await switchOn(t, server);
  await tablet.page.getByRole("combobox", { name: "Currency" }).selectOption("EUR");
  await tablet.startShop();
  await tablet.go("/products/new");
  await tablet.box("Product name").fill("Olives");
  await tablet.box("Code").fill("OL");
  await tablet.box("Price").fill("6,50");
  await meaning(tablet, "€6.50").waitFor();
  await tablet.button("Save product").click();
  await tablet.page.locator('[data-testid="product-row"][data-code="OL"]').waitFor();

  await tablet.go("/counter");
  await tile(tablet, "OL").click();
  await totalIs(tablet, 650);
  await tablet.button("Free item").first().click();
  const dialog = tablet.dialog();
  await dialog.getByRole("textbox", { name: "Unit price" }).fill("3,80");
  await meaning(tablet, "€3.80").waitFor();
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await totalIs(tablet, 1030);
  await tablet.button("Charge").click();
  const amount = tablet.box("Amount");
  await amount.fill("1,234");
  // Nothing is taken while it is not clear.
  await tablet.button("Save payment").click();
  await tablet.page.getByText("This can be read in two ways. Choose one.").waitFor();
  assert.equal(await tablet.page.getByTestId("sale-done").count(), 0);
  await meaning(tablet, "Which one?").getByRole("button", { name: "€1,234.00" }).click();
  assert.equal(await amount.inputValue(), "1234.00");
  // The key pad has the comma, too.
  await amount.fill("");
  const pad = tablet.page.getByRole("group", { name: "Number keys" });
  for (const key of ["1", "2", ",", "2"]) await pad.getByRole("button", { name: key, exact: true }).click();
  assert.equal(await amount.inputValue(), "12,2");
  await pad.getByRole("button", { name: "0", exact: true }).click();
  await meaning(tablet, "€12.20").waitFor();
  await tablet.page.locator('[data-testid="change"][data-minor="190"]').waitFor();
  // Typed plainly, there is nothing to say.
  await amount.fill("12.30");
  await tablet.page.locator('[data-testid="change"][data-minor="200"]').waitFor();
  assert.equal(await tablet.page.getByTestId("meaning").first().innerText(), "");
});

test("goods by weight are priced, weighed and shown in the shop's unit", async (t) => {
  const server = await openServer(t);
  const tablet = await switchOn(t, server, { lang: "zh" });
  await tablet.box("店名").fill("山货");
  await tablet.button("开始使用").click();
  await tablet.page.getByRole("link", { name: "订单", exact: true }).waitFor();
  await tablet.go("/settings/shop");
  const unit = tablet.page.getByRole("combobox", { name: "称重单位" });
  await unit.waitFor();
  assert.equal(await unit.inputValue(), "jin", "a Chinese shop weighs by 斤");

  tablet.lang = "en";
  await tablet.go("/products/new");
  await tablet.box("Product name").fill("Tangerines");
  await tablet.box("Code").fill("ORA");
  await tablet.box("Price").fill("12.35");
  await tablet.choose("Weight, priced per jin");
  await tablet.box("Stock").fill("20,5");
  await meaning(tablet, "20.5 jin (10,250 g)").waitFor();
  await tablet.button("Save product").click();
  const row = tablet.page.locator('[data-testid="product-row"][data-code="ORA"]');
  await row.filter({ hasText: "per jin" }).waitFor();
  assert.equal(await row.getAttribute("data-on-hand"), "10250");

  await tablet.go("/counter");
  await tile(tablet, "ORA").filter({ hasText: "per jin" }).filter({ hasText: "12.35" }).click();
  const weight = tablet.dialog().getByRole("textbox", { name: "Weight (jin)" });
  await weight.fill("1.5");
  await tablet.dialog().getByText("¥12.35/jin").waitFor();
  // Grams are the second way, of the same weight.
  await tablet.choose("g");
  assert.equal(await tablet.dialog().getByRole("textbox", { name: "Grams" }).inputValue(), "750");
  await tablet.choose("jin");
  assert.equal(await weight.inputValue(), "1.5");
  await tablet.dialog().getByRole("button", { name: "Add", exact: true }).click();
  await totalIs(tablet, 1853);
  await tablet.page.getByTestId("cart-line").filter({ hasText: "1.5 jin" }).waitFor();
  await tablet.button("Charge").click();
  await tablet.button("Save payment").click();
  const number = await tablet.page.getByTestId("sale-done").getAttribute("data-order-number");

  // In pounds from now on: what was sold stays as it was sold, what is sold next is by the pound.
  await tablet.go("/settings/shop");
  await tablet.set("Unit of weight", "lb");
  await tablet.go("/orders");
  await tablet.page.locator(`[data-testid="order-row"][data-order-number="${number}"]`).click();
  const article = tablet.page.getByRole("article");
  await article.getByText("12.35/jin").first().waitFor();
  await article.getByText("1.5 jin").first().waitFor();
  await tablet.go("/counter");
  await tile(tablet, "ORA").filter({ hasText: "per lb" }).filter({ hasText: "11.20" }).click();
  await tablet.dialog().getByRole("textbox", { name: "Weight (lb)" }).fill("2");
  await tablet.dialog().getByRole("button", { name: "Add", exact: true }).click();
  await totalIs(tablet, 2240);
});
