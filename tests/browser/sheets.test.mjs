// Products and customers from sheets and into sheets, through the real pages, with the server stopped: what becomes of
// each row is said before anything is written, all of it is written at once, and nothing doubles.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { openServer, switchOn } from "./stall.mjs";

/** A tablet with its own shop and no network. */
async function alone(t) {
  const server = await openServer(t);
  const tablet = await switchOn(t, server);
  await tablet.startShop();
  await tablet.install();
  await server.down();
  return tablet;
}

async function choose(tablet, where, name, text) {
  await tablet.go(where);
  const buffer = Buffer.isBuffer(text) ? text : Buffer.from(text);
  await tablet.page.getByLabel("File", { exact: true }).setInputFiles({ name, mimeType: "text/csv", buffer });
  await tablet.page.getByTestId("import-preview").waitFor();
}

async function importRows(tablet) {
  await tablet.button("Import rows").click();
  const report = tablet.page.getByTestId("import-report");
  await report.waitFor();
  const of = (key) => report.getAttribute(`data-${key}`).then(Number);
  return { created: await of("created"), updated: await of("updated"), unchanged: await of("unchanged"), refused: await of("refused") };
}

async function download(tablet, act) {
  const [file] = await Promise.all([tablet.page.waitForEvent("download"), act()]);
  return readFile(await file.path());
}

const GOODS =
  "商品名称,规格,编码,售价,库存,随便\r\n" +
  'T恤,M,S3,"¥1,059.00",12,x\r\nT恤,L,S4,69元,5,x\r\n龙井,,A1,128,,x\r\n坏的,,B1,议价,3,x\r\n';

test("a sheet of products is looked at, taken in at once, and doubles nothing when it comes again", async (t) => {
  const tablet = await alone(t);
  const { page } = tablet;
  await choose(tablet, "/products/import", "goods.csv", GOODS);
  const column = (name) => page.getByRole("combobox", { name: `Column “${name}”`, exact: true });
  assert.equal(await column("售价").inputValue(), "price");
  assert.equal(await column("随便").inputValue(), "");
  assert.equal(await page.locator('[data-outcome="created"]').count(), 3);
  assert.equal(await page.locator('[data-outcome="refused"]').count(), 1);
  await page.getByText("售价: Not a valid price.").waitFor();
  // A column that is chosen otherwise changes what becomes of the rows.
  await column("售价").selectOption("");
  await page.locator('[data-outcome="created"]').nth(3).waitFor();
  await column("售价").selectOption("price");
  await page.locator('[data-outcome="refused"]').waitFor();
  assert.deepEqual(await importRows(tablet), { created: 3, updated: 0, unchanged: 0, refused: 1 });

  await tablet.go("/products");
  await page.getByTestId("product-row").nth(1).waitFor();
  assert.equal(await page.getByTestId("product-row").count(), 2);
  await page.locator('[data-testid="product-row"][data-on-hand="17"]').waitFor();

  await choose(tablet, "/products/import", "goods.csv", GOODS);
  assert.deepEqual(await importRows(tablet), { created: 0, updated: 0, unchanged: 3, refused: 1 });
  await choose(tablet, "/products/import", "goods.csv", GOODS.replace("69元", "79元"));
  assert.deepEqual(await importRows(tablet), { created: 0, updated: 1, unchanged: 2, refused: 1 });
  const report = await download(tablet, () => tablet.button("Save report").click());
  assert.match(report.toString(), /B1/);

  await tablet.go("/products");
  await page.getByTestId("product-row").first().waitFor();
  const sheet = await download(tablet, () => tablet.button("Export").click());
  await choose(tablet, "/products/import", "back.csv", sheet);
  assert.deepEqual(await importRows(tablet), { created: 0, updated: 0, unchanged: 3, refused: 0 });

  await tablet.go("/products/import");
  const book = await download(tablet, () => tablet.button("Save as Excel").click());
  await choose(tablet, "/products/import", "back.xlsx", book);
  assert.deepEqual(await importRows(tablet), { created: 0, updated: 0, unchanged: 3, refused: 0 });
});

test("a sheet of customers as Chinese Windows writes it", async (t) => {
  const tablet = await alone(t);
  // 姓名,电话 / 王,13800138000 in GBK.
  const gbk = Buffer.from([
    0xd0, 0xd5, 0xc3, 0xfb, 0x2c, 0xb5, 0xe7, 0xbb, 0xb0, 0x0d, 0x0a, 0xcd, 0xf5, 0x2c,
    ...Buffer.from("13800138000\r\n"),
  ]);
  await choose(tablet, "/customers/import", "people.csv", gbk);
  assert.deepEqual(await importRows(tablet), { created: 1, updated: 0, unchanged: 0, refused: 0 });
  await choose(tablet, "/customers/import", "people.csv", gbk);
  assert.deepEqual(await importRows(tablet), { created: 0, updated: 0, unchanged: 1, refused: 0 });
  await tablet.go("/customers");
  await tablet.page.locator('[data-testid="customer-row"][data-phone="13800138000"]').filter({ hasText: "王" }).waitFor();
});

test("what is no sheet is said to be none, and nothing is written", async (t) => {
  const tablet = await alone(t);
  await tablet.go("/products/import");
  await tablet.page.getByLabel("File", { exact: true }).setInputFiles({
    name: "goods.xls", mimeType: "application/vnd.ms-excel", buffer: Buffer.from("<html><table></table></html>"),
  });
  await tablet.page.getByRole("alert").getByText("web page", { exact: false }).waitFor();
});
