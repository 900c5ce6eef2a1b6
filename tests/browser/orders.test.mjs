// One tablet, no server beyond the first visit: an order is taken, goes its way, and survives whatever happens to the browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { LANDSCAPE, openServer, PORTRAIT, switchOn } from "./stall.mjs";

async function aloneWithShop(t, options) {
  const server = await openServer(t);
  const tablet = await switchOn(t, server, options);
  await tablet.startShop();
  return { server, tablet };
}

/** From here on there is no server; the app comes from the device. */
async function cutOff(server, tablet) {
  await tablet.install();
  await server.down();
  await tablet.page.reload();
}

test("an order is taken with no server, and is there after a reload and after closing the browser", async (t) => {
  const server = await openServer(t);
  const tablet = await switchOn(t, server);
  await cutOff(server, tablet);
  await tablet.startShop();
  const { page } = tablet;
  await tablet.write({
    name: "王小明", phone: "13800138000", address: "浙江省杭州市西湖区文三路1号", method: "WeChat Pay",
    items: [{ item: "Longjing", quantity: "2", price: "128" }, { item: "Teapot", quantity: "1", price: "260.50" }],
  });
  await tablet.button("Preview order").click();
  const total = page.getByTestId("preview-total");
  await total.waitFor();
  assert.equal(await total.getAttribute("data-minor"), "51650");
  await tablet.button("Back to edit").click();
  assert.equal(await tablet.box("Buyer name").inputValue(), "王小明");
  await tablet.box("Quantity").first().fill("3");
  await tablet.button("Preview order").click();
  await page.locator('[data-testid="preview-total"][data-minor="64450"]').waitFor();
  await tablet.button("Confirm order").click();
  const number = await tablet.number();
  assert.match(number, /^\d{6}-[A-Z2-9]{2}-0001$/);
  await page.reload();
  assert.equal(await tablet.number(), number);
  await tablet.close();
  await tablet.open("/orders");
  assert.deepEqual(await tablet.numbers(), [number]);
  await tablet.openOrder(number);
  await tablet.statusIs("awaiting_payment");
  await tablet.balanceIs(64450);
});

test("the whole way of an order with no server: paid, verified, shipped, delivered, completed; a deep link reloads", async (t) => {
  const { server, tablet } = await aloneWithShop(t, { size: PORTRAIT });
  await cutOff(server, tablet);
  await tablet.takeOrder();
  await tablet.pay({ method: "WeChat Pay" });
  await tablet.statusIs("paid");
  await tablet.act("Payment arrived");
  await tablet.ship();
  await tablet.statusIs("shipped");
  await tablet.page.getByText("SF1234567890123").first().waitFor();
  await tablet.act("Mark delivered");
  await tablet.statusIs("delivered");
  await tablet.act("Complete");
  await tablet.statusIs("completed");
  await tablet.page.reload();
  await tablet.statusIs("completed");
  await tablet.balanceIs(0);
});

test("what was called saved is there after the browser was killed, twenty times", async (t) => {
  const { tablet } = await aloneWithShop(t);
  const taken = [];
  for (let round = 1; round <= 20; round += 1) {
    taken.unshift(await tablet.takeOrder({ items: [{ item: `Item ${round}`, quantity: "1", price: String(round) }] }));
    await tablet.kill();
    await tablet.open("/orders");
    assert.deepEqual(await tablet.numbers(round), taken, `after ${round} kills`);
  }
});

for (const size of [LANDSCAPE, PORTRAIT]) {
  test(`in a hurry, ${size.width} wide: pages are left before they have come, while another tab sells; none breaks`, async (t) => {
    const { tablet } = await aloneWithShop(t, { size });
    const { page } = tablet;
    await tablet.takeOrder();
    const other = await tablet.newTab("/orders");
    let selling = true;
    const sold = (async () => {
      for (let nth = 1; nth <= 5; nth += 1) {
        await other.takeOrder({ items: [{ item: `Item ${nth}`, quantity: "1", price: "8" }] });
        await other.act("Record payment");
        await other.button("Close").click();
        await other.pay({ method: "Cash" });
        await other.statusIs("paid");
        await other.act("Copy order");
        await other.button("Preview order").click();
        await other.button("Confirm order").click();
        await other.statusIs("awaiting_payment");
      }
      selling = false;
    })();
    const way = (name) => page.getByRole("navigation", { name: "Main" }).getByRole("link", { name, exact: true }).click();
    const row = () => page.getByTestId("order-row").first().click();
    while (selling) {
      await way("Orders");
      await row();
      await way("New order");
      await page.goBack();
      await way("Settings");
      await page.goBack();
      await page.goForward();
    }
    await sold;
    assert.equal((await tablet.numbers(11)).length, 11);
  });
}
