// Customers through the real pages: written down offline, found as one types, paid back, merged and separated, erased;
// and the same on the second tablet.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openServer, switchOn, twoTablets } from "./stall.mjs";

const row = (tablet, phone) => tablet.page.locator(`[data-testid="customer-row"][data-phone="${phone}"]`);
const owes = (tablet, minor) => tablet.page.locator(`[data-testid="customer-owes"][data-minor="${minor}"]`);

/** Writes a customer down; the page then shows them. */
async function write(tablet, { name, phone, address }) {
  await tablet.go("/customers");
  await tablet.page.getByRole("button", { name: "New customer", exact: true }).click();
  await tablet.box("Name").fill(name);
  await tablet.box("Phone").fill(phone);
  if (address) await tablet.box("Address").fill(address);
  await tablet.button("Save customer").click();
  await tablet.page.getByTestId("customer-name").filter({ hasText: name }).waitFor();
}

/** Opens a customer from the list. */
async function open(tablet, phone) {
  await tablet.go("/customers");
  await row(tablet, phone).click();
  await tablet.page.getByTestId("customer-name").waitFor();
}

async function more(tablet, name) {
  await tablet.button("More").click();
  const menu = tablet.page.getByRole("dialog", { name: "More" });
  await menu.getByRole("button", { name, exact: true }).click();
  await menu.waitFor({ state: "hidden" });
}

test("a customer's page begins an order for them, at their prices", async (t) => {
  const server = await openServer(t);
  const tablet = await switchOn(t, server);
  const { page } = tablet;
  await tablet.startShop();
  // With nothing there yet, there is one sheet, and it leads on.
  const leadsOn = async (where, key) => {
    await tablet.go(where);
    await tablet.button(key).waitFor();
    await page.getByRole("link", { name: "Import a sheet", exact: true }).waitFor();
    assert.equal(await page.getByRole("article").count(), 0, `nothing stands beside ${where}`);
  };
  await leadsOn("/products", "Add your first product");
  await tablet.go("/products/new");
  await tablet.box("Product name").fill("龙井");
  await tablet.box("Price").first().fill("88");
  await page.getByText("Other prices").first().click();
  await tablet.box("Wholesale price").first().fill("70");
  await tablet.button("Save product").click();
  await page.waitForURL(/products\/[0-9a-f-]{36}/);
  await leadsOn("/customers", "Add your first customer");
  await tablet.button("Add your first customer").click();
  await page.waitForURL(/\/customers\/new$/);
  await tablet.box("Name").fill("王小明");
  await tablet.box("Phone").fill("13800138000");
  await tablet.box("Address").fill("杭州市文三路1号");
  await page.getByRole("combobox", { name: "Price level" }).selectOption({ label: "Wholesale" });
  await tablet.button("Save customer").click();
  await page.getByRole("article").getByRole("link", { name: "New order", exact: true }).click();
  await page.waitForURL(/\/orders\/new\?customer=/);
  await page.waitForFunction(() => [...document.querySelectorAll("input")].some((it) => it.value === "王小明"));
  assert.equal(await tablet.box("Phone").inputValue(), "13800138000");
  assert.equal(await tablet.box("Address").inputValue(), "杭州市文三路1号");
  await tablet.box("Item").pressSequentially("龙井");
  await page.getByRole("option", { name: /龙井/ }).click();
  assert.equal(await tablet.box("Unit price").inputValue(), "70.00");
  await tablet.choose("Pick up later");
  await tablet.confirm();
  await open(tablet, "13800138000");
  await owes(tablet, 7000).waitFor();

  // Without a phone, the only customer of the name is meant; one key says that it is somebody else.
  await tablet.takeOrder({ phone: "", address: "", items: [{ item: "Cup", quantity: "1", price: "5" }], delivery: "Pick up later" });
  await tablet.button("Save as customer").click();
  await page.getByText("Linked to your customer of this name").waitFor();
  const known = await page.getByTestId("order-customer").getAttribute("href");
  await tablet.button("New customer").click();
  await page.waitForFunction((known) => document.querySelector('[data-testid="order-customer"]').getAttribute("href") !== known, known);
  await tablet.go("/customers");
  await page.getByTestId("double").getByRole("button", { name: "Merge" }).click();
  await page.getByTestId("double").waitFor({ state: "detached" });
  await open(tablet, "13800138000");
  await owes(tablet, 7500).waitFor();
});

async function saveAsCustomer(tablet) {
  await tablet.button("Save as customer").click();
  await tablet.page.getByTestId("order-customer").waitFor();
}

