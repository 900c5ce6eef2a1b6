// The program comes in two files; the second may be missing when a page of it is asked for.
import assert from "node:assert/strict";
import { cp, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { faults } from "./axe.mjs";
import { openServer, switchOn } from "./stall.mjs";

test("where the second file can't be had, its pages say so, and open when it can", async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), "stallbook-app-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const app = path.join(folder, "app");
  await cp(process.env.STALLBOOK_APP, app, { recursive: true });
  const later = (await readdir(app)).filter((name) => name.startsWith("split_"));
  assert.ok(later.some((name) => name.endsWith(".wasm")), "the program is in one piece");
  for (const name of later) await rename(path.join(app, name), path.join(folder, name));

  const server = await openServer(t, { app });
  const tablet = await switchOn(t, server);
  // The browser and the loader note that a file is not there.
  tablet.forgiven.push(/the server responded with a status of 404/, /'WebAssembly': HTTP status code is not ok/);
  await tablet.startShop();
  const { page } = tablet;
  const heading = (name) => page.getByRole("heading", { name, level: 1 }).waitFor();
  let answer;
  const held = new Promise((done) => (answer = done));
  await page.route("**/split_*.wasm", async (route) => {
    await held;
    await route.continue();
  });
  await tablet.go("/settings");
  await heading("One moment");
  const wrong = await faults(tablet, "while it comes");
  answer();
  await heading("This page is not here yet");
  wrong.push(...(await faults(tablet, "where it is missing")));
  assert.deepEqual(wrong, []);
  for (const name of later) await rename(path.join(folder, name), path.join(app, name));
  await tablet.button("Try again").click();
  await heading("Settings");
});
