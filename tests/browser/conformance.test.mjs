// The storage's stories, told on IndexedDB in real browsers of every engine: the same ones that storage in memory passes
// natively.
import assert from "node:assert/strict";
import { test } from "node:test";
import { faults } from "./axe.mjs";
import { ENGINES, openServer, picture, switchOn } from "./stall.mjs";

for (const engine of ENGINES) {
  test(`IndexedDB keeps the storage's contract in ${engine}`, async (t) => {
    const server = await openServer(t, { app: process.env.STALLBOOK_BENCH_APP });
    const tablet = await switchOn(t, server, { engine });
    await tablet.page.waitForFunction(() => window.bench);
    const outcomes = await tablet.page.evaluate(() => window.bench.conformance());
    assert.ok(outcomes.length >= 18, `only ${outcomes.length} stories`);
    for (const { story, problem } of outcomes) {
      await t.test(story.replaceAll("_", " "), () => assert.equal(problem, null));
    }
  });

  test(`a database of the first version is brought to this one and keeps everything in ${engine}`, async (t) => {
    const server = await openServer(t, { app: process.env.STALLBOOK_BENCH_APP });
    const tablet = await switchOn(t, server, { engine });
    await tablet.page.waitForFunction(() => window.bench);
    const problem = await tablet.page.evaluate(async () => {
      const name = "stallbook-of-version-1";
      const database = await new Promise((resolve, reject) => {
        const opening = indexedDB.open(name, 1);
        opening.onupgradeneeded = () => {
          const stores = ["journal", "checkpoint", "device"].map((store) => opening.result.createObjectStore(store));
          for (const no of [1, 2, 3]) stores[0].add(new Uint8Array([no, no]), no);
          stores[2].add(new Uint8Array([9]), 0);
        };
        opening.onsuccess = () => resolve(opening.result);
        opening.onerror = () => reject(opening.error);
      });
      // An older tab that is still open makes way.
      database.onversionchange = () => database.close();
      return (await window.bench.upgraded(name)) ?? null;
    });
    assert.equal(problem, null);
  });

  test(`a picture is scaled down on the device and fits in ${engine}`, async (t) => {
    const server = await openServer(t, { app: process.env.STALLBOOK_BENCH_APP });
    const tablet = await switchOn(t, server, { engine });
    await tablet.page.waitForFunction(() => window.bench);
    const seen = await tablet.page.evaluate(async () => {
      const file = async (width, height, paint, type = "image/png") => {
        const canvas = Object.assign(document.createElement("canvas"), { width, height });
        paint(canvas.getContext("2d"), width, height);
        return new File([await new Promise((done) => canvas.toBlob(done, type))], "picture");
      };
      const noise = (context, width, height) => {
        const image = context.createImageData(width, height);
        for (let at = 0; at < image.data.length; at += 65_536) crypto.getRandomValues(image.data.subarray(at, at + 65_536));
        for (let at = 3; at < image.data.length; at += 4) image.data[at] = 255;
        context.putImageData(image, 0, 0);
      };
      const plain = (context, width, height) => {
        context.fillStyle = "#c00";
        context.fillRect(0, 0, width / 2, height);
      };
      const look = async (chosen, longest) => {
        const bytes = await window.bench.scaled(chosen, longest);
        const shown = await createImageBitmap(new Blob([bytes]));
        const context = Object.assign(document.createElement("canvas"), { width: shown.width, height: shown.height }).getContext("2d");
        context.drawImage(shown, 0, 0);
        const pixel = (x, y) => [...context.getImageData(x, y, 1, 1).data];
        return { bytes: bytes.length, width: shown.width, height: shown.height, first: pixel(2, 2), last: pixel(shown.width - 3, 2), mark: String.fromCharCode(...bytes.slice(8, 12)) };
      };
      const refused = await window.bench.scaled(new File(["<html>no picture"], "x.png"), 800).then(() => "taken", (fault) => fault.message);
      return { wide: await look(await file(3000, 1500, plain), 800), small: await look(await file(40, 90, plain), 800), noise: await look(await file(1200, 1200, noise, "image/jpeg"), 1200), refused };
    });
    assert.deepEqual([seen.wide.width, seen.wide.height], [800, 400]);
    assert.match(seen.wide.mark, engine === "webkit" ? /^IF\0\x01$/ : /^WEBP$/, "WebP, or JPEG where the browser can't write that");
    assert.ok(seen.wide.bytes < 20_000, `${seen.wide.bytes} bytes`);
    assert.ok(seen.wide.first[0] > 180 && seen.wide.first[1] < 40, `red stays red: ${seen.wide.first}`);
    assert.ok(seen.wide.last.every((channel) => channel > 245), `what is see-through is white: ${seen.wide.last}`);
    assert.deepEqual([seen.small.width, seen.small.height], [40, 90], "never made larger");
    assert.ok(seen.noise.bytes <= 400_000 && seen.noise.width >= 160, `${seen.noise.bytes} bytes, ${seen.noise.width} px`);
    assert.match(seen.refused, /not a picture/);
  });
}

// WebKitGTK gives as much room as the disk has.
for (const engine of ["chromium", "firefox"]) {
  test(`what there is no room for is refused as a whole in ${engine}`, async (t) => {
    const server = await openServer(t, { app: process.env.STALLBOOK_BENCH_APP });
    const tablet = await switchOn(t, server, { engine, prefs: { "dom.quotaManager.temporaryStorage.fixedLimit": 40_000 } });
    await tablet.page.waitForFunction(() => window.bench);
    if (engine === "chromium") {
      const devtools = await tablet.context.newCDPSession(tablet.page);
      await devtools.send("Storage.overrideQuotaForOrigin", { origin: server.address, quotaSize: 8_000_000 });
    }
    assert.equal((await tablet.page.evaluate(() => window.bench.filled("stallbook-filled"))) ?? null, null);
  });
}

test("a picture is chosen, kept, shown again without a network, and taken away", async (t) => {
  const server = await openServer(t, { app: process.env.STALLBOOK_BENCH_APP });
  const tablet = await switchOn(t, server);
  const { page } = tablet;
  const show = async (id) => {
    await page.waitForFunction(() => window.bench);
    await page.evaluate((id) => window.bench.pictureField(id), id);
    // A page of the app has a heading; this one has only the field.
    await page.evaluate(() => document.querySelector("main").prepend(Object.assign(document.createElement("h1"), { textContent: "Tea" })));
  };
  const shown = () => page.waitForFunction(() => document.querySelector(".picture-frame img")?.naturalWidth);
  await show();
  assert.deepEqual(await faults(tablet, "no picture"), []);
  const field = page.locator(".picture-keys label:visible input");
  assert.equal(await field.count(), 1, "a camera's key only where fingers are");
  await field.setInputFiles({ name: "x.png", mimeType: "image/png", buffer: Buffer.from("no picture") });
  await page.locator(".fault").waitFor();
  assert.deepEqual(await faults(tablet, "not a picture"), []);
  await field.setInputFiles(await picture(tablet, 1200, 900));
  assert.equal(await (await shown()).jsonValue(), 600, "scaled down");
  assert.equal(await page.locator(".fault").count(), 0);
  assert.deepEqual(await faults(tablet, "a picture"), []);
  const id = await page.getByTestId("id").textContent();
  assert.match(id, /^[0-9a-f]{64}$/);

  await page.reload();
  await page.waitForFunction(() => window.bench);
  await server.down();
  await show(id);
  await shown();
  await page.locator(".picture-keys button").click();
  await page.locator(".picture-frame img").waitFor({ state: "detached" });
});
