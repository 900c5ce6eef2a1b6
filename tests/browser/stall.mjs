// A stall for the browser tests: a real server on a real folder, and tablets in real browsers. What a person does
// reads like what a person does; nothing here sleeps, everything waits for the thing.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromium, firefox } from "playwright-core";
import { freePort, WebKit } from "./webkit.mjs";

const { STALLBOOK_SERVER, STALLBOOK_APP, CHROMIUM, FIREFOX } = process.env;
const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];
/** How a browser of each engine is opened on a profile. */
const LAUNCH = {
  chromium: (profile, flags, options) =>
    chromium.launchPersistentContext(profile, { ...options, executablePath: CHROMIUM, args: [...FLAGS, ...flags] }),
  // As Debian has it, through WebDriver BiDi.
  firefox: (profile, flags, options) =>
    firefox.launchPersistentContext(profile, { ...options, executablePath: FIREFOX, channel: "moz-firefox", args: flags }),
  webkit: (profile, flags, options) => WebKit.launch(options),
};
export const ENGINES = Object.keys(LAUNCH);
export const LANDSCAPE = { width: 1024, height: 768 };
export const PORTRAIT = { width: 768, height: 1024 };
export const PHONE = { width: 390, height: 844 };
export const SMALL_PHONE = { width: 360, height: 640 };
export const PHONE_ON_SIDE = { width: 844, height: 390 };
/** The same as a tablet whose page is read at 200 %. */
export const ZOOMED = { width: 512, height: 384 };