test("a customer is written down without a network, and found by any part of name or phone, or by how it sounds", async (t) => {
  const server = await openServer(t);
  const tablet = await switchOn(t, server);
  await tablet.startShop();
  await tablet.install();
  await server.down();
  await write(tablet, { name: "王小明", phone: "138 0013 8000", address: "浙江省杭州市西湖区文三路1号" });
  await write(tablet, { name: "李雷", phone: "0571-88886666" });
  await tablet.go("/customers");
  await row(tablet, "0571-88886666").waitFor();
  const search = tablet.page.getByRole("searchbox", { name: "Search customers" });
  const found = async (typed, phones) => {
    await search.fill(typed);
    await tablet.page.waitForFunction(
      ([phones]) => {
        const rows = [...document.querySelectorAll('[data-testid="customer-row"]')].map((row) => row.dataset.phone);
        return JSON.stringify(rows.sort()) === JSON.stringify(phones);
      },
      [[...phones].sort()],
    );
  };
  await found("小明", ["138 0013 8000"]);
  await found("8000", ["138 0013 8000"]);
  await found("8888 6666", ["0571-88886666"]);
  await found("wxm", ["138 0013 8000"]);
  await found("lilei", ["0571-88886666"]);
  await found("nobody", []);
  await found("", ["138 0013 8000", "0571-88886666"]);
  // What was searched for stands in the address; who is open does too.
  await search.fill("wxm");
  await tablet.page.waitForURL(/q=wxm/);
  await row(tablet, "138 0013 8000").click();
  await tablet.page.waitForURL(/\/customers\/[0-9a-f-]{36}/);
  await tablet.page.reload();
  await tablet.page.getByTestId("customer-name").filter({ hasText: "王小明" }).waitFor();
  await tablet.page.getByText("浙江省杭州市西湖区文三路1号").first().waitFor();
});

test("a pasted text fills the fields, leaves what was typed, and can be taken back", async (t) => {
  const server = await openServer(t);
  const tablet = await switchOn(t, server);
  await tablet.startShop();
  await tablet.go("/customers/new");
  await tablet.box("Paste and fill").fill("张三 13800138000 浙江省杭州市西湖区文三路1号");
  await tablet.page.getByTestId("understood").filter({ hasText: "文三路1号" }).waitFor();
  const is = async (name, value) => assert.equal(await tablet.box(name).inputValue(), value, name);
  await is("Name", "张三");
  await is("Phone", "13800138000");
  await is("Address", "浙江省杭州市西湖区文三路1号");
  await tablet.button("Undo filling").click();
  await is("Name", "");
  await is("Address", "");
  await tablet.box("Name").fill("李四");
  await tablet.box("Paste and fill").fill("张三 13900139000");
  await tablet.button("Use it").waitFor();
  await is("Name", "李四");
  await is("Phone", "13900139000");
  await tablet.button("Use it").click();
  await is("Name", "张三");
  await tablet.button("Save customer").click();
  await tablet.page.getByTestId("customer-name").filter({ hasText: "张三" }).waitFor();
  // Nobody is nobody.
  await tablet.go("/customers/new");
  await tablet.button("Save customer").click();
  await tablet.page.locator('[aria-invalid="true"]').and(tablet.box("Name")).waitFor();
});

test("several addresses are added, moved and removed; the first is the usual one", async (t) => {
  const server = await openServer(t);
  const tablet = await switchOn(t, server);
  await tablet.startShop();
  await write(tablet, { name: "韩梅梅", phone: "13700137000", address: "one" });
  await tablet.button("Edit customer").click();
  await tablet.button("Add address").click();
  await tablet.box("Address 2").fill("two");
  await tablet.button("Add address").click();
  await tablet.box("Address 3").fill("three");
  await tablet.button("Move address 3 up").click();
  await tablet.button("Move address 2 up").click();
  await tablet.button("Remove address 3").click();
  await tablet.button("Save customer").click();
  await tablet.page.getByTestId("customer-name").waitFor();
  assert.deepEqual(await tablet.page.locator(".addresses li").allInnerTexts(), ["three", "one"]);
});

