// Two tablets of one shop, apart and together again.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { openServer, switchOn, twoTablets, unseenTablet } from "./stall.mjs";

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

test("T6: the server lost everything: the tablets go on, are let in again, and bring everything back", async (t) => {
  const { server, first, second } = await twoTablets(t);
  const one = await first.takeOrder();
  await first.synced();
  await second.openOrder(one);
  await second.pay();
  await second.synced();
  for (const tablet of [first, second]) tablet.forgiven.push(/the server responded with a status of 401/);
  await server.loseEverything();

  const forgotten = (tablet) => tablet.page.locator('[data-testid="sync-state"][data-state="needs-auth"]').waitFor({ timeout: 70_000 });
  const again = async (tablet, code) => {
    await forgotten(tablet);
    await tablet.go("/settings");
    await tablet.button("Join again").click();
    await tablet.page.getByText("Enter the pairing or set-up code.").waitFor();
    await tablet.box("Pairing or set-up code").fill(code);
    await tablet.button("Join again").click();
    await tablet.synced();
  };
  await forgotten(first);
  const two = await first.takeOrder();
  await again(first, server.setupCode);
  await again(second, await first.pairingCode());
  await first.synced();
  for (const tablet of [first, second]) {
    assert.deepEqual((await tablet.numbers(2)).sort(), [one, two].sort());
    await tablet.openOrder(one);
    await tablet.statusIs("paid");
  }
});

