// The storage's stories, told on IndexedDB in a real browser: the same ones that storage in memory passes natively.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Server, Tablet } from "./stall.mjs";

test("IndexedDB keeps the storage's contract", async (t) => {
  const server = await Server.start({ app: process.env.STALLBOOK_BENCH_APP });
  t.after(() => server.remove());
  const tablet = await Tablet.switchOn(server.address);
  t.after(() => tablet.scrap());
  await tablet.page.waitForFunction(() => window.bench);
  const outcomes = await tablet.page.evaluate(() => window.bench.conformance());
  assert.ok(outcomes.length >= 12, `only ${outcomes.length} stories`);
  for (const { story, problem } of outcomes) {
    await t.test(story.replaceAll("_", " "), () => assert.equal(problem, null));
  }
});
