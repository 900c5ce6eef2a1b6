// Two tablets of one shop, apart and together again.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openServer, switchOn, twoTablets } from "./stall.mjs";

test("a shop that began alone connects; a second tablet joins and shows its orders; apart, both go on; together, both are equal", async (t) => {
  const server = await openServer(t);
  const first = await switchOn(t, server);
  await first.startShop();
  const number = await first.takeOrder();
  await first.connect(server);
  const second = await switchOn(t, server);
  await second.join(await first.pairingCode());
  assert.deepEqual(await second.numbers(), [number]);

  await first.install();
  await second.install();
  await server.down();
  await first.openOrder(number);
  await first.pay({ method: "WeChat Pay" });
  await first.act("Payment arrived");
  await first.ship();
  await first.act("Mark delivered");
  await first.act("Complete");
  await first.statusIs("completed");
  const other = await second.takeOrder({ delivery: "Hand over now", method: "Cash" });
  await second.page.reload();
  assert.equal(await second.number(), other);

  await server.up();
  await Promise.all([first.synced(), second.synced()]);
  await second.openOrder(number);
  await second.statusIs("completed");
  await second.page.getByText("SF1234567890123").first().waitFor();
  assert.deepEqual((await first.numbers(2)).sort(), [number, other].sort());
  assert.deepEqual((await second.numbers(2)).sort(), [number, other].sort());
});

test("payment against cancelling: paid on both, the cancelling is voided and explained", async (t) => {
  const { server, first, second } = await twoTablets(t);
  const number = await first.takeOrder();
  await first.synced();
  await second.openOrder(number);
  await first.openOrder(number);
  await server.down();
  await first.pay();
  await second.cancel();
  await second.statusIs("cancelled");
  await server.up();
  for (const tablet of [first, second]) {
    await tablet.synced();
    await tablet.openOrder(number);
    await tablet.statusIs("paid");
    await tablet.page.locator('[data-testid="timeline"] [data-void]').filter({ hasText: /cancel/i }).waitFor();
  }
});

test("shipped against cancelled: one conflict in both inboxes; settled on one, gone on both", async (t) => {
  const { server, first, second } = await twoTablets(t);
  const number = await first.takeOrder();
  await first.pay();
  await first.statusIs("paid");
  await first.synced();
  await second.openOrder(number);
  await second.statusIs("paid");
  await server.down();
  await first.ship();
  await second.cancel();
  await server.up();
  for (const tablet of [first, second]) {
    await tablet.synced();
    await tablet.openOrder(number);
    await tablet.statusIs("shipped");
    await tablet.go("/conflicts");
    const conflict = tablet.page.locator('[data-testid="conflict"][data-kind="shipped_cancelled"]');
    await conflict.waitFor();
    assert.equal(await tablet.page.getByTestId("conflict").count(), 1);
  }
  await second.button("Keep it shipped").click();
  for (const tablet of [first, second]) await tablet.page.getByTestId("conflict").waitFor({ state: "detached" });
});

test("the answer to a push is lost after the server committed, and two tabs send: nothing doubles", async (t) => {
  const { server, first, second } = await twoTablets(t);
  let lost = 0;
  await first.context.route("**/push", async (route) => {
    if (lost < 2) {
      lost += 1;
      await route.fetch().catch(() => {});
      await route.abort();
    } else await route.continue();
  });
  const tab = await first.context.newPage();
  await tab.goto(`${server.address}/orders?lang=en`);
  const number = await first.takeOrder();
  await tab.locator(`[data-testid="order-row"][data-order-number="${number}"]`).waitFor();
  await first.synced();
  assert.ok(lost >= 1, "an answer was lost");
  await second.go("/orders");
  await second.page.locator(`[data-testid="order-row"][data-order-number="${number}"]`).waitFor();
  assert.deepEqual(await second.numbers(1), [number]);
});