// What a browser says by itself where a network is missing, or a picture that its tablet has yet to send (decision 9: no
// event waits for one). Everything else on a console is a complaint.
const NO_NETWORK = /net::ERR_|^WebSocket connection to |status of 404 .*\/blobs\//;
// What Firefox says of a file that a page was still waiting for when it was left.
const LEFT = /A ServiceWorker intercepted the request|^Error \(.*\/snippets\/split-|^AbortError: The operation was aborted/;

/** The type of the event that sets a term of the shop. */
const SETTING = "shop.setting_changed";

/** How many events of this type the journal has, or whether it has so many; runs in the page. */
const journalHas = ([type, times]) => new Promise((done) => (indexedDB.open("stallbook").onsuccess = ({ target: { result: database } }) => {
  const rows = database.transaction("journal").objectStore("journal").getAll();
  rows.onsuccess = () => {
    database.close();
    const has = rows.result.reduce((sum, row) => sum + new TextDecoder("latin1").decode(row).split(`"${type}"`).length - 1, 0);
    done(times === undefined ? has : has >= times);
  };
}));

const used = new WeakMap();

/** What a test uses is put away after it, all of it, whatever failed; and no page may have complained. */
function putAwayAfter(t, thing) {
  const things = used.get(t) ?? [];
  if (things.length === 0) {
    used.set(t, things);
    t.after(async () => {
      for (const thing of things.toReversed()) await thing.remove();
      assert.deepEqual(things.flatMap((thing) => thing.complaints ?? []), [], "what the pages complained of");
    });
  }
  things.push(thing);
  return thing;
}

/** A server for one test. */
export async function openServer(t, options) {
  return putAwayAfter(t, await Server.start(options));
}

/** A tablet for one test. */
export async function switchOn(t, server, options) {
  return putAwayAfter(t, await Tablet.switchOn(server.address, options));
}

/** The sync server, with its own data folder; it can be stopped, killed and started again at the same address. */
export class Server {
  static async start({ app = STALLBOOK_APP } = {}) {
    const server = new Server();
    server.app = app;
    server.data = await mkdtemp(path.join(tmpdir(), "stallbook-"));
    server.port = await freePort();
    server.address = `http://127.0.0.1:${server.port}`;
    await server.up();
    return server;
  }
  async up() {
    const env = {
      ...process.env, STALLBOOK_ADDR: `127.0.0.1:${this.port}`, STALLBOOK_DATA: this.data, STALLBOOK_APP: this.app,
      STALLBOOK_LOG: "warn",
    };
    this.process = spawn(STALLBOOK_SERVER, { env, stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    await new Promise((ready, failed) => {
      this.process.once("exit", (code) => failed(new Error(`the server ended with ${code}: ${said}`)));
      this.process.stdout.on("data", (bytes) => {
        said += bytes;
        const code = /set-up code (\S.*)/.exec(said);
        if (code) this.setupCode = code[1].trim();
        if (/listening on/.test(said)) ready();
      });
    });
    this.process.removeAllListeners("exit");
  }
  /** Its disk breaks: whatever it knew is gone, and it starts anew at the same address. */
  async loseEverything() {
    await this.down("SIGKILL");
    await rm(this.data, { recursive: true, force: true });
    this.setupCode = undefined;
    await this.up();
  }
  async down(signal = "SIGTERM") {
    if (!this.process || this.process.exitCode !== null) return;
    const ended = new Promise((done) => this.process.once("exit", done));
    this.process.kill(signal);
    await ended;
  }
  async remove() {
    await this.down("SIGKILL");
    await rm(this.data, { recursive: true, force: true });
  }
}

/**
 * The app hears no press on a key that moved or was changed under the finger (`ui/press.rs`). A driver looks at a key and
 * presses it some milliseconds later, blind to what came in between; a person sees that nothing happened, and presses
 * again. So does every `click` here. What such a press must not do is tested by hands of their own (taps, monkey).
 */
function pressAsPeopleDo(page) {
  const locator = Object.getPrototypeOf(page.locator("html"));
  if (locator.clickOnce) return;
  locator.clickOnce = locator.click;
  locator.click = async function (options) {
    if (options) return this.clickOnce(options);
    for (let again = 0; ; again += 1) {
      // Behind the guard, which hears a window's clicks.
      await this.page().evaluate(() => {
        window.heard = false;
        document.addEventListener("click", () => (window.heard = true), { once: true, capture: true });
      });
      await this.clickOnce();
      // Of a page that is another by now nobody asks.
      const heard = await this.page().evaluate(() => window.heard ?? true).catch(() => true);
      if (heard || again === 2) return;
    }
  };
}

/** A tablet: a browser with its own profile on the disk, which survives closing and killing it. */
export class Tablet {
  static async switchOn(address, { engine = "chromium", lang = "en", locale = lang === "zh" ? "zh-CN" : "en-GB", zone = "Asia/Shanghai", size = LANDSCAPE, theme = "light", touch = false, flags = [], prefs = {} } = {}) {
    const tablet = new Tablet();
    Object.assign(tablet, { address, engine, lang, locale, zone, size, theme, touch, flags, prefs, complaints: [], forgiven: engine === "firefox" ? [NO_NETWORK, LEFT] : [NO_NETWORK] });
    tablet.profile = await mkdtemp(path.join(tmpdir(), "stallbook-tablet-"));
    await tablet.open();
    return tablet;
  }
  async open(where = "/") {
    this.context = await LAUNCH[this.engine](this.profile, this.flags, {
      firefoxUserPrefs: this.prefs, viewport: this.size, hasTouch: this.touch, timezoneId: this.zone, locale: this.locale,
    });
    this.context.setDefaultTimeout(20_000);
    // Of every tab, whether a test looks at it or not.
    this.context.on("weberror", (error) => this.complain(error.error().stack ?? String(error.error())));
    this.context.on("console", (message) => {
      if (message.type() === "error") this.complain(`${message.text()} (${message.location().url})`);
    });
    this.page = this.context.pages()[0] ?? (await this.context.newPage());
    pressAsPeopleDo(this.page);
    this.page.on("crash", () => this.complain("the page crashed"));
    await this.go(where);
  }
  complain(of) {
    if (!this.forgiven.some((pattern) => pattern.test(of))) this.complaints.push(of);
  }
  /** A second tab of the same browser. */
  async newTab(where) {
    const tab = Object.create(this, { page: { value: await this.context.newPage(), writable: true } });
    await tab.go(where);
    return tab;
  }
  async go(where) {
    const url = new URL(where, this.address);
    url.searchParams.set("lang", this.lang);
    await this.page.goto(url.href);
  }
  async close() {
    await this.context.close();
  }
  /** The battery dies: no process of the browser gets to say goodbye. */
  async kill() {
    const gone = new Promise((done) => this.context.once("close", done));
    // The lock of the profile names the browser that has it: `host-pid`, of Firefox `address:+pid`.
    const lock = await readlink(path.join(this.profile, this.engine === "firefox" ? "lock" : "SingletonLock"));
    const pid = Number(/\d+$/.exec(lock));
    // Playwright starts each browser as the head of a process group of its own.
    process.kill(-pid, "SIGKILL");
    await gone;
  }
  async remove() {
    await this.context.close().catch(() => {});
    await rm(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }
  /** As the page itself does it: some drivers go past the service worker. */
  async reload() {
    await this.page.rest?.();
    await this.page.evaluate(() => {
      window.isBefore = true;
      setTimeout(() => location.reload());
    });
    await this.page.waitForFunction(() => !window.isBefore && document.readyState === "complete");
  }
  /** The app comes from the device from now on: its files are there, and the worker is in charge of the page. */
  async install() {
    await this.page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
    await this.reload();
    await this.page.waitForFunction(() => navigator.serviceWorker.controller?.state === "activated");
    // WebKitGTK 2.50.4 keeps the storage locked for good where a page is left while it reads its start.
    await this.page.locator("main h1, main h2").first().waitFor({ state: "attached" });
  }

  button(name) {
    return this.page.getByRole("button", { name, exact: true });
  }
  box(name) {
    return this.page.getByRole("textbox", { name, exact: true });
  }
  async choose(name) {
    await this.page.getByRole("radio", { name, exact: true }).check();
  }
  /** Sets one of the shop's terms, and waits until it is in the journal: to leave the page at once may be sooner. */
  async set(name, value) {
    const list = this.page.getByRole("combobox", { name, exact: true });
    if ((await list.inputValue()) === value) return;
    const before = await this.page.evaluate(journalHas, [SETTING]);
    await list.selectOption(value);
    await this.written(SETTING, before + 1);
  }
  /** Waits until the journal has so many events of this type: nothing on the page says so. */
  async written(type, times = 1) {
    await this.page.waitForFunction(journalHas, [type, times]);
  }
  /** Waits until nothing that was typed into that form is on the disk: a browser that is killed before brings it back. */
  async forgotten(form) {
    await this.page.waitForFunction((form) => new Promise((done) => (indexedDB.open("stallbook-typed").onsuccess = ({ target: { result: shelf } }) => {
      const asked = shelf.transaction("typed").objectStore("typed").get(form);
      asked.onsuccess = () => {
        shelf.close();
        done(asked.result && JSON.parse(new TextDecoder().decode(asked.result)).typed === null);
      };
    })), form);
  }
  /** An act that is in the open, or else under "More". */
  async act(name) {
    await this.page.getByTestId("order-status").first().waitFor();
    const key = this.page.locator("main").getByRole("button", { name, exact: true }).filter({ visible: true }).first();
    if (await key.isVisible()) return key.click();
    // The list beside it has a menu of its own.
    await this.page.getByRole("article").getByRole("button", { name: "More", exact: true }).click();
    const menu = this.page.getByRole("dialog", { name: "More" });
    await menu.getByRole("button", { name, exact: true }).click();
    await menu.waitFor({ state: "hidden" });
  }
  /** The dialog that is open. */
  dialog() {
    return this.page.getByRole("dialog");
  }

  async startShop(name = "Hillside") {
    await this.box("Shop name").fill(name);
    await this.button("Start on this device").click();
    await this.page.getByRole("link", { name: "Orders", exact: true }).waitFor();
  }
  async connect(server) {
    await this.go("/settings");
    await this.box("Server set-up code").fill(server.setupCode);
    await this.button("Connect").click();
    await this.synced();
  }
  async pairingCode() {
    await this.go("/settings");
    await this.button("Add a device").click();
    const code = this.page.getByTestId("pairing-code");
    await code.filter({ hasText: /\d{4}/ }).waitFor();
    return (await code.innerText()).trim();
  }
  async join(code) {
    await this.box("Pairing code").fill(code);
    const inside = this.page.getByRole("link", { name: "Orders", exact: true });
    await this.button("Join shop").click();
    // A press while the page still moves is none: one presses again.
    await inside.waitFor({ timeout: 6_000 }).catch(() => this.button("Join shop").click({ timeout: 6_000 }).catch(() => {}));
    await inside.waitFor();
    await this.synced();
  }
  async synced() {
    await this.page.locator('[data-testid="sync-state"][data-state="synced"][data-pending="0"]').waitFor({ timeout: 70_000 });
  }

  /** Fills in the form of a new order. */
  async write({ name, phone, address, items = [{ item: "Longjing", quantity: "2", price: "128" }], method, delivery = "Ship", note }) {
    await this.go("/orders/new");
    if (name) await this.box("Buyer name").fill(name);
    if (phone) await this.box("Phone").fill(phone);
    if (address) await this.box("Address").fill(address);
    for (const [at, item] of items.entries()) {
      if ((await this.box("Item").count()) <= at) await this.button("Add item").click();
      await this.box("Item").nth(at).fill(item.item);
      await this.box("Quantity").nth(at).fill(item.quantity);
      await this.box("Unit price").nth(at).fill(item.price);
    }
    if (method) await this.choose(method);
    await this.choose(delivery);
    if (note) await this.box("Order note").fill(note);
  }
  /** Confirms what is on the preview; gives the order's number. */
  async confirm() {
    await this.button("Preview order").click();
    await this.page.getByRole("heading", { name: "Check the order" }).waitFor();
    await this.page.getByRole("button", { name: /^(Confirm order|Save changes)$/ }).click();
    return this.number();
  }
  /** The number of the order on the page, once it is there. */
  async number() {
    const number = this.page.getByTestId("order-number").first();
    await number.filter({ hasText: /\d{6}-/ }).waitFor();
    return (await number.innerText()).replace(/\s/g, "");
  }
  async takeOrder(order) {
    await this.write({ name: "王小明", phone: "13800138000", address: "浙江省杭州市西湖区文三路1号", method: "WeChat Pay", ...order });
    return this.confirm();
  }
  async openOrder(number) {
    await this.go("/orders");
    await this.page.locator(`[data-testid="order-row"][data-order-number="${number}"]`).click();
    await this.page.getByTestId("order-status").first().waitFor();
  }
  async statusIs(status) {
    await this.page.locator(`[data-testid="order-status"][data-status="${status}"]`).first().waitFor({ timeout: 70_000 });
  }
  async balanceIs(minor) {
    await this.page.locator(`[data-testid="order-balance"][data-minor="${minor}"]`).first().waitFor();
  }
  async pay({ amount, method = "Cash" } = {}) {
    await this.act("Record payment");
    const dialog = this.page.getByRole("dialog");
    await dialog.getByRole("radio", { name: method, exact: true }).check();
    if (amount) await dialog.getByRole("textbox", { name: "Amount", exact: true }).fill(amount);
    await dialog.getByRole("button", { name: "Save payment" }).click();
    await dialog.waitFor({ state: "hidden" });
  }
  async ship({ carrier = "SF Express", tracking = "SF1234567890123" } = {}) {
    await this.act("Ship");
    const dialog = this.page.getByRole("dialog");
    const box = dialog.getByRole("combobox", { name: "Carrier" });
    if ((await box.evaluate((element) => element.tagName)) === "SELECT") await box.selectOption({ label: carrier });
    else await box.fill(carrier);
    await dialog.getByRole("textbox", { name: "Tracking number" }).fill(tracking);
    await dialog.getByRole("button", { name: "Save shipment" }).click();
    await dialog.waitFor({ state: "hidden" });
  }
  async cancel(reason = "buyer changed her mind") {
    await this.act("Cancel order");
    const dialog = this.page.getByRole("dialog");
    await dialog.getByRole("textbox", { name: "Reason" }).fill(reason);
    await dialog.getByRole("button", { name: "Cancel this order" }).click();
    await dialog.waitFor({ state: "hidden" });
  }
  /** The numbers of all orders in the list, newest first. */
  async numbers(atLeast = 1) {
    await this.go("/orders");
    const rows = this.page.getByTestId("order-row");
    if (atLeast > 0) await rows.nth(atLeast - 1).waitFor();
    return rows.evaluateAll((all) => all.map((row) => row.dataset.orderNumber));
  }
}

/** A shop with two tablets that are connected and equal. */
export async function twoTablets(t, options) {
  const server = await openServer(t);
  const first = await switchOn(t, server, options);
  await first.startShop();
  await first.connect(server);
  const second = await switchOn(t, server, options);
  await second.join(await first.pairingCode());
  return { server, first, second };
}

const hex = (n, digits) => n.toString(16).padStart(digits, "0");
let drawn = 0;
/** A new id: a uuid of version 7. */
const newId = (ms = Date.now()) => `${hex(ms, 12).replace(/^(.{8})/, "$1-")}-7${hex((drawn += 1) >> 12, 3)}-8${hex(drawn & 0xfff, 3)}-${hex(Math.floor(Math.random() * 2 ** 48), 12)}`;

/** Another tablet of the shop, with no page to it: what it writes is sent with `send`. */
export async function unseenTablet(server, pairingCode) {
  const call = async (path, body, credential) => {
    const headers = { "content-type": "application/json", ...(credential && { authorization: `Bearer ${credential}` }) };
    const answer = await fetch(`${server.address}/api/v1/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    assert.ok(answer.ok, `${path}: ${answer.status}`);
    return answer.json();
  };
  const device = newId();
  const pairing_code = pairingCode.replace(/\D/g, "");
  const { shop, code, credential } = await call("devices", { pairing_code, device, code: null });
  let counter = 0;
  const events = [];
  const event = (kind, stream, type, body, ms = Date.now(), id = newId(ms)) => {
    counter += 1;
    events.push({ v: 1, id, device, counter, seen: 0, hlc: [ms, counter], actor: null, stream: [kind, stream], type, version: 1, body });
    return id;
  };
  event("shop", shop, "shop.device_joined", { code });
  const send = async () => {
    while (events.length > 0) {
      const { results } = await call(`shops/${shop}/push`, { device, events: events.splice(0, 400) }, credential);
      assert.ok(results.every((result) => result.status === "stored"));
    }
  };
  return { code, event, send, shop, device, credential };
}

/** Every event of the shop, as another tablet gets it. */
export async function log(server, pairingCode) {
  const { shop, credential } = await unseenTablet(server, pairingCode);
  const events = [];
  for (let after = 0, head = 1; after < head; ) {
    const where = `${server.address}/api/v1/shops/${shop}/pull?after=${after}&limit=1000`;
    const answer = await fetch(where, { headers: { authorization: `Bearer ${credential}` } });
    const page = await answer.json();
    events.push(...page.events);
    [after, head] = [page.next, page.head];
  }
  return events;
}

/** A hardware scanner reads this: a keyboard that types fast. `endings`: the keys that end it, `null` none. */
export async function scan(tablet, code, ...endings) {
  await tablet.page.keyboard.type(code);
  for (const ending of endings.length > 0 ? endings : ["Enter"]) if (ending) await tablet.page.keyboard.press(ending);
}

/** A picture of so many points, as a file to be chosen. */
export async function picture(tablet, width, height) {
  const png = await tablet.page.evaluate(async ([width, height]) => {
    const paper = Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
    paper.fillStyle = "seagreen";
    paper.fillRect(0, 0, width, height);
    paper.clearRect(width / 4, height / 4, width / 2, height / 2);
    const blob = await new Promise((done) => paper.canvas.toBlob(done));
    return [...new Uint8Array(await blob.arrayBuffer())];
  }, [width, height]);
  return { name: "picture.png", mimeType: "image/png", buffer: Buffer.from(png) };
}

/** The products of a shop: their fields, and what there is of them. */
export async function stock(server, tablet, products) {
  const { event, send } = await unseenTablet(server, await tablet.pairingCode());
  for (const { stock, ...set } of products) {
    const product = newId();
    event("product", product, "product.changed", { set });
    if (stock) event("product", product, "product.stock_moved", { reason: "received", quantity: stock });
  }
  await send();
  await tablet.go("/counter");
  await tablet.page.getByTestId("product-tile").nth(products.length - 1).waitFor();
}

/**
 * Another tablet of the shop writes many orders in seconds. `make(i)` gives what is in the order `i`, from 0:
 * `{content, buyer, paid, labels, placed}`; gives their ids and numbers.
 */
export async function writeMany(server, pairingCode, n, make) {
  const { code, event, send } = await unseenTablet(server, pairingCode);
  const orders = [];
  for (let i = 0; i < n; i += 1) {
    const { content, buyer, paid, labels, placed = Date.now() } = make(i);
    const order = newId(placed);
    const number = `261123-${code}-${String(i + 1).padStart(4, "0")}`;
    event("order", order, "order.confirmed", { number, content }, placed, order);
    event("contact", order, "contact.recorded", { name: "", phone: "", address: "", ...buyer }, placed);
    if (paid) event("order", order, "order.payment_recorded", paid, placed);
    if (labels) event("order", order, "order.labelled", { add: labels }, placed);
    orders.push({ id: order, number });
  }
  await send();
  return orders;
}
