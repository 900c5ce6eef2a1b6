// The app on the device: it starts without a server at any address, a new version comes when the person says so, and
// a network that answers in the server's place changes nothing.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { openServer, switchOn } from "./stall.mjs";

const APP = process.env.STALLBOOK_APP;

/** A later build of the app: its page says so, and one of its hashed files has another name. */
async function laterBuild(t) {
  const folder = await mkdtemp(path.join(tmpdir(), "stallbook-build-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await cp(APP, folder, { recursive: true });
  const file = (name) => path.join(folder, name);
  const page = (await readFile(file("index.html"), "utf8")).replace("<head>", '<head><meta name="build" content="later">');
  const [style, stem] = /\/(pages-)[0-9a-f]+\.css/.exec(page);
  const renamed = `/${stem}0123456789abcdef.css`;
  await cp(file(style), file(renamed));
  await writeFile(file("index.html"), page.replaceAll(style, renamed));
  const worker = await readFile(file("sw.js"), "utf8");
  const build = JSON.parse(/const BUILD = (\{.*?\n\});/s.exec(worker)[1]);
  build.version = "later";
  for (const entry of build.files) {
    if (entry.path === style) entry.path = renamed;
    if (entry.path !== "/") continue;
    const bytes = await readFile(file("index.html"));
    entry.integrity = `sha256-${createHash("sha256").update(bytes).digest("base64")}`;
  }
  await writeFile(file("sw.js"), worker.replace(/const BUILD = \{.*?\n\};/s, `const BUILD = ${JSON.stringify(build, null, 2)};`));
  for (const gone of ["index.html", "sw.js", style]) {
    for (const packed of [".br", ".gz"]) await rm(file(gone + packed), { force: true });
  }
  await rm(file(style));
  return folder;
}

/** Whether the page on the tablet is the later build. */
const isLater = (tablet) => tablet.page.evaluate(() => document.querySelector('meta[name="build"]') !== null);

/** Waits until a new version stands by on the device, behind the one in charge. */
const standsBy = (tablet) =>
  tablet.page.waitForFunction(async () => (await navigator.serviceWorker.getRegistration())?.waiting?.state === "installed");

/** Every answer the device keeps of the app, in one text. */
const keptTexts = (tablet) =>
  tablet.page.evaluate(async () => {
    const texts = [];
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) texts.push(await (await cache.match(request)).text());
    }
    return texts.join("\n");
  });

test("with no server, every address opens: typed in, reloaded, and after the browser was closed", async (t) => {
  const server = await openServer(t);
  const tablet = await switchOn(t, server);
  await tablet.startShop();
  await tablet.install();
  const number = await tablet.takeOrder();
  const order = new URL(tablet.page.url()).pathname;
  await server.down();
  const heading = (name) => tablet.page.getByRole("heading", { level: 1, name }).waitFor();
  const pages = [["/", "Counter"], ["/orders", "Orders"], ["/orders/new", "New order"], ["/settings", "Settings"], ["/conflicts", "Conflicts"]];
  for (const [where, name] of pages) {
    await tablet.go(where);
    await heading(name);
    await tablet.page.reload();
    await heading(name);
  }
  await tablet.go(order);
  assert.equal(await tablet.number(), number);
  await tablet.close();
  await tablet.open(order);
  assert.equal(await tablet.number(), number);
  await tablet.page.reload();
  assert.equal(await tablet.number(), number);
  await tablet.go("/no/such/page");
  await tablet.page.getByRole("link", { name: "Back to orders", exact: true }).waitFor();
});

test("a new version waits until the person says so, in every window; nothing typed is lost", async (t) => {
  const server = await openServer(t);
  const tablet = await switchOn(t, server);
  await tablet.startShop();
  await tablet.install();
  await server.down();
  server.app = await laterBuild(t);
  await server.up();

  await tablet.go("/orders/new");
  await tablet.box("Buyer name").fill("王小明 🍵");
  await tablet.box("Item").fill("Longjing");
  const update = tablet.page.getByRole("status").getByRole("button", { name: "Update now" });
  await update.waitFor();
  await standsBy(tablet);
  assert.equal(await isLater(tablet), false, "the page is not changed under the person's hands");
  await tablet.page.getByRole("status").getByRole("button", { name: "Later" }).click();
  await update.waitFor({ state: "detached" });
  await tablet.page.reload();
  await update.waitFor();
  assert.equal(await isLater(tablet), false, "a reload is no consent");
  assert.equal(await tablet.box("Buyer name").inputValue(), "王小明 🍵");

  const other = await tablet.newTab("/orders/new");
  await other.box("Phone").fill("13800138000");
  const load = tablet.page.waitForEvent("load");
  await update.click();
  await load;
  assert.equal(await isLater(tablet), true, "the person said so");
  assert.equal(await tablet.box("Buyer name").inputValue(), "王小明 🍵");
  assert.equal(await tablet.box("Item").inputValue(), "Longjing");
  assert.equal(await isLater(other), false, "nobody said so in the other window");
  assert.equal(await other.box("Phone").inputValue(), "13800138000");
  assert.equal((await tablet.page.evaluate(() => caches.keys())).length, 1, "the old version is put away");
  await other.go("/settings");
  assert.equal(await isLater(other), true);

  await server.down();
  await tablet.page.reload();
  assert.equal(await isLater(tablet), true);
  assert.equal(await tablet.box("Item").inputValue(), "Longjing");
});

