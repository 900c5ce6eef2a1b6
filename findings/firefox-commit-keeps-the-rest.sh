#!/usr/bin/env bash
# Firefox ESR 153.8.0 (Debian's firefox-esr 153.8.0esr-1~deb12u1, driven by playwright-core 1.64.1): when `commit()` was
# called on an IndexedDB transaction before the answers to its requests are there, and an `add` of it is refused, the
# transaction completes, and its other writes stay; so it does where there is no more room for some of them. Without
# `commit()` the same refusals abort the whole transaction, as the standard says of both. Who writes "all or nothing" must not call `commit()` early.
#
# Expected: nothing of the transaction is kept, whichever way it ends. Seen: see the last lines.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download -qq firefox-esr=153.8.0esr-1~deb12u1 >/dev/null
dpkg-deb -x firefox-esr_*.deb browser
npm install --silent --no-audit --no-fund playwright-core@1.64.1 >/dev/null
cat > look.mjs <<'JS'
import { createServer } from "node:http";
import { firefox } from "playwright-core";

const server = createServer((_, answer) => answer.setHeader("content-type", "text/html").end("<p>page")).listen(0, "127.0.0.1");
await new Promise((done) => server.once("listening", done));
const browser = await firefox.launch({
  channel: "moz-firefox", executablePath: `${process.cwd()}/browser/usr/lib/firefox-esr/firefox-esr`,
  firefoxUserPrefs: { "dom.quotaManager.temporaryStorage.fixedLimit": 20_000 },
});
const page = await browser.newPage();
await page.goto(`http://127.0.0.1:${server.address().port}/`);
console.log(`version: ${browser.version()}`);
const seen = await page.evaluate(async () => {
  const look = async (early) => {
    const opening = indexedDB.open(`early-${early}`, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("entries").add("first", 1);
    const database = await new Promise((done) => (opening.onsuccess = () => done(opening.result)));
    const writing = database.transaction("entries", "readwrite");
    writing.objectStore("entries").add("again", 1);
    writing.objectStore("entries").put("the rest", 2);
    if (early) writing.commit();
    const ended = await new Promise((done) => (writing.oncomplete = writing.onabort = (event) => done(event.type)));
    const reading = database.transaction("entries").objectStore("entries").get(2);
    await new Promise((done) => (reading.onsuccess = done));
    return `${ended}, the rest: ${reading.result ?? "not there"}`;
  };
  const fill = async (early) => {
    const opening = indexedDB.open(`full-${early}`, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("entries", { autoIncrement: true });
    const database = await new Promise((done) => (opening.onsuccess = () => done(opening.result)));
    let asked = 0;
    let ended = "complete";
    while (ended === "complete" && asked < 120) {
      const writing = database.transaction("entries", "readwrite");
      const large = new Uint8Array(1 << 20);
      for (let at = 0; at < large.length; at += 65_536) crypto.getRandomValues(large.subarray(at, at + 65_536));
      for (const entry of ["a", large, "b"]) writing.objectStore("entries").add(entry);
      asked += 3;
      if (early) writing.commit();
      ended = await new Promise((done) => (writing.oncomplete = writing.onabort = (event) => done(event.type)));
    }
    const counting = database.transaction("entries").objectStore("entries").count();
    await new Promise((done) => (counting.onsuccess = done));
    database.close();
    await new Promise((done) => (indexedDB.deleteDatabase(database.name).onsuccess = done));
    return `${ended}, ${counting.result % 3 === 0 ? "each transaction whole or not there" : "transactions in part"}`;
  };
  return { early: await look(true), left: await look(false), full: await fill(true), fullLeft: await fill(false) };
});
console.log(`committed early: ${seen.early}`);
console.log(`left alone: ${seen.left}`);
console.log(`no more room, committed early: ${seen.full}`);
console.log(`no more room, left alone: ${seen.fullLeft}`);
await browser.close();
server.close();
JS
said=$(node look.mjs)
echo "$said"
grep -qx "committed early: complete, the rest: the rest" <<<"$said"
grep -qx "left alone: abort, the rest: not there" <<<"$said"
grep -qx "no more room, committed early: complete, transactions in part" <<<"$said"
grep -qx "no more room, left alone: abort, each transaction whole or not there" <<<"$said"
