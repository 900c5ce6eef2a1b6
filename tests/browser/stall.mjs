// A stall for the browser tests: a real server on a real folder, and tablets in real Chromium. What a person does
// reads like what a person does; nothing here sleeps, everything waits for the thing.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromium } from "playwright-core";

const { STALLBOOK_SERVER, STALLBOOK_APP, CHROMIUM } = process.env;
const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];
export const LANDSCAPE = { width: 1024, height: 768 };
export const PORTRAIT = { width: 768, height: 1024 };

/** A port that nothing listens on now. */
async function freePort() {
  const probe = createServer();
  await new Promise((ready) => probe.listen(0, "127.0.0.1", ready));
  const { port } = probe.address();
  await new Promise((closed) => probe.close(closed));
  return port;
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

/** A tablet: a browser with its own profile on the disk, which survives closing and killing it. */
export class Tablet {
  static async switchOn(address, { lang = "en", size = LANDSCAPE, theme = "light" } = {}) {
    const tablet = new Tablet();
    Object.assign(tablet, { address, lang, size, theme });
    tablet.profile = await mkdtemp(path.join(tmpdir(), "stallbook-tablet-"));
    await tablet.open();
    return tablet;
  }
  async open(where = "/") {
    this.context = await chromium.launchPersistentContext(this.profile, {
      executablePath: CHROMIUM, args: FLAGS, viewport: this.size, timezoneId: "Asia/Shanghai",
      locale: this.lang === "zh" ? "zh-CN" : "en-GB",
    });
    this.context.setDefaultTimeout(20_000);
    this.page = this.context.pages()[0] ?? (await this.context.newPage());
    this.complaints = [];
    this.page.on("pageerror", (error) => this.complaints.push(String(error)));
    await this.go(where);
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
    const { exec } = await import("node:child_process");
    const gone = new Promise((done) => this.context.once("close", done));
    await new Promise((done) => exec(`pkill -KILL -f -- "--user-data-dir=${this.profile}"`, done));
    await gone;
  }
  async scrap() {
    await this.context.close().catch(() => {});
    await rm(this.profile, { recursive: true, force: true, maxRetries: 5 });
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
  /** An act that may be in the open or under "More". */
  async act(name) {
    const open = this.button(name).or(this.page.getByRole("link", { name, exact: true }));
    await this.page.getByTestId("order-status").waitFor();
    if (!(await open.first().isVisible())) await this.button("More").click();
    await this.page
      .getByRole("button", { name, exact: true })
      .or(this.page.getByRole("menuitem", { name, exact: true }))
      .or(this.page.getByRole("link", { name, exact: true }))
      .first()
      .click();
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
    await this.button("Join shop").click();
    await this.page.getByRole("link", { name: "Orders", exact: true }).waitFor();
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
    await this.button("Confirm order").click();
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
  async balance() {
    return Number(await this.page.getByTestId("order-balance").first().getAttribute("data-minor"));
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
  const server = await Server.start();
  t.after(() => server.remove());
  const first = await Tablet.switchOn(server.address, options);
  t.after(() => first.scrap());
  await first.startShop();
  await first.connect(server);
  const second = await Tablet.switchOn(server.address, options);
  t.after(() => second.scrap());
  await second.join(await first.pairingCode());
  return { server, first, second };
}
