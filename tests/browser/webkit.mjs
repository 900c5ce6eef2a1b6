// WebKitGTK through its own driver (W3C WebDriver), with as much of Playwright's page as the tests of engines use. A session
// is private: nothing of it outlives its browser.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const { WEBKIT_DRIVER, XVFB } = process.env;
const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
const PATIENCE_MS = 20_000;
/** How often what is waited for is looked at. */
const LOOK_MS = 50;

/** A port that nothing listens on now. */
export async function freePort() {
  const probe = createServer();
  await new Promise((ready) => probe.listen(0, "127.0.0.1", ready));
  const { port } = probe.address();
  await new Promise((closed) => probe.close(closed));
  return port;
}

/** Starts a program as the head of a process group, with which all that it starts ends: at the latest with the tests. */
function start(program, args, options) {
  const started = spawn(program, args, { detached: true, ...options });
  const leave = () => process.kill(-started.pid, "SIGKILL");
  process.once("exit", leave);
  started.once("exit", () => process.off("exit", leave));
  return started;
}
async function end(program) {
  if (!program || program.exitCode !== null || program.signalCode !== null) return;
  const gone = once(program, "exit");
  process.kill(-program.pid, "SIGKILL");
  await gone;
}

/** Asks again and again until there is an answer. */
async function until(ask, what, timeout = PATIENCE_MS) {
  for (const end = Date.now() + timeout; ; await pause(LOOK_MS)) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > end) throw new Error(`waited ${timeout} ms for ${what}`);
  }
}

