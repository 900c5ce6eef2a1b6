#!/usr/bin/env bash
# Chromium 153 (@sparticuz/chromium 153.0.0, driven by playwright-core 1.64.1): what `localStorage.removeItem` took away
# is there again after the browser was killed within seconds, although a strict IndexedDB transaction that began after it
# was complete and stands. Local storage is written behind the page's back and in batches: not only what was put there
# last can be missing after a kill, what was taken away comes back. Who keeps something in both places has to write down
# in the database, too, that it is gone.
#
# Expected before: at worst a value that was just set is missing. Seen: see the last lines.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund @sparticuz/chromium@153.0.0 playwright-core@1.64.1 >/dev/null
cat > look.mjs <<'JS'
import { createServer } from "node:http";
import { spawn } from "node:child_process";
import sparticuz from "@sparticuz/chromium";
import { chromium } from "playwright-core";

const server = createServer((_, answer) => answer.setHeader("content-type", "text/html").end("<p>page")).listen(0, "127.0.0.1");
await new Promise((done) => server.once("listening", done));
const address = `http://127.0.0.1:${server.address().port}/`;
const executablePath = await sparticuz.executablePath();
async function open() {
  const args = ["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0", "--user-data-dir=profile", "about:blank"];
  const browser = spawn(executablePath, args, { stdio: ["ignore", "ignore", "pipe"], detached: true });
  const listening = await new Promise((done) => {
    browser.stderr.on("data", (said) => /ws:\S+/.exec(said) && done(/ws:\S+/.exec(said)[0]));
  });
  const driver = await chromium.connectOverCDP(listening);
  const page = await driver.contexts()[0].newPage();
  await page.goto(address);
  return { browser, driver, page };
}
/** The battery dies. */
async function kill({ browser }) {
  const gone = new Promise((done) => browser.once("exit", done));
  process.kill(-browser.pid, "SIGKILL");
  await gone;
}
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

let now = await open();
console.log(`version: ${now.driver.version()}`);
await now.page.evaluate(() => localStorage.setItem("cart", "in hand"));
// Long enough for that to be on the disk.
await pause(15_000);
await now.page.evaluate(async () => {
  localStorage.removeItem("cart");
  const opening = indexedDB.open("shelf", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("typed");
  const shelf = await new Promise((done) => (opening.onsuccess = () => done(opening.result)));
  const writing = shelf.transaction("typed", "readwrite", { durability: "strict" });
  writing.objectStore("typed").put("put away", "cart");
  await new Promise((done) => (writing.oncomplete = done));
});
await kill(now);
now = await open();
const seen = await now.page.evaluate(async () => {
  const opening = indexedDB.open("shelf", 1);
  const shelf = await new Promise((done) => (opening.onsuccess = () => done(opening.result)));
  const reading = shelf.transaction("typed").objectStore("typed").get("cart");
  await new Promise((done) => (reading.onsuccess = done));
  return { database: reading.result, storage: localStorage.getItem("cart") };
});
console.log(`database: ${seen.database}`);
console.log(`local storage: ${seen.storage}`);
await kill(now);
server.close();
JS
said=$(node look.mjs)
echo "$said"
grep -qx "database: put away" <<<"$said"
grep -qx "local storage: in hand" <<<"$said"