test("an order's buyer becomes a customer; a repayment pays the oldest order first and the rest of the old debt", async (t) => {
  const { server, first, second } = await twoTablets(t);
  const older = await first.takeOrder({ items: [{ item: "Longjing", quantity: "1", price: "100" }], delivery: "Pick up later" });
  await saveAsCustomer(first);
  const newer = await first.takeOrder({ items: [{ item: "Teapot", quantity: "1", price: "60" }], delivery: "Pick up later" });
  await saveAsCustomer(first);
  await first.install();
  await server.down();
  await open(first, "13800138000");
  await owes(first, 160_00).waitFor();
  await more(first, "Add an old balance");
  await first.dialog().getByRole("textbox", { name: "Amount" }).fill("40");
  await first.dialog().getByRole("textbox", { name: "Note" }).fill("before the book");
  await first.button("Save balance").click();
  await owes(first, 200_00).waitFor();
  await first.button("Record repayment").click();
  const amount = first.dialog().getByRole("textbox", { name: "Amount" });
  assert.equal(await amount.inputValue(), "200");
  await amount.fill("175.50");
  const parts = first.page.getByTestId("repayment-parts");
  await parts.filter({ hasText: "15.50 of the old balance" }).waitFor();
  assert.match(await parts.innerText(), new RegExp(`${older} paid up.*${newer} paid up`));
  await first.button("Save repayment").click();
  await owes(first, 24_50).waitFor();
  await first.page.locator(".toast").filter({ hasText: "175.50 received, Cash" }).waitFor();
  // The book ends with what is owed, line by line.
  const book = () => first.page.getByTestId("posted").evaluateAll((all) => all.map((line) => [line.dataset.minor, line.dataset.balance].map(Number)));
  await first.page.locator('[data-testid="posted"][data-balance="2450"]').waitFor();
  const lines = (await book()).reverse();
  let sum = 0;
  for (const [minor, balance] of lines) assert.equal((sum += minor), balance);
  assert.equal(lines.length, 6, "two orders, one debt, two payments, one repayment");
  await server.up();
  await Promise.all([first.synced(), second.synced()]);
  await open(second, "13800138000");
  await owes(second, 24_50).waitFor();
  await second.go("/customers");
  assert.equal(await row(second, "13800138000").getAttribute("data-owes"), "2450");
  await second.openOrder(older);
  await second.balanceIs(0);
});

test("the same customer made on two tablets is suggested, merged, and separated again", async (t) => {
  const { server, first, second } = await twoTablets(t);
  await Promise.all([first.install(), second.install()]);
  await server.down();
  await write(first, { name: "王小明", phone: "13800138000", address: "first address" });
  await write(second, { name: "小王", phone: "+86 138-0013-8000", address: "second address" });
  await server.up();
  await Promise.all([first.synced(), second.synced()]);
  await first.go("/customers");
  const double = first.page.getByTestId("double");
  await double.waitFor();
  assert.match(await double.innerText(), /王小明[\s\S]*小王|小王[\s\S]*王小明/);
  await double.getByRole("button", { name: "Merge" }).click();
  await double.waitFor({ state: "detached" });
  assert.equal(await first.page.getByTestId("customer-row").count(), 1);
  await first.synced();
  await second.go("/customers");
  await second.synced();
  await second.page.getByTestId("double").waitFor({ state: "detached" });
  await second.page.getByTestId("customer-row").click();
  await second.page.locator(".addresses").getByText("first address").waitFor();
  await second.page.locator(".addresses").getByText("second address").waitFor();
  await second.button("Unmerge").click();
  await second.page.getByTestId("merged").waitFor({ state: "detached" });
  await second.synced();
  await first.page.getByTestId("double").waitFor();
  await first.page.getByTestId("double").getByRole("button", { name: "Not the same" }).click();
  await first.page.getByTestId("double").waitFor({ state: "detached" });
  assert.equal(await first.page.getByTestId("customer-row").count(), 2);
});

test("personal data are erased; orders and sums stay", async (t) => {
  const { first, second } = await twoTablets(t);
  const number = await first.takeOrder({ items: [{ item: "Longjing", quantity: "1", price: "100" }], delivery: "Pick up later" });
  await saveAsCustomer(first);
  await first.synced();
  await open(first, "13800138000");
  await more(first, "Delete personal data");
  await first.button("Delete now").click();
  await first.page.getByTestId("customer-name").filter({ hasText: "Personal data deleted" }).waitFor();
  await owes(first, 100_00).waitFor();
  await first.synced();
  for (const tablet of [first, second]) {
    await tablet.openOrder(number);
    await tablet.synced();
    await tablet.balanceIs(100_00);
    await tablet.page.waitForFunction(() => !/王小明|13800138000|文三路/.test(document.querySelector("main").innerText));
  }
});