/** The elements that a way leads to; runs in the page. */
function find(way) {
  const tidy = (text) => text.replace(/\s+/g, " ").trim();
  const like = (text, { source, flags, exact }) =>
    source !== undefined ? new RegExp(source, flags).test(text) : exact ? text === exact : text.toLowerCase().includes(flags);
  const labels = (element) => [...(element.labels ?? [])].map((label) => label.textContent).join(" ");
  const named = (element) => {
    const by = element.getAttribute("aria-labelledby");
    const words = by ? by.split(/\s+/).map((id) => document.getElementById(id)?.textContent ?? "").join(" ") : element.getAttribute("aria-label");
    return tidy(words || labels(element) || element.getAttribute("placeholder") || element.textContent);
  };
  const tags = {
    button: "button, [role=button], summary", link: "a[href], [role=link]", heading: "h1, h2, h3, h4", dialog: "dialog[open], [role=dialog]",
    textbox: "input:not([type]), input[type=text], input[type=tel], input[type=url], textarea", radio: "input[type=radio], [role=radio]",
    searchbox: "input[type=search]", combobox: "select, input[list], [role=combobox]", article: "article", group: "fieldset, [role=group]",
  };
  const shown = (element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;
  let found = [document.documentElement];
  for (const step of way) {
    if (step.css) found = [...new Set(found.flatMap((above) => [...above.querySelectorAll(step.css)]))];
    if (step.role) {
      found = [...new Set(found.flatMap((above) => [...above.querySelectorAll(tags[step.role])]))];
      found = found.filter((element) => (!step.name || like(named(element), step.name)) && (!step.level || element.matches(`h${step.level}`)));
      // What is not to be seen has no role, but a radio key that its label is drawn for.
      if (step.role !== "radio") found = found.filter(shown);
    }
    if (step.text) {
      const holds = (element) => like(tidy(element.textContent), step.text);
      found = found.flatMap((above) => [...above.querySelectorAll("*")].filter((element) => holds(element) && ![...element.children].some(holds)));
    }
    if (step.has) found = found.filter((element) => like(tidy(element.textContent), step.has));
    if (step.visible) found = found.filter(shown);
    if (step.nth !== undefined) found = [found.at(step.nth)].filter(Boolean);
  }
  return { found, shown };
}

const pattern = (text, exact) =>
  text === undefined ? undefined : text instanceof RegExp ? { source: text.source, flags: text.flags } : exact ? { exact: text } : { flags: text.toLowerCase() };

class Locator {
  constructor(page, way) {
    Object.assign(this, { of: page, way });
  }
  page() {
    return this.of;
  }
  step(step) {
    return new Locator(this.of, [...this.way, step]);
  }
  locator(css) {
    return this.step({ css });
  }
  getByTestId(id) {
    return this.locator(`[data-testid="${id}"]`);
  }
  getByRole(role, { name, exact, level } = {}) {
    return this.step({ role, name: pattern(name, exact), level });
  }
  getByText(text, { exact } = {}) {
    return this.step({ text: pattern(text, exact) });
  }
  filter({ hasText, visible }) {
    return this.step({ has: pattern(hasText), visible });
  }
  nth(nth) {
    return this.step({ nth });
  }
  first() {
    return this.nth(0);
  }
  last() {
    return this.nth(-1);
  }
  /** Runs this in the page with the elements there are, and which of them can be seen. */
  look(ask, arg) {
    return this.of.run(`const { found, shown } = (${find})(arguments[0]); return (${ask})(found, arguments[1], shown);`, [this.way, arg ?? null]);
  }
  /** The same once there is one, with that. */
  async once(ask, arg, options) {
    const body = `(found, arg, shown) => found.length ? { is: (${ask})(found[0], arg, shown) } : null`;
    return (await until(async () => (await this.look(body, arg)) ?? undefined, JSON.stringify(this.way), options?.timeout)).is;
  }
  async waitFor({ state = "visible", timeout } = {}) {
    const is = { visible: "shown", attached: "() => true", hidden: "shown", detached: "() => true" }[state];
    const wanted = state === "visible" || state === "attached";
    const there = () => this.look(`(found, arg, shown) => found.some(${is})`);
    await until(async () => ((await there()) === wanted ? true : undefined), `${JSON.stringify(this.way)} to be ${state}`, timeout);
  }
  /** Presses it as people do: again, where the app heard nothing (`ui/press.rs`; as `stall.mjs` does elsewhere). */
  async click() {
    for (let again = 0; ; again += 1) {
      await this.of.evaluate(() => {
        window.heard = false;
        document.addEventListener("click", () => (window.heard = true), { once: true, capture: true });
      });
      await this.press();
      // Of a page that is another by now nobody asks.
      const heard = await this.of.evaluate(() => window.heard ?? true).catch(() => true);
      if (heard || again === 2) return;
    }
  }
  /** Presses it where it lies, as a finger does. */
  async press() {
    const see = (element) => {
      element.scrollIntoView({ block: "center", inline: "nearest" });
      const { left, top, width, height } = element.getBoundingClientRect();
      const [x, y] = [Math.round(left + width / 2), Math.round(top + height / 2)];
      const hit = document.elementFromPoint(x, y);
      const free = hit && (element.contains(hit) || hit.contains(element) || [...(element.labels ?? [])].some((label) => label.contains(hit)));
      return free && !element.matches(":disabled, [aria-disabled=true]") ? { x, y } : null;
    };
    let before;
    const { x, y } = await until(async () => {
      const now = await this.once(see);
      const stands = now && before && now.x === before.x && now.y === before.y;
      before = now;
      return stands ? now : undefined;
    }, `a way to press ${JSON.stringify(this.way)}`);
    const pointer = { type: "pointer", id: "finger", parameters: { pointerType: "mouse" } };
    const actions = [{ type: "pointerMove", x, y, duration: 0 }, { type: "pointerDown", button: 0 }, { type: "pointerUp", button: 0 }];
    await this.of.call("POST", "actions", { actions: [{ ...pointer, actions }] });
  }
  async check() {
    for (let again = 0; again < 3 && !(await this.once("(element) => element.checked")); again += 1) await this.click();
  }
  async fill(text) {
    await this.once((element, text) => {
      element.focus();
      element.select();
      document.execCommand(text ? "insertText" : "delete", false, text);
    }, text);
  }
  async setInputFiles({ name, buffer }) {
    const folder = await mkdtemp(path.join(tmpdir(), "stallbook-file-"));
    await writeFile(path.join(folder, name), buffer);
    const element = await this.once("(element) => element");
    await this.of.call("POST", `element/${element[ELEMENT]}/value`, { text: path.join(folder, name) });
    this.of.folders.push(folder);
  }
  async selectOption({ label }) {
    await this.once((element, label) => {
      element.value = [...element.options].find((option) => option.label === label).value;
      element.dispatchEvent(new Event("change", { bubbles: true }));
    }, label);
  }
  count() {
    return this.look("(found) => found.length");
  }
  isVisible() {
    return this.look("(found, arg, shown) => found.length > 0 && shown(found[0])");
  }
  innerText() {
    return this.once("(element) => element.innerText");
  }
  inputValue() {
    return this.once("(element) => element.value");
  }
  getAttribute(name) {
    return this.once("(element, name) => element.getAttribute(name)", name);
  }
  evaluate(ask) {
    return this.once(ask);
  }
  evaluateAll(ask) {
    return this.look(ask);
  }
}

class Page extends Locator {
  constructor(address) {
    super(undefined, []);
    Object.assign(this, { of: this, address, folders: [] });
  }
  async call(method, path, body = {}) {
    const answer = await fetch(`${this.address}/${path}`, { method, ...(method === "POST" && { body: JSON.stringify(body) }) });
    const { value } = await answer.json();
    if (!answer.ok) throw new Error(`${path}: ${value.error}: ${value.message}`);
    return value;
  }
  run(script, args) {
    return this.call("POST", "execute/sync", { script, args });
  }
  async goto(where) {
    await this.hear();
    await this.rest();
    await this.call("POST", "url", { url: where });
    await this.hear();
  }
  url() {
    return this.call("GET", "url");
  }
  /** Waits until no transaction is under way, at most three seconds: WebKitGTK 2.50.4 now and then keeps the storage locked
   *  for good where a page is left in the midst of one. */
  async rest() {
    await this.evaluate(async () => {
      if (location.origin === "null") return;
      const idle = async ({ name }) => {
        const opened = await new Promise((done, failed) => Object.assign(indexedDB.open(name), { onsuccess: done, onerror: failed }));
        const database = opened.target.result;
        const stores = [...database.objectStoreNames];
        if (stores.length) await new Promise((done) => (database.transaction(stores, "readwrite").oncomplete = done));
        database.close();
      };
      const all = indexedDB.databases().then((databases) => Promise.all(databases.map(idle)));
      await Promise.race([all, new Promise((late) => setTimeout(late, 3_000))]);
    });
  }
  /** Hears what the page complained of, and from now on what it will. */
  async hear() {
    const said = await this.run(`
      if (window.complaints) return window.complaints.splice(0);
      window.complaints = [];
      addEventListener("error", (event) => complaints.push(event.message));
      addEventListener("unhandledrejection", (event) => complaints.push(String(event.reason)));
      const { error } = console;
      console.error = (...said) => { complaints.push(said.join(" ")); error.apply(console, said); };
      return [];`, []);
    for (const stack of said) this.tell?.({ error: () => ({ stack }) });
  }
  async evaluate(ask, arg) {
    const script = `const [ask, done] = [${ask}, arguments[1]]; (async () => ask(arguments[0]))().then((is) => done({ is }), (fault) => done({ fault: String(fault?.message ?? fault) }));`;
    const answer = await this.call("POST", "execute/async", { script: script.replaceAll("arguments", "given").replace(/^/, "const given = arguments; "), args: [arg ?? null] });
    if (answer.fault !== undefined) throw new Error(answer.fault);
    return answer.is;
  }
  async waitForFunction(ask, arg, { timeout } = {}) {
    await until(async () => ((await this.evaluate(ask, arg)) ? true : undefined), String(ask), timeout);
  }
  keyboard = {
    type: (text) => this.keys([...text]),
    press: (key) => this.keys([{ Enter: "\uE007", Escape: "\uE00C", Tab: "\uE004" }[key] ?? key]),
  };
  async keys(keys) {
    const actions = keys.flatMap((value) => [{ type: "keyDown", value }, { type: "keyUp", value }]);
    await this.call("POST", "actions", { actions: [{ type: "key", id: "keys", actions }] });
  }
  async setViewportSize({ width, height }) {
    await this.call("POST", "window/rect", { x: 0, y: 0, width, height });
    const inner = await this.run("return { width: innerWidth, height: innerHeight }", []);
    await this.call("POST", "window/rect", { x: 0, y: 0, width: 2 * width - inner.width, height: 2 * height - inner.height });
  }
  on() {}
  async screenshot() {
    return Buffer.from(await this.call("GET", "screenshot"), "base64");
  }
}

/** A browser with one page, as a context of Playwright's. */
export class WebKit {
  static async launch({ viewport, locale, timezoneId }) {
    const browser = new WebKit();
    try {
      browser.screen = start(XVFB, ["-displayfd", "3", "-screen", "0", "1400x1400x24", "-nolisten", "tcp"], { stdio: ["ignore", "ignore", "ignore", "pipe"] });
      const [display] = await once(browser.screen.stdio[3], "data");
      const port = await freePort();
      const env = { ...process.env, DISPLAY: `:${String(display).trim()}`, TZ: timezoneId, LANG: `${locale.replace("-", "_")}.UTF-8` };
      browser.driver = start(WEBKIT_DRIVER, [`--port=${port}`], { env, stdio: "ignore" });
      const address = `http://127.0.0.1:${port}`;
      await until(() => fetch(`${address}/status`).then((answer) => answer.ok || undefined, () => undefined), "WebKitWebDriver");
      const answer = await fetch(`${address}/session`, { method: "POST", body: JSON.stringify({ capabilities: { alwaysMatch: {} } }) });
      const { value } = await answer.json();
      if (!answer.ok) throw new Error(`no session: ${JSON.stringify(value)}`);
      browser.version = `${value.capabilities.browserName} ${value.capabilities.browserVersion}`;
      browser.page = new Page(`${address}/session/${value.sessionId}`);
      await browser.page.call("POST", "timeouts", { script: 120_000, pageLoad: 60_000 });
      await browser.page.setViewportSize(viewport);
      return browser;
    } catch (fault) {
      await browser.close();
      throw fault;
    }
  }
  pages() {
    return [this.page];
  }
  setDefaultTimeout() {}
  on(event, listener) {
    if (event === "weberror") this.page.tell = listener;
  }
  async close() {
    await this.page?.hear().catch(() => {});
    await end(this.driver);
    await end(this.screen);
    for (const folder of this.page?.folders ?? []) await rm(folder, { recursive: true });
  }
}
