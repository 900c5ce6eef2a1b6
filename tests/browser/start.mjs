import { Server, Tablet, writeMany } from "./stall.mjs";
const n = Number(process.argv[2] ?? 2000);
const server = await Server.start();
const a = await Tablet.switchOn(server.address, {});
a.context.setDefaultTimeout(300000);
await a.startShop(); await a.connect(server); await a.install();
await writeMany(server, await a.pairingCode(), n, (i) => ({ content: { lines: [1,2,3,4].map((id) => ({ id, item: "Tea", spec: "50 g", quantity: 1, price: 900 })), delivery: "ship", method: "alipay" }, buyer: { name: `B ${i}`, phone: "13800138000", address: "1 Market Street, Leeds" }, placed: Date.now() - 365 * 864e5 + i * (364 * 864e5 / n) }));
await a.go("/orders");
await a.page.getByRole("tab", { name: new RegExp(`^${n} All|^${n.toLocaleString("en")} All`) }).waitFor();
await a.synced(); await server.down();
for (let k = 0; k < 5; k++) {
  await a.close(); await a.open("about:blank");
  await a.context.addInitScript(() => {
    window.marks = [];
    const is = WebAssembly.instantiateStreaming, co = WebAssembly.compileStreaming;
    WebAssembly.instantiateStreaming = async (...x) => { const t = performance.now(); const r = await is(...x); marks.push(["instantiateStreaming", t, performance.now()]); return r; };
    const op = indexedDB.open.bind(indexedDB); IDBFactory.prototype.open = new Proxy(IDBFactory.prototype.open, { apply(f, me, x) { marks.push(["idb", performance.now()]); return Reflect.apply(f, me, x); } });
    new PerformanceObserver((l) => l.getEntries().forEach((e) => marks.push(["long", e.startTime, e.startTime + e.duration]))).observe({ type: "longtask" });
    const seen = new MutationObserver(() => { if (document.querySelector('main')) !marks.some((m) => m[0] == "main") && marks.push(["main", performance.now()]); if (document.querySelector('[data-testid="order-row"]')) { seen.disconnect(); marks.push(["row in dom", performance.now()]); requestAnimationFrame(() => { const c = new MessageChannel(); c.port1.onmessage = () => { marks.push(["drawn", performance.now()]); window.done = 1; }; c.port2.postMessage(0); }); } });
    seen.observe(document, { childList: true, subtree: true });
  });
  const cdp = await a.context.newCDPSession(a.page); await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
  await a.go("/");
  await a.page.waitForFunction(() => window.done);
  const m = await a.page.evaluate(() => { const t = performance.getEntriesByType("navigation")[0]; return { nav: [t.workerStart, t.fetchStart, t.responseStart, t.responseEnd, t.domInteractive].map(Math.round), res: performance.getEntriesByType("resource").filter((r) => /app-|split/.test(r.name)).map((r) => [r.name.slice(22, 34) + r.name.slice(-5), Math.round(r.startTime), Math.round(r.responseEnd)]), marks: marks.map((x) => x.map((y) => typeof y == "number" ? Math.round(y) : y)) }; });
  const { metrics } = await cdp.send("Performance.getMetrics");
  console.log(JSON.stringify(m), "cpu", metrics.filter((x) => /ScriptDuration|TaskDuration|LayoutDuration|RecalcStyleDuration/.test(x.name)).map((x) => x.name + " " + (x.value * 1000).toFixed(0)).join(", "));
}
await a.remove(); await server.remove(); process.exit(0);
