// A tablet whose clock is wrong, or is set while it sells.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openServer, switchOn } from "./stall.mjs";

const DAY = 86_400_000;

/** The page's clock can be set by `clockIsOff`, from the next load on. */
async function canBeOff(tablet) {
  await tablet.page.context().addInitScript(() => {
    const Real = Date;
    const off = () => Number(localStorage.getItem("test.clock") ?? 0);
    globalThis.Date = class extends Real {
      constructor(...given) {
        super(...(given.length === 0 ? [Real.now() + off()] : given));
      }
      static now() {
        return Real.now() + off();
      }
    };
  });
}

/** The page believes that it is so many milliseconds later than it is, from now on and after a reload. */
async function clockIsOff(tablet, ms) {
  await tablet.page.evaluate((ms) => localStorage.setItem("test.clock", String(ms)), ms);
}

/** Days as the number of an order says them, around now: the shop's zone may be a day on or behind. */
const days = () => [-DAY, 0, DAY].map((off) => new Date(Date.now() + off).toISOString().slice(2, 10).replaceAll("-", ""));

test("T8: a clock 400 days ahead is said and corrected by the server; set back while selling, no number comes twice", async (t) => {
  const server = await openServer(t);
  const tablet = await switchOn(t, server);
  await canBeOff(tablet);
  await clockIsOff(tablet, 400 * DAY);
  await tablet.page.reload();
  await tablet.startShop();
  await tablet.connect(server);
  await tablet.synced();
  const note = tablet.page.getByTestId("clock-wrong");
  await note.filter({ hasText: "400 days fast" }).waitFor();
  const first = await tablet.takeOrder();
  assert.ok(days().includes(first.slice(0, 6)), `${first} is numbered by the server's day`);
  await tablet.install();
  await note.waitFor();

  await server.down();
  await clockIsOff(tablet, -3 * DAY);
  const second = await tablet.takeOrder();
  assert.equal(second.slice(0, 6), first.slice(0, 6), "the day goes on");
  assert.equal(Number(second.slice(-4)), Number(first.slice(-4)) + 1, "and so does the count");
  await server.up();
  await note.filter({ hasText: "3 days slow" }).waitFor({ timeout: 70_000 });
  await note.getByRole("button", { name: "Later" }).click();
  await note.waitFor({ state: "detached" });
});

test("a pickup number that another order of the day before still waits under is called out with its day", async (t) => {
  const server = await openServer(t);
  const tablet = await switchOn(t, server);
  const { page } = tablet;
  await canBeOff(tablet);
  // Ten minutes to midnight in Shanghai.
  const sinceMidnight = (Date.now() + 8 * 3_600_000) % DAY;
  const late = DAY - 600_000 - sinceMidnight;
  await page.reload();
  await clockIsOff(tablet, late);
  await tablet.startShop();
  const sold = async () => {
    await tablet.go("/counter");
    await tablet.button("Free item").first().click();
    await tablet.dialog().getByRole("textbox", { name: "Unit price" }).fill("5");
    await tablet.dialog().getByRole("button", { name: "Add", exact: true }).click();
    await tablet.button("Discount, note, delivery").click();
    await tablet.choose("Pick up later");
    await tablet.dialog().getByRole("button", { name: "Done", exact: true }).click();
    await tablet.button("Charge").click();
    await tablet.button("Save payment").click();
    const number = await page.getByTestId("sale-done").getAttribute("data-order-number");
    return { number, called: await page.locator(".pickup").innerText() };
  };
  const before = await sold();
  await clockIsOff(tablet, late + 1_200_000);
  await page.reload();
  const after = await sold();
  const short = `${before.number.slice(7, 9)}-1`;
  assert.notEqual(before.number.slice(0, 6), after.number.slice(0, 6), "another day");
  assert.equal(before.number.slice(6), after.number.slice(6), "the count begins anew");
  assert.deepEqual([before.called, after.called], [short, `${after.number.slice(4, 6)}-${short}`]);
  // Both are found by what the buyer says.
  for (const [said, found] of [[short, 2], [after.called.toLowerCase(), 1]]) {
    await tablet.go(`/orders?q=${said}`);
    await page.waitForFunction((found) => document.querySelectorAll('[data-testid="order-row"]').length === found, found);
  }
});