/** A network that wants its sign-in page seen first answers in the place of the server. */
async function portal(t, server, answer) {
  const http = createServer(answer);
  http.on("upgrade", (request, socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n" + SIGN_IN));
  await new Promise((ready) => http.listen(server.port, "127.0.0.1", ready));
  const end = () => new Promise((done) => {
    http.close(done);
    http.closeAllConnections();
  });
  t.after(end);
  return { end };
}
const SIGN_IN = "<!doctype html><title>Sign in to the market's Wi-Fi</title><h1>Sign in to the market's Wi-Fi</h1>";
const WORD = /market's Wi-Fi/;
const page = (request, response) => response.writeHead(200, { "content-type": "text/html" }).end(SIGN_IN);
const redirect = (request, response) =>
  request.url === "/sign-in" ? page(request, response) : response.writeHead(302, { location: "/sign-in" }).end();
// A browser says so when it asked for the worker and got a page.
const NO_WORKER = /ServiceWorker|script resource is behind a redirect|unsupported MIME type/i;

for (const [how, answer] of [["a page", page], ["a redirection", redirect]]) {
  test(`a sign-in network that answers everything with ${how} poisons neither the app nor the orders`, async (t) => {
    const server = await openServer(t);
    const tablet = await switchOn(t, server);
    tablet.forgiven.push(NO_WORKER);
    await tablet.startShop();
    await tablet.connect(server);
    await tablet.install();
    const before = await tablet.takeOrder();
    await tablet.synced();
    await server.down();
    const between = await portal(t, server, answer);

    await tablet.page.reload();
    assert.equal(await tablet.number(), before);
    const number = await tablet.takeOrder({ name: "李雷" });
    const light = tablet.page.getByTestId("sync-state");
    await tablet.page.locator('[data-testid="sync-state"][data-state="offline"]').waitFor();
    assert.ok(Number(await light.getAttribute("data-pending")) > 0, "it waits");
    const outcome = await tablet.page.evaluate(() =>
      navigator.serviceWorker.getRegistration().then((it) => it.update()).then(() => "updated", () => "refused"));
    assert.equal(outcome, "refused");
    assert.doesNotMatch(await keptTexts(tablet), WORD);
    await tablet.page.reload();
    assert.equal(await tablet.number(), number);

    await between.end();
    await server.up();
    await tablet.synced();
    const second = await switchOn(t, server);
    await second.join(await tablet.pairingCode());
    assert.deepEqual(await second.numbers(2), [number, before]);
  });
}

test("a new version that comes only in part is not taken", async (t) => {
  const server = await openServer(t);
  const tablet = await switchOn(t, server);
  tablet.forgiven.push(/Failed to find a valid digest in the 'integrity'/);
  await tablet.startShop();
  await tablet.install();
  const number = await tablet.takeOrder();
  await server.down();
  server.app = await laterBuild(t);
  const worker = await readFile(path.join(server.app, "sw.js"));
  const between = await portal(t, server, (request, response) => {
    if (request.url !== "/sw.js") return page(request, response);
    response.writeHead(200, { "content-type": "text/javascript" }).end(worker);
  });
  const end = await tablet.page.evaluate(async () => {
    const registration = await (await navigator.serviceWorker.getRegistration()).update();
    const coming = registration.installing;
    while (coming && !["redundant", "installed"].includes(coming.state)) {
      await new Promise((changed) => coming.addEventListener("statechange", changed, { once: true }));
    }
    return coming?.state;
  });
  assert.equal(end, "redundant");
  assert.doesNotMatch(await keptTexts(tablet), WORD);
  await tablet.page.reload();
  assert.equal(await tablet.number(), number);
  assert.equal(await isLater(tablet), false);

  await between.end();
  await server.up();
  await tablet.page.reload();
  await tablet.page.getByRole("status").getByRole("button", { name: "Update now" }).click();
  await tablet.page.locator('meta[name="build"]').waitFor({ state: "attached" });
  assert.equal(await tablet.number(), number);
});
