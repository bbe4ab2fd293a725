// Opens the crew's page without a network: its own few files, and nothing of what is told of sites.

const KEPT = "papaver-crew-page";
const FILES = ["./", "crew.css", "crew.js", "map.js"];
/** How long a slow network is waited for, in milliseconds. */
const PATIENCE = 4000;
const own = new Set(FILES.map((name) => new URL(name, self.registration.scope).pathname));

self.addEventListener("install", (event) => event.waitUntil((async () => {
  const kept = await caches.open(KEPT);
  await kept.addAll([...own].map((path) => new Request(path, { cache: "reload" })));
  await self.skipWaiting();
})()));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  if (event.request.method === "GET" && origin === self.location.origin && own.has(pathname)) event.respondWith(file(pathname));
});

/** A file as the server has it now, and as it was where no server answers in time. */
async function file(path) {
  const kept = await caches.open(KEPT);
  const asked = fetch(path, { cache: "no-cache" }).then(async (answer) => {
    if (answer.ok) await kept.put(path, answer.clone());
    return answer;
  });
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  const first = await Promise.race([asked.catch(() => null), late]);
  return first?.ok ? first : ((await kept.match(path)) ?? asked);
}
