// The storage's stories, told on IndexedDB in a real browser: the same ones that storage in memory passes natively.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openServer, switchOn } from "./stall.mjs";

test("IndexedDB keeps the storage's contract", async (t) => {
  const server = await openServer(t, { app: process.env.STALLBOOK_BENCH_APP });
  const tablet = await switchOn(t, server);
  await tablet.page.waitForFunction(() => window.bench);
  const outcomes = await tablet.page.evaluate(() => window.bench.conformance());
  assert.ok(outcomes.length >= 12, `only ${outcomes.length} stories`);
  for (const { story, problem } of outcomes) {
    await t.test(story.replaceAll("_", " "), () => assert.equal(problem, null));
  }
});
