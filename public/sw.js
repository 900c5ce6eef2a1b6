// The service worker: keeps the app itself on the device, so that it starts with no network.
// It holds no data of the shop and never touches /api. A new version is taken whole or not at all,
// waits until the person says so or every window is closed, and only then puts the old one away.

// Filled in after the build by `cargo xtask`: a version, and every file with its hash.
// While it is null (`trunk serve`) this worker keeps nothing and answers nothing.
const BUILD = null;

const PREFIX = "stallbook-app-";
const CACHE = BUILD && PREFIX + BUILD.version;
const FILES = new Set(BUILD ? BUILD.files.map((file) => file.path) : []);
const PAGE = "/";
// What the server answers itself.
const SERVER = /^\/(api|healthz|readyz|metrics|bench)([/.]|$)/;

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(putOldOnesAway()));
self.addEventListener("message", (event) => {
  if (event.data?.type === "activate") event.waitUntil(self.skipWaiting());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (!BUILD || request.method !== "GET") return;
  if (url.origin !== self.location.origin || SERVER.test(url.pathname)) return;
  if (FILES.has(url.pathname)) event.respondWith(kept(url.pathname, request));
  else if (request.mode === "navigate") event.respondWith(kept(PAGE, request));
});

// Everything is fetched and checked before anything is stored.
async function install() {
  if (!BUILD) return;
  const responses = await Promise.all(BUILD.files.map(obtain));
  try {
    const cache = await caches.open(CACHE);
    await Promise.all(BUILD.files.map((file, i) => cache.put(file.path, responses[i])));
  } catch (error) {
    await caches.delete(CACHE);
    throw error;
  }
}

// A name with a hash in it means these very bytes, so a copy that is here already will do. The
// integrity keeps out what a network's sign-in page answers in the server's place.
async function obtain(file) {
  if (file.hashed) {
    const copy = await caches.match(file.path, { ignoreVary: true });
    if (copy) return copy;
    try {
      return await get(file, "default");
    } catch {
      // The browser's own copy is damaged or from elsewhere: ask the server past it.
    }
  }
  return get(file, "reload");
}

async function get({ path, integrity }, cache) {
  const response = await fetch(path, { integrity, cache, credentials: "same-origin" });
  if (!response.ok || response.redirected) throw new Error(`${path}: ${response.status}`);
  return response;
}

async function kept(path, request) {
  return (await caches.match(path, { cacheName: CACHE, ignoreVary: true })) ?? fetch(request);
}

async function putOldOnesAway() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
}
