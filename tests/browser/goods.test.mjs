// Goods on two tablets apart: the same sheet imported twice is merged in one go, counts are what is there, and what a
// count did not know of is asked about.
import assert from "node:assert/strict";
import { test } from "node:test";
import { twoTablets } from "./stall.mjs";

const SHEET = "name,code,price,stock\nTea,LJ-1,128,20\nCup,CB-1,15,44\n";

/** Cuts a tablet off from the server's calls, and only from them: pages can be loaded. */
async function cuttable(tablet) {
  tablet.forgiven.push(/ERR_FAILED|WebSocket/);
  let apart = false;
  await tablet.context.route("**/api/**", (route) => (apart ? route.abort() : route.continue()));
  await tablet.context.routeWebSocket(/\/api\//, (socket) => (apart ? socket.close() : socket.connectToServer()));
  return (so) => {
    apart = so;
    return tablet.go("/products");
  };
}

async function importSheet(tablet) {
  await tablet.go("/products/import");
  const file = { name: "goods.csv", mimeType: "text/csv", buffer: Buffer.from(SHEET) };
  await tablet.page.getByLabel("File", { exact: true }).setInputFiles(file);
  await tablet.page.getByTestId("import-preview").waitFor();
  await tablet.button("Import rows").click();
  await tablet.page.getByTestId("import-report").waitFor();
}

const row = (tablet, onHand) => tablet.page.locator(`[data-testid="product-row"][data-code="LJ-1"][data-on-hand="${onHand}"]`);

/** Moves stock of the tea. */
async function move(tablet, key, amount) {
  await tablet.go("/products");
  await tablet.page.locator('[data-testid="product-row"][data-code="LJ-1"]').first().click();
  if (key === "Count") {
    await tablet.page.getByRole("article").getByRole("button", { name: "More", exact: true }).click();
    await tablet.dialog().getByRole("button", { name: key, exact: true }).click();
  } else await tablet.button(key).click();
  const dialog = tablet.page.getByRole("dialog", { name: new RegExp(`^${key}: `) });
  await dialog.getByRole("textbox", { name: "Quantity", exact: true }).fill(amount);
  await dialog.getByRole("button", { name: "Save", exact: true }).click();
  await dialog.waitFor({ state: "hidden" });
}

test("T1, T2, T3: a sheet imported on both is merged at once; counts that agree leave that number; others ask; all is undone", async (t) => {
  const { first, second } = await twoTablets(t);
  const both = [first, second];
  const cut = await Promise.all(both.map(cuttable));
  const apart = (so) => Promise.all(cut.map((one) => one(so)));
  const together = async () => {
    await apart(false);
    // Those who wait between two tries are told to try now by what they do.
    await Promise.all(both.map((tablet) => tablet.synced()));
    await Promise.all(both.map((tablet) => tablet.go("/products")));
    await Promise.all(both.map((tablet) => tablet.synced()));
  };
  const see = (onHand) => Promise.all(both.map((tablet) => row(tablet, onHand).waitFor()));

  await apart(true);
  for (const tablet of both) await importSheet(tablet);
  await together();
  const rows = first.page.getByTestId("product-row");
  await rows.nth(3).waitFor();
  const double = second.page.getByTestId("double");
  await double.getByText("Possible duplicates").waitFor();
  await double.getByRole("button", { name: "Merge all 2" }).click();
  const preview = second.page.getByTestId("merge-preview");
  await preview.getByText("Stock 20 + 20, together 20").waitFor();
  await preview.getByText("Stock 44 + 44, together 44").waitFor();
  await preview.getByRole("button", { name: "Merge", exact: true }).click();
  await double.waitFor({ state: "detached" });
  await second.synced();
  await rows.nth(2).waitFor({ state: "detached" });
  await see(20);
  assert.equal(await rows.count(), 2);

  // The same sheet after the merge, on either: nothing is new, and nothing doubles.
  for (const tablet of both) {
    await importSheet(tablet);
    const { created, updated, refused } = await tablet.page.getByTestId("import-report").evaluate((report) => ({ ...report.dataset }));
    assert.deepEqual({ created, updated, refused }, { created: "0", updated: "0", refused: "0" });
    await tablet.synced();
  }
  await Promise.all(both.map((tablet) => tablet.go("/products")));
  await see(20);
  assert.equal(await rows.count(), 2);

  // T2
  await apart(true);
  for (const tablet of both) await move(tablet, "Count", "17");
  await together();
  await see(17);
  for (const tablet of both) {
    await tablet.go("/conflicts");
    await tablet.page.getByText("No conflicts", { exact: false }).first().waitFor();
  }

  // T3
  await apart(true);
  await move(first, "Receive", "5");
  await move(second, "Count", "16");
  await together();
  await see(21);
  for (const tablet of both) {
    await tablet.go("/conflicts");
    await tablet.page.locator('[data-testid="conflict"][data-kind="before_or_after"]').getByText("Received 5").waitFor();
  }
  await first.button("Before the count: 16 on hand").click();
  for (const tablet of both) await tablet.page.getByTestId("conflict").waitFor({ state: "detached" });
  await Promise.all(both.map((tablet) => tablet.go("/products")));
  await see(16);

  // Two that differ.
  await apart(true);
  await move(first, "Count", "15");
  await move(second, "Count", "12");
  await together();
  await second.go("/conflicts");
  const conflict = second.page.locator('[data-testid="conflict"][data-kind="same_count"]');
  await conflict.getByText("Counted 15").first().waitFor();
  await conflict.getByRole("button", { name: /^Use “Counted/ }).click();
  await conflict.waitFor({ state: "detached" });
  await second.synced();
  await second.go("/products");
  await second.page.locator('[data-testid="product-row"][data-code="LJ-1"]').click();
  await second.page.getByRole("link", { name: "Stock ledger" }).click();
  await second.page.getByText("Another count stands").first().waitFor();

  await second.page.getByTestId("merged").getByRole("button", { name: "Unmerge" }).click();
  await second.page.getByTestId("merged").waitFor({ state: "detached" });
  await second.page.getByTestId("product-row").nth(2).waitFor();
});
