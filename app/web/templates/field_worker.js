// Opens one page without a network: /field/, which holds nothing of anybody. No other page and no answer with anybody's
// data is kept by this worker; it sees no request outside /field/ but for the files of its page.
const CACHE = "zhifang-field-{{ version }}";
const PAGE = {{ page | tojson }};
const FILES = {{ files | tojson }};
const PATIENCE_MS = 4000;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(CACHE).then((cache) => cache.addAll([new Request(PAGE, { cache: "reload", credentials: "omit" }), ...FILES])).then(() => self.skipWaiting()),
  );
});
self.addEventListener("activate", (event) => {
  const old = (names) => names.filter((name) => name.startsWith("zhifang-field-") && name !== CACHE);
  event.waitUntil(caches.keys().then((names) => Promise.all(old(names).map((name) => caches.delete(name)))).then(() => self.clients.claim()));
});
const soon = (request) => fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && url.pathname === PAGE) {
    event.respondWith(soon(request).then((answer) => (answer.ok ? answer : Promise.reject(answer))).catch(() => caches.match(PAGE)));
  } else if (FILES.includes(url.pathname + url.search)) {
    event.respondWith(caches.match(request).then((found) => found ?? fetch(request)));
  }
});
