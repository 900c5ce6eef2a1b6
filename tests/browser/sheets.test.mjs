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
  await page.getByText("Columns left out: 随便").waitFor();
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

/** A checksum as zip files have it. */
function crc(bytes) {
  let sum = ~0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (0xedb88320 & -(sum & 1));
  }
  return ~sum >>> 0;
}

/** A zip of these texts, stored as they are. */
function zipped(parts) {
  const files = [], entries = [];
  let at = 0;
  for (const [name, text] of Object.entries(parts)) {
    const [head, bytes, named] = [Buffer.alloc(30), Buffer.from(text), Buffer.from(name)];
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt32LE(crc(bytes), 10);
    common.writeUInt32LE(bytes.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(named.length, 22);
    head.writeUInt32LE(0x04034b50, 0);
    common.copy(head, 4);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(20, 4);
    common.copy(entry, 6);
    entry.writeUInt32LE(at, 42);
    files.push(head, named, bytes);
    entries.push(entry, named);
    at += 30 + named.length + bytes.length;
  }
  const end = Buffer.alloc(22);
  const directory = Buffer.concat(entries);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length / 3, 8);
  end.writeUInt16LE(files.length / 3, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...files, directory, end]);
}

/** A workbook with these sheets, each of rows of words. */
function workbook(sheets) {
  const parts = {};
  const names = Object.keys(sheets).map((name, n) => `<sheet name="${name}" sheetId="${n + 1}" r:id="r${n}"/>`);
  const links = Object.keys(sheets).map((_, n) => `<Relationship Id="r${n}" Type="x/worksheet" Target="s${n}.xml"/>`);
  parts["xl/workbook.xml"] = `<workbook xmlns:r="r"><sheets>${names.join("")}</sheets></workbook>`;
  parts["xl/_rels/workbook.xml.rels"] = `<Relationships>${links.join("")}</Relationships>`;
  for (const [n, rows] of Object.values(sheets).entries()) {
    const row = (cells) => `<row>${cells.map((cell) => `<c t="inlineStr"><is><t>${cell}</t></is></c>`).join("")}</row>`;
    parts[`xl/s${n}.xml`] = `<worksheet><sheetData>${rows.map(row).join("")}</sheetData></worksheet>`;
  }
  return zipped(parts);
}

test("S25, S15: which sheet of a workbook, in which encoding and with what between its cells can be chosen", async (t) => {
  const tablet = await alone(t);
  const { page } = tablet;
  const preview = page.getByTestId("import-preview");
  const goods = (name) => [["名称", "价格"], [name, "5"]];
  await choose(tablet, "/products/import", "goods.xlsx", workbook({ 填写说明: [["不要改表头"]], 茶: goods("绿茶"), 杯: goods("瓷杯") }));
  await preview.getByText("绿茶").waitFor();
  const sheet = page.getByRole("combobox", { name: "Sheet", exact: true });
  assert.deepEqual(await sheet.locator("option").allTextContents(), ["填写说明", "茶", "杯"]);
  await sheet.selectOption("杯");
  await preview.getByText("瓷杯").waitFor();
  assert.deepEqual(await importRows(tablet), { created: 1, updated: 0, unchanged: 0, refused: 0 });

  await choose(tablet, "/products/import", "goods.csv", Buffer.from("Name;Price\nCaf\xe9 Cr\xe8me;4,50\n", "latin1"));
  await preview.getByText("Café Crème").waitFor();
  const encoding = page.getByRole("combobox", { name: "Encoding", exact: true });
  assert.equal(await encoding.inputValue(), "Windows-1252");
  await encoding.selectOption("GB18030");
  await preview.getByText("Cr鑝e").waitFor();
  await encoding.selectOption("Windows-1252");
  await preview.getByText("Café Crème").waitFor();
  const separator = page.getByRole("combobox", { name: "Separator", exact: true });
  assert.equal(await separator.inputValue(), ";");
  await separator.selectOption(",");
  await page.getByRole("alert").getByText(/./).waitFor();
  await separator.selectOption(";");
  await preview.getByText("Café Crème").waitFor();
  assert.deepEqual(await importRows(tablet), { created: 1, updated: 0, unchanged: 0, refused: 0 });
});

test("S1: Shopify's export is recognised, its variants are one product, and nothing doubles", async (t) => {
  const tablet = await alone(t);
  const { page } = tablet;
  const sheet =
    "Handle,Title,Option1 Name,Option1 Value,Option2 Value,Variant SKU,Variant Inventory Qty,Variant Price,Variant Barcode,Image Src,Status\n" +
    "bag,Hemp Bag,Size,S,Red,HB-S,4,12.00,'0712345000056,https://example.com/1.jpg,active\n" +
    "bag,,,M,Red,HB-M,5,14.00,'0712345000063,,\nbag,,,,,,,,,https://example.com/2.jpg,\n" +
    "mug,Mug,Title,Default Title,,MUG,2,9.00,,,active\n";
  await choose(tablet, "/products/import", "products_export.csv", sheet);
  assert.equal(await page.locator("[data-peer]").getAttribute("data-peer"), "shopify");
  await page.getByText("Shopify export").waitFor();
  await page.locator('tr[data-outcome="left"]').getByText("Only a picture.").waitFor();
  await page.getByTestId("import-preview").getByText("S / Red").waitFor();
  assert.equal(await page.getByTestId("import-preview").getByText("Default Title").count(), 0);
  assert.deepEqual(await importRows(tablet), { created: 3, updated: 0, unchanged: 0, refused: 0 });
  await choose(tablet, "/products/import", "products_export.csv", sheet);
  assert.deepEqual(await importRows(tablet), { created: 0, updated: 0, unchanged: 3, refused: 0 });
  await tablet.go("/products");
  await page.locator('[data-testid="product-row"][data-on-hand="9"]').filter({ hasText: "Hemp Bag" }).waitFor();
  assert.equal(await page.getByTestId("product-row").count(), 2);
  await page.getByRole("link", { name: "Import", exact: true }).getByText("Import").waitFor();
  await page.getByRole("button", { name: "Export", exact: true }).getByText("Export").waitFor();
});
