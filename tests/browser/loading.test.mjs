// The program comes in several files; the later ones may be missing when something of them is asked for.
import assert from "node:assert/strict";
import { cp, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { faults } from "./axe.mjs";
import { openServer, switchOn } from "./stall.mjs";

test("where the later files can't be had, a shop and their pages wait for them, and say so", async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), "stallbook-app-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const app = path.join(folder, "app");
  await cp(process.env.STALLBOOK_APP, app, { recursive: true });
  // No service worker, which would keep the files.
  await rm(path.join(app, "sw.js"));
  const later = (await readdir(app)).filter((name) => /^(split|chunk)_/.test(name));
  assert.ok(later.some((name) => name.startsWith("split_pages")), "the program is in one piece");
  const away = () => Promise.all(later.map((name) => rename(path.join(app, name), path.join(folder, name))));
  const back = () => Promise.all(later.map((name) => rename(path.join(folder, name), path.join(app, name))));
  await away();

  const server = await openServer(t, { app });
  const tablet = await switchOn(t, server);
  // The browser and the loader note that a file is not there.
  tablet.forgiven.push(/the server responded with a status of 404/, /'WebAssembly': HTTP status code is not ok/, /bad HTTP response code \(404\)/);
  const { page } = tablet;
  const heading = (name) => page.getByRole("heading", { name, level: 1 }).waitFor();

  // A shop can't begin without them: it is said, and what was typed stays.
  await page.goto(`${server.address}/?lang=en`);
  await tablet.box("Shop name").fill("Stall");
  await tablet.button("Start on this device").click();
  await page.getByRole("alert").waitFor();
  await back();
  await tablet.button("Start on this device").click();
  await page.waitForURL(/\/counter/);

  await away();
  let answer;
  const held = new Promise((done) => (answer = done));
  await page.route(/\/(split|chunk)_[^/]*\.wasm$/, async (route) => {
    await held;
    await route.continue();
  });
  await tablet.go("/settings");
  await heading("One moment");
  const wrong = await faults(tablet, "while it comes");
  answer();
  await heading("This page isn't downloaded yet");
  wrong.push(...(await faults(tablet, "where it is missing")));
  assert.deepEqual(wrong, []);
  await back();
  await tablet.button("Try again").click();
  await heading("Settings");
});

test("where the storage is opened and nothing is heard of it, that is said", async (t) => {
  const tablet = await switchOn(t, await openServer(t));
  await tablet.context.addInitScript(() => {
    IDBFactory.prototype.open = () => Object.defineProperties(Object.create(IDBOpenDBRequest.prototype), Object.fromEntries([
      ...["onsuccess", "onerror", "onblocked", "onupgradeneeded"].map((name) => [name, { value: null, writable: true }]),
      ["readyState", { value: "pending" }],
    ]));
  });
  await tablet.go("/?lang=en");
  await tablet.page.getByText("This device's storage does not answer.").first().waitFor();
});
