// A tablet whose clock is wrong, or is set while it sells.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openServer, switchOn } from "./stall.mjs";

const DAY = 86_400_000;

/** The page believes that it is so many milliseconds later than it is, from now on and after a reload. */
async function clockIsOff(tablet, ms) {
  await tablet.page.evaluate((ms) => localStorage.setItem("test.clock", String(ms)), ms);
}

/** Days as the number of an order says them, around now: the shop's zone may be a day on or behind. */
const days = () => [-DAY, 0, DAY].map((off) => new Date(Date.now() + off).toISOString().slice(2, 10).replaceAll("-", ""));

test("T8: a clock 400 days ahead is said and corrected by the server; set back while selling, no number comes twice", async (t) => {
  const server = await openServer(t);
  const tablet = await switchOn(t, server);
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
  await clockIsOff(tablet, 400 * DAY);
  await tablet.page.reload();
  await tablet.startShop();
  await tablet.connect(server);
  await tablet.synced();
  const note = tablet.page.getByTestId("clock-wrong");
  await note.filter({ hasText: "400 days fast" }).waitFor();
  const first = await tablet.takeOrder();
  assert.ok(days().includes(first.slice(0, 6)), `${first} is numbered by the server's day`);
  await tablet.page.reload();
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