test("a lost device is named, revoked and let in again; what the server put aside is shown", async (t) => {
  const { server, first, second } = await twoTablets(t);
  const waiting = await second.takeOrder();
  await Promise.all([first.synced(), second.synced()]);
  await second.go("/settings");
  const code = (await second.page.locator(".tablet-code").innerText()).trim();
  second.forgiven.push(/the server responded with a status of 401/);

  await first.go("/settings");
  await first.page.getByRole("link", { name: "Manage devices" }).click();
  const row = first.page.getByTestId("device-row").filter({ hasText: code });
  await row.getByText("Last heard").waitFor();
  assert.equal(await first.page.getByTestId("device-row").filter({ hasText: "this one" }).getByRole("button", { name: "Revoke" }).count(), 0);
  await row.getByRole("button", { name: "Rename" }).click();
  await first.box("Device name").fill("Van");
  await first.dialog().getByRole("button", { name: "Save" }).click();
  await first.dialog().waitFor({ state: "hidden" });
  await second.go("/settings");
  await second.page.locator(".setting", { hasText: `Van ${code}` }).waitFor();

  await row.getByRole("button", { name: "Revoke" }).click();
  await first.dialog().getByText(/had sent everything|not known whether/).waitFor();
  await first.dialog().getByRole("button", { name: "Revoke" }).click();
  await first.page.getByText("Van is revoked").waitFor();
  await first.page.locator('[data-testid="device-row"][data-revoked="true"]').waitFor();
  // The key that was pressed is gone; who goes by keys goes on in its row.
  await first.page.waitForFunction(() => document.activeElement.closest('[data-revoked="true"]'));
  await second.page.locator('[data-testid="sync-state"][data-state="needs-auth"]').waitFor({ timeout: 70_000 });
  const unsent = await second.takeOrder();

  await row.getByRole("button", { name: "Let in again" }).click();
  const drawn = first.page.getByTestId("pairing-code");
  await drawn.filter({ hasText: /\d{4}/ }).waitFor();
  const pairing = (await drawn.innerText()).trim();
  await assert.rejects(unseenTablet(server, pairing), /403/, "for that device alone");
  await second.go("/settings");
  const rescue = second.page.waitForEvent("download");
  await second.button("Save as a file").click();
  const { events } = JSON.parse(readFileSync(await (await rescue).path(), "utf8"));
  assert.ok(events.some((event) => event.type === "order.confirmed" && JSON.stringify(event.body).includes(unsent)), "what is not sent");
  await second.box("Pairing or set-up code").fill(pairing.slice(1));
  await second.button("Join again").click();
  await second.page.getByText("A pairing code has 8 digits").waitFor();
  await second.box("Pairing or set-up code").fill(pairing);
  await second.button("Join again").click();
  await second.synced();
  await first.page.keyboard.press("Escape");
  await first.page.locator('[data-testid="device-row"][data-revoked="true"]').waitFor({ state: "detached" });
  await first.synced();
  assert.deepEqual((await first.numbers(2)).sort(), [waiting, unsent].sort());

  await first.page.route("**/api/v1/**", (route) => route.abort());
  await first.go("/settings/aside");
  await first.page.getByText("only those made on this device").waitFor();
  assert.equal(await first.page.getByText("Nothing was put aside").count(), 0, "nobody knows while the server is silent");
  await first.page.unroute("**/api/v1/**");
  await first.go("/settings/aside");
  await first.page.getByText("Nothing was put aside").waitFor();
  const stranger = await unseenTablet(server, await first.pairingCode());
  await fetch(`${server.address}/api/v1/shops/${stranger.shop}/push`, {
    method: "POST",
    headers: { authorization: `Bearer ${stranger.credential}` },
    body: JSON.stringify({ device: stranger.device, events: [{ v: 1, stream: ["order", stranger.shop], nonsense: true }] }),
  });
  await first.go("/settings/aside");
  await first.page.getByTestId("put-aside").getByText("It can't be read as a record").waitFor();
  assert.match(await first.page.getByTestId("put-aside").locator(".muted").innerText(), /^\w/, "of a device that has said no name");
  const file = first.page.waitForEvent("download");
  await first.button("Save as a file").click();
  assert.match(readFileSync(await (await file).path(), "utf8"), /nonsense/);
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
  await Promise.all([first.synced(), second.synced()]);
  for (const tablet of [first, second]) {
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
  await Promise.all([first.synced(), second.synced()]);
  for (const tablet of [first, second]) {
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

/** The ids of the events in a push. */
function pushed(request) {
  const body = request.postDataBuffer();
  const json = request.headers()["content-encoding"] === "gzip" ? gunzipSync(body) : body;
  return JSON.parse(json).events.map((event) => event.id);
}

test("the answers to pushes are lost after the server committed: nothing doubles, nothing is lost", async (t) => {
  const { first, second } = await twoTablets(t);
  let losing = true;
  let lost = 0;
  const stored = [];
  await first.context.route("**/push", async (route) => {
    const ids = pushed(route.request());
    const response = await route.fetch();
    const { results } = await response.json();
    stored.push(...ids.filter((_, at) => results[at].status === "stored"));
    if (!losing) return route.fulfill({ response });
    lost += 1;
    await route.abort("connectionreset");
  });
  const numbers = [];
  for (let nth = 1; nth <= 3; nth += 1) {
    numbers.unshift(await first.takeOrder());
    await first.pay({ method: "Cash", amount: "100" });
    await first.statusIs("part_paid");
  }
  losing = false;
  await first.synced();
  assert.ok(lost >= 2, `${lost} answers were lost`);
  assert.equal(new Set(stored).size, stored.length, "the server stored every event once");
  for (const tablet of [first, second]) {
    await tablet.numbers(3);
    await tablet.synced();
    assert.deepEqual(await tablet.numbers(3), numbers);
    for (const number of numbers) {
      await tablet.openOrder(number);
      await tablet.balanceIs(15600); // Paid once.
    }
  }
});

test("the same batch is sent by two tabs of one tablet at once: the server keeps it once", async (t) => {
  const { first, second } = await twoTablets(t);
  // As in a browser that has no locks: both tabs believe that it is theirs to sync.
  await first.context.addInitScript(() => {
    if (navigator.locks) navigator.locks.request = async (name, held) => held({ name });
  });
  await first.go("/orders");
  const other = await first.newTab("/orders");
  await Promise.all([first.synced(), other.synced()]);
  const pushes = [];
  let bothSent;
  const both = new Promise((done) => (bothSent = done));
  await first.context.route("**/push", async (route) => {
    const push = { from: route.request().frame().page(), ids: pushed(route.request()) };
    push.answered = new Promise((done) => (push.answer = done));
    pushes.push(push);
    if (new Set(pushes.map((one) => one.from)).size === 2) bothSent();
    await both;
    const response = await route.fetch();
    push.outcome = (await response.json()).results.map((result) => result.status);
    await route.fulfill({ response });
    push.answer();
  });
  const number = await first.takeOrder();
  await Promise.all([first.synced(), other.synced()]);
  const [one, same] = pushes;
  await Promise.all([one.answered, same.answered]);
  assert.notEqual(one.from, same.from, "each tab sent it");
  assert.deepEqual(one.ids, same.ids);
  assert.deepEqual([...new Set([...one.outcome, ...same.outcome])].sort(), ["duplicate", "stored"]);
  assert.deepEqual(await other.numbers(1), [number]);
  assert.deepEqual(await second.numbers(1), [number]);
});
