// The crew's page: sites near me, what was found there, photographs with the place where they were taken.
//
// What is read and written is the crew's own folder (WebDAV): `page/sites.geojson` and `page/form.json` come from it, and
// a visit goes into it as its photographs, each untouched with its position beside it, and a GeoJSON of one row that the
// office takes in as any other file. Nothing is lost without a network: a draft stays in this browser until it was
// acknowledged, and can be saved as a file.
import { FieldMap, forgetView } from "./map.js";

const words = {
  title: ["外业核查", "Field visits"],
  name: ["用户名", "Name"],
  password: ["口令", "Password"],
  enter: ["进入", "Enter"],
  leave: ["退出", "Leave"],
  refused: ["用户名或口令不正确，或口令已过期、已停用", "The name or the password is wrong, or the password has ended"],
  offline: ["当前没有网络：内容保存在本机，联网后请再次上报", "There is no network now: what you enter stays in this browser; send it later"],
  often: ["尝试次数过多，请一分钟后再试", "Tried too often: wait a minute"],
  failed: ["未能上报，内容仍保存在本机", "It was not sent; it is still here"],
  trouble: ["服务器未能处理（代码 {n}），内容保存在本机，请稍后再试", "The server could not do this (code {n}); what you enter stays in this browser: try again later"],
  insecure: ["当前为普通 HTTP 连接：浏览器不提供定位，没有网络时打不开本页，口令和内容以明文传输。请尽量改用 HTTPS 地址，并安装单位的证书。", "This is plain HTTP: the browser gives no position, the page does not open without a network, and your password and what you send pass in the clear. Use the HTTPS address where there is one, with the office's certificate installed."],
  clock: ["手机时间与服务器相差约 {n} 分钟，请先校准手机时间", "This telephone's clock is about {n} minutes off: set it first"],
  sites: ["待办图斑", "Sites"],
  none: ["目前没有派给本组的图斑", "No site is assigned to this crew now"],
  find: ["新发现", "New find"],
  drafts: ["草稿", "Drafts"],
  results: ["上报结果", "What became of it"],
  refresh: ["刷新", "Refresh"],
  back: ["返回", "Back"],
  here: ["我的位置：±{n} 米", "I am here: ±{n} m"],
  away: ["距图斑 {n}", "{n} to the site"],
  nowhere: ["尚未取得位置", "No position yet"],
  unplaced: ["无位置", "no position"],
  denied: ["未获得定位权限：请在手机设置中允许浏览器使用位置", "The browser may not use the position: allow it in the phone's settings"],
  noplace: ["普通 HTTP 连接下没有位置", "No position over plain HTTP"],
  take: ["拍照", "Take a photograph"],
  choose: ["从相册选择", "Choose from the album"],
  photos_visit: ["现场照片", "Photographs of the scene"],
  photos_erad: ["铲除后照片", "Photographs after the eradication"],
  remove: ["移除 {n}", "Remove {n}"],
  stripped: ["浏览器上传的照片可能被系统去掉位置信息：添加照片时的浏览器位置另存于照片旁。请在现场拍照。", "Systems may strip the position from photographs that a browser sends: the browser's position when it was added is kept beside each. Take them on the spot."],
  visit: ["核查", "Visit"],
  eradication: ["铲除", "Eradication"],
  map: ["图斑地图。方向键平移，+ 和 − 缩放；图斑均列于下方列表。", "Map of the sites. Arrow keys move it, + and − zoom; every site is in the list below."],
  closer: ["放大", "Zoom in"],
  wider: ["缩小", "Zoom out"],
  me: ["到我的位置", "To where I am"],
  waits: ["尚缺照片：{n}", "Still waiting for photographs: {n}"],
  find_place: ["位置（经度, 纬度，WGS 84）", "Place (longitude, latitude in WGS 84)"],
  find_here: ["取我的位置", "Take my position"],
  find_wrong: ["位置格式为“经度, 纬度”，如 113.30, 33.74", "A place is a longitude and a latitude, such as 113.30, 33.74"],
  send: ["上报", "Send"],
  file: ["另存为文件", "Save as a file"],
  load: ["打开草稿文件", "Open a draft file"],
  drop: ["删除草稿", "Delete the draft"],
  sure: ["确定删除？照片也会一并删除。", "Delete it, with its photographs?"],
  sent: ["已收到，原件已保存；录入成功后草稿自动删除", "Received and kept; the draft goes once it is recorded"],
  needed: ["请填写核查结论和核查人员", "Fill in the outcome and the officers"],
  place: ["新发现须有位置：请等待定位，或填写经纬度", "A new find needs a place: wait for the position, or type it in"],
  navigate: ["导航到此", "Navigate"],
  metres: ["米", "m"],
  full: ["本机存储空间不足，草稿未能保存：请立即另存为文件", "This browser has no room: save the draft as a file now"],
};

const state = { language: localStorage.getItem("papaver.language") ?? (/^zh\b/i.test(navigator.language) ? 0 : 1), who: null, form: null, sites: [], here: null, pictures: new Map(), imagery: null, refused: false, wish: 0, again: () => login(), moved: () => {} };
state.language = Number(state.language) ? 1 : 0;
const main = document.getElementById("main");
const t = (key, n) => words[key][state.language].replace("{n}", n ?? "");
const own = (field) => (state.language ? field.en : field.zh);

// The characters that act instead of showing, as `acts_in_page` of src/printable.rs has them.
const ACTING = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u00AD\u180E\u200B\u200E\u200F\u2028-\u202E\u2060-\u2064\u2066-\u2069\u3164\uFEFF\uFFA0]/g;
/** A text in which these show by their numbers. */
const visible = (text) => text.replace(ACTING, (letter) => `⟨U+${letter.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`);

/** An element: its name, its properties, what lies in it. Words are always text, never markup. */
function el(name, properties = {}, ...inner) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key in made && key !== "list") made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...inner.filter((part) => part !== null && part !== undefined).map((part) => (typeof part === "string" ? visible(part) : part)));
  return made;
}
/** Shows a view: what shows it anew in another language, what it does when the crew has moved, what lies in it. */
function show({ again, moved = () => {} }, ...parts) {
  const sameView = state.again.name === again.name;
  Object.assign(state, { again, moved });
  main.replaceChildren(...parts.filter(Boolean));
  if (!sameView) window.scrollTo(0, 0);
}
/** The crew wants another view: whether it still does when that view's data has come, or has gone on meanwhile. */
function wish() {
  const mine = ++state.wish;
  return () => mine === state.wish;
}
function say(text) {
  document.getElementById("status").textContent = text;
}
function warn(text) {
  const warning = document.getElementById("warning");
  warning.textContent = text;
  warning.hidden = !text;
}

// The crew's folder.

function proof() {
  const { id, password } = state.who;
  const bytes = new TextEncoder().encode(`${id}:${password}`);
  return { Authorization: `Basic ${btoa(String.fromCharCode(...bytes))}`, "X-Papaver": "1" };
}
function ask(path, options = {}) {
  const address = `/dav/${encodeURIComponent(state.who.id)}/${path.split("/").map(encodeURIComponent).join("/")}`;
  const headers = { ...proof(), ...options.headers };
  return fetch(address, { ...options, headers, credentials: "omit", cache: "no-store" });
}
async function read(path) {
  const answer = await ask(path);
  const date = Date.parse(answer.headers.get("date") ?? "");
  const minutes = Math.round(Math.abs(Date.now() - date) / 60000);
  if (minutes >= 5) warn(t("clock", minutes));
  if (!answer.ok) throw Object.assign(new Error(path), { status: answer.status });
  return answer;
}
/** Acknowledged only where the server said that the file is on its disk. */
async function put(path, body, type) {
  const answer = await ask(path, { method: "PUT", body, headers: { "Content-Type": type } });
  if (![200, 201, 204].includes(answer.status)) throw Object.assign(new Error(path), { status: answer.status });
}

/** What has gone wrong, as far as it is known: the network is one of several things that may. */
const trouble = (error) => (error.status ? t("trouble", error.status) : t("offline"));

// The imagery around the sites: what was seen once is kept for where there is no network.

const TILES = "papaver-crew-imagery";
async function imagery() {
  const about = `papaver.imagery.${state.who.id}`;
  try {
    const answer = await asked("");
    const found = answer.status === 200 ? await answer.json() : null;
    const before = localStorage.getItem(about);
    if (found) localStorage.setItem(about, JSON.stringify(found));
    if (before && JSON.parse(before).version !== found?.version) await globalThis.caches?.delete(TILES);
    state.imagery = found;
  } catch {
    state.imagery = JSON.parse(localStorage.getItem(about) ?? "null");
  }
}
const asked = (path) => fetch(`/crew/imagery/${encodeURIComponent(state.who.id)}${path}`, { headers: proof(), credentials: "omit", cache: "no-store" });
/** A tile as the office drew it; `null` where there is none. */
async function tile(zoom, column, row) {
  const path = `/${zoom}/${column}/${row}`;
  const name = `/crew/imagery/${state.who.id}${path}?${state.imagery.version}`;
  const kept = globalThis.caches ? await caches.open(TILES) : null;
  const before = await kept?.match(name);
  if (before) return before.blob();
  const answer = await asked(path);
  if (answer.status === 204) return null;
  if (!answer.ok) throw Object.assign(new Error(path), { status: answer.status });
  const bytes = await answer.blob();
  await kept?.put(name, new Response(bytes)).catch(() => {});
  return bytes;
}
/** Fetches what a crew will look at where there is no network: the ground around each site, close enough to know it by. */
async function fetchAround(sites) {
  if (!globalThis.caches) return;
  const crew = state.who.id;
  for (const feature of sites) {
    const at = centre(feature);
    for (const zoom of at ? [15, 17, 18] : []) {
      const size = 2 ** zoom;
      const column = Math.floor(((at[0] + 180) / 360) * size);
      const row = Math.floor(((1 - Math.asinh(Math.tan((at[1] * Math.PI) / 180)) / Math.PI) / 2) * size);
      const beside = zoom === 18 ? [-1, 0, 1] : [0];
      for (const x of beside) for (const y of beside) {
        if (state.who?.id !== crew || !state.imagery || zoom > state.imagery.deepest) return;
        await tile(zoom, column + x, row + y);
      }
    }
  }
}

// Drafts.

const database = new Promise((resolve, reject) => {
  const opening = indexedDB.open("papaver-crew", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("drafts", { keyPath: "id" });
  opening.onsuccess = () => resolve(opening.result);
  opening.onerror = () => reject(opening.error);
});
async function drafts(mode, work) {
  const open = await database;
  return new Promise((resolve, reject) => {
    const transaction = open.transaction("drafts", mode, { durability: "strict" });
    const asked = work(transaction.objectStore("drafts"));
    transaction.oncomplete = () => resolve(asked.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}
async function keep(draft) {
  try {
    await drafts("readwrite", (store) => store.put(draft));
  } catch {
    warn(t("full"));
  }
}
const ofThisCrew = async () => (await drafts("readonly", (store) => store.getAll())).filter((d) => d.crew === state.who.id);
const forget = (draft) => drafts("readwrite", (store) => store.delete(draft.id));

function identity() {
  const random = crypto.getRandomValues(new Uint8Array(6));
  return new Date().toISOString().replace(/[-:T]/g, "").slice(0, 14) + "-" + Array.from(random, (b) => b.toString(16).padStart(2, "0")).join("");
}
/** Now with this telephone's own offset, to the second. */
function now() {
  const at = new Date();
  const offset = -at.getTimezoneOffset();
  const two = (n) => String(Math.floor(Math.abs(n))).padStart(2, "0");
  const local = new Date(at.getTime() + offset * 60000).toISOString().slice(0, 19);
  return `${local}${offset < 0 ? "-" : "+"}${two(offset / 60)}:${two(offset % 60)}`;
}
const base64 = (blob) => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
  reader.onerror = () => reject(reader.error);
  reader.readAsDataURL(blob);
});
async function saveAsFile(draft) {
  const photos = await Promise.all(draft.photos.map(async (photo) => ({ ...photo, file: await base64(photo.file) })));
  const text = JSON.stringify({ format: "papaver.visit/1", ...draft, photos });
  const link = el("a", { href: URL.createObjectURL(new Blob([text], { type: "application/json" })), download: `${draft.id}.papaver-visit` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}
async function openFile(file) {
  const { format, ...draft } = JSON.parse(await file.text());
  if (format !== "papaver.visit/1") throw new Error(file.name);
  for (const photo of draft.photos) {
    const bytes = Uint8Array.from(atob(photo.file), (c) => c.charCodeAt(0));
    photo.file = new Blob([bytes], { type: photo.type });
  }
  draft.crew = state.who.id;
  // A file takes the place of no draft that lies here: it is one more, and so are its photographs.
  if (await drafts("readonly", (store) => store.get(draft.id))) {
    draft.id = identity();
    draft.photos.forEach((photo, at) => (photo.name = `${draft.id}-${at + 1}${photo.name.match(/\.[^./]*$/)?.[0] ?? ""}`));
  }
  await keep(draft);
  return draft;
}

// Places.

function centre(feature) {
  const ring = [];
  const walk = (part) => (typeof part[0] === "number" ? ring.push(part) : part.forEach(walk));
  if (!feature.geometry) return null;
  walk(feature.geometry.coordinates);
  const sum = ring.reduce(([x, y], [lon, lat]) => [x + lon, y + lat], [0, 0]);
  return [sum[0] / ring.length, sum[1] / ring.length];
}
function metres([lon, lat], [lon2, lat2]) {
  const rad = Math.PI / 180;
  const a = Math.sin(((lat2 - lat) * rad) / 2) ** 2 + Math.cos(lat * rad) * Math.cos(lat2 * rad) * Math.sin(((lon2 - lon) * rad) / 2) ** 2;
  return 2 * 6371008.8 * Math.asin(Math.sqrt(a));
}
const distance = (feature) => (state.here && centre(feature) ? metres(state.here.at, centre(feature)) : Infinity);
const inWords = (far) => (far < 1000 ? `${Math.round(far)} ${t("metres")}` : `${(far / 1000).toFixed(far < 10_000 ? 1 : 0)} km`);
const farAway = (feature) => (Number.isFinite(distance(feature)) ? inWords(distance(feature)) : "");
function follow() {
  if (!navigator.geolocation || !window.isSecureContext) return;
  navigator.geolocation.watchPosition(
    ({ coords, timestamp }) => {
      const first = !state.here;
      state.here = { at: [coords.longitude, coords.latitude], accuracy: coords.accuracy, altitude: coords.altitude, time: timestamp };
      Object.assign(state, { refused: false });
      state.moved(first);
    },
    (error) => {
      state.refused = error.code === error.PERMISSION_DENIED;
      state.moved(false);
    },
    { enableHighAccuracy: true, maximumAge: 5000 },
  );
}
function whereIAm(feature) {
  if (!window.isSecureContext) return t("noplace");
  if (!state.here) return state.refused ? t("denied") : t("nowhere");
  const far = feature ? farAway(feature) : "";
  return [t("here", Math.round(state.here.accuracy)), far && t("away", far)].filter(Boolean).join(" · ");
}
/** Where the crew is, as a line of a view. */
const hereLine = (feature) => el("p", { className: "small here" }, whereIAm(feature));

function map(features) {
  const sites = features.filter(centre).map((feature) => ({ at: centre(feature), title: feature.properties.site, site: feature }));
  const own = { map: t("map"), closer: t("closer"), wider: t("wider"), me: t("me") };
  const drawn = new FieldMap({ sites, choose: visit, words: own, imagery: state.imagery && { deepest: state.imagery.deepest, tile } });
  if (state.here) drawn.moved(state.here.at, state.here.accuracy);
  return drawn;
}

// Pages.

function login(message) {
  wish();
  const id = el("input", { autocomplete: "username", autocapitalize: "none", required: true });
  const password = el("input", { type: "password", autocomplete: "current-password", required: true });
  const enter = async (event) => {
    event.preventDefault();
    state.who = { id: id.value.trim(), password: password.value.trim() };
    await begin();
  };
  show({ again: function entering() { login(); } },
    message && el("p", { className: "wrong", role: "alert" }, message),
    el("form", { onsubmit: enter },
      el("label", {}, el("span", {}, t("name")), id),
      el("label", {}, el("span", {}, t("password")), password),
      el("button", { className: "main" }, t("enter"))),
  );
}

/** The crew's data; without a network, what was read last. */
async function begin() {
  const wanted = wish();
  try {
    state.form = await (await read("page/form.json")).json();
    const sites = await (await read("page/sites.geojson")).json();
    state.sites = sites.features;
    sessionStorage.setItem("papaver.who", JSON.stringify(state.who));
    localStorage.setItem(`papaver.data.${state.who.id}`, JSON.stringify([state.form, state.sites]));
    say("");
  } catch (error) {
    if (!wanted()) return;
    if (error.status === 401 || error.status === 404) return login(t("refused"));
    if (error.status === 429) return login(t("often"));
    const kept = localStorage.getItem(`papaver.data.${state.who.id}`);
    if (!kept) return login(trouble(error));
    [state.form, state.sites] = JSON.parse(kept);
    say(trouble(error));
  }
  await imagery();
  if (wanted()) await list();
  fetchAround(state.sites).catch(() => {});
}

async function list() {
  const wanted = wish();
  const mine = await ofThisCrew().catch(() => []);
  if (wanted()) listed(mine);
}
function listed(mine) {
  document.getElementById("title").textContent = `${visible(state.form.crew)} · ${t("title")}`;
  const sorted = [...state.sites].sort((a, b) => distance(a) - distance(b));
  const rows = new Map();
  const entry = (feature) => {
    const { site, state: code = "", state_name: inChinese, due } = feature.properties;
    const name = state.language ? code.toLowerCase().replaceAll("_", " ") : inChinese;
    const text = [name, due].filter(Boolean).join(" · ");
    const far = el("span", { className: "far" }, farAway(feature));
    rows.set(feature, far);
    return el("li", {}, el("button", { type: "button", onclick: () => visit(feature) }, el("span", {}, el("strong", {}, site), ` ${text}`), far));
  };
  const opened = el("input", { type: "file", accept: ".papaver-visit", hidden: true, onchange: async () => {
    try { edit(await openFile(opened.files[0])); } catch { say(t("failed")); }
  } });
  const here = hereLine();
  const drawn = sorted.some(centre) || state.here ? map(sorted) : null;
  // The order stays as it is under a finger; the first position puts the nearest first.
  const moved = async (first) => {
    if (first) {
      const now = await ofThisCrew().catch(() => mine);
      return state.moved === moved && listed(now);
    }
    here.textContent = whereIAm();
    if (state.here) drawn?.moved(state.here.at, state.here.accuracy);
    rows.forEach((far, feature) => (far.textContent = farAway(feature)));
  };
  show({ again: list, moved },
    here,
    drawn?.element,
    state.imagery?.attribution ? el("p", { className: "small" }, state.imagery.attribution) : null,
    el("div", { className: "row" },
      el("button", { onclick: begin }, t("refresh")),
      el("button", { onclick: () => visit(null) }, t("find")),
      el("button", { onclick: results }, t("results")),
      el("button", { onclick: () => opened.click() }, t("load")),
      el("button", { onclick: leave }, t("leave")), opened),
    mine.length ? el("h2", {}, t("drafts")) : null,
    el("ul", {}, ...mine.map((draft) => el("li", {}, el("button", { onclick: () => edit(draft) }, `${draft.values.site ?? t("find")} · ${draft.id.slice(0, 12)} · ${draft.photos.length}`)))),
    el("h2", {}, t("sites")),
    sorted.length ? el("ul", {}, ...sorted.map(entry)) : el("p", {}, t("none")),
  );
}
function leave() {
  sessionStorage.removeItem("papaver.who");
  Object.assign(state, { who: null, form: null, sites: [], imagery: null });
  state.pictures.clear();
  forgetView();
  login();
}

async function visit(feature) {
  const wanted = wish();
  const kept = (await ofThisCrew().catch(() => [])).find((draft) => feature && draft.values.site === feature.properties.site);
  if (!wanted()) return;
  if (kept) return edit(kept);
  const values = { ...(feature?.properties ?? { crew: state.form.crew }), visit_at: now() };
  edit({ id: identity(), crew: state.who.id, values, geometry: feature?.geometry ?? null, isFind: !feature, photos: [] });
}

async function picture(path) {
  if (!state.pictures.has(path)) state.pictures.set(path, URL.createObjectURL(await (await read(path)).blob()));
  return state.pictures.get(path);
}

function field(draft, { key, widget, list: choices, ...titles }) {
  const change = (value) => {
    draft.values[key] = value === "" ? null : value;
    keep(draft);
  };
  const value = draft.values[key] ?? "";
  const text = (properties) => el("input", { value, oninput: (e) => change(e.target.value), ...properties });
  const widgets = {
    list: () => el("select", { onchange: (e) => change(e.target.value) },
      el("option", { value: "" }, "—"),
      ...choices.map(([code, en, zh]) => el("option", { value: code, selected: code === value }, state.language ? en : zh))),
    lines: () => el("textarea", { value, rows: 3, oninput: (e) => change(e.target.value) }),
    count: () => text({ type: "number", min: 0, step: 1, inputMode: "numeric", oninput: (e) => change(e.target.value === "" ? "" : Number(e.target.value)) }),
    number: () => text({ type: "number", min: 0, step: "any", inputMode: "decimal", oninput: (e) => change(e.target.value === "" ? "" : Number(e.target.value)) }),
  };
  const title = own(titles).replace(/^(回填：|visit: |eradication: )/, "");
  return el("label", {}, el("span", {}, title), (widgets[widget] ?? (() => text({})))());
}

/** The columns of photographs, in their order: those of the visit, then those of the eradication. */
const photoColumns = (prefix) => state.form.fields.filter((f) => f.widget === "photo" && f.key.startsWith(prefix)).map((f) => f.key);

function photographs(draft, prefix) {
  const shown = el("ul", { className: "photos" });
  const most = photoColumns(prefix).length;
  const inputs = [];
  const changed = async () => {
    await keep(draft);
    fill();
  };
  const entry = (photo) => {
    const src = URL.createObjectURL(photo.file);
    const seen = el("img", { src, alt: "", onload: () => URL.revokeObjectURL(src) });
    const away = el("button", { type: "button", title: t("remove", photo.name), onclick: () => {
      draft.photos = draft.photos.filter((other) => other !== photo);
      changed();
    } }, "✕");
    away.setAttribute("aria-label", t("remove", photo.name));
    const where = photo.position ? `±${Math.round(photo.position.accuracy_m)} ${t("metres")}` : t("unplaced");
    return el("li", { className: "small" }, seen, el("span", {}, `${photo.name} ${where}`), away);
  };
  const fill = () => {
    const own = draft.photos.filter((photo) => photo.of === prefix);
    shown.replaceChildren(...own.map(entry));
    for (const input of inputs) input.disabled = own.length >= most;
  };
  const taken = async (input) => {
    const here = state.here;
    const position = here && { lon: here.at[0], lat: here.at[1], accuracy_m: here.accuracy, altitude_m: here.altitude, at: new Date(here.time).toISOString() };
    for (const file of [...input.files].slice(0, most - draft.photos.filter((photo) => photo.of === prefix).length)) {
      draft.numbered = (draft.numbered ?? draft.photos.length) + 1;
      const ending = /\.[A-Za-z0-9]+$/.exec(file.name)?.[0] ?? ".jpg";
      draft.photos.push({ of: prefix, name: `${draft.id}-${draft.numbered}${ending}`, original: file.name, type: file.type, file, position, chosen_at: now() });
    }
    input.value = "";
    await changed();
  };
  // A camera takes one at a time, and phones that are asked for the camera offer no album.
  const way = (word, more) => {
    const input = el("input", { type: "file", accept: "image/*", onchange: () => taken(input), ...more });
    inputs.push(input);
    return el("label", { className: "file" }, el("span", {}, t(word)), input);
  };
  const ways = [way("take", { capture: "environment" }), way("choose", { multiple: true })];
  fill();
  const title = t(prefix === "visit_" ? "photos_visit" : "photos_erad");
  return el("fieldset", {}, el("legend", {}, title), el("div", { className: "row" }, ...ways), shown);
}

/** The place of a new find: where the crew is, or typed in where a browser gives no position. */
function findPlace(draft) {
  const text = () => (draft.geometry ? [...draft.geometry.coordinates].map((n) => n.toFixed(6)).join(", ") : "");
  const input = el("input", { value: text(), inputMode: "decimal", placeholder: "113.300000, 33.740000", onchange: () => {
    const [lon, lat, more] = input.value.split(/[,，\s]+/).filter(Boolean).map(Number);
    const is = Math.abs(lon) <= 180 && Math.abs(lat) <= 90 && more === undefined;
    draft.geometry = is ? { type: "Point", coordinates: [lon, lat] } : null;
    say(is || !input.value.trim() ? "" : t("find_wrong"));
    keep(draft);
  } });
  const take = el("button", { type: "button", onclick: () => {
    if (!state.here) return say(whereIAm());
    draft.geometry = { type: "Point", coordinates: state.here.at };
    input.value = text();
    keep(draft);
  } }, t("find_here"));
  return el("div", { className: "row place" }, el("label", {}, el("span", {}, t("find_place")), input), take);
}

function edit(draft) {
  wish();
  const { site, picture: detection, surroundings } = draft.values;
  const pictures = el("div", { className: "pictures" });
  const folder = `${state.form.id}-files`;
  for (const path of [detection, surroundings, site && `${folder}/${site}.jpg`, site && `${folder}/${site}-around.jpg`].filter(Boolean)) {
    picture(path).then((src) => pictures.append(el("img", { src, alt: site ?? "" })), () => {});
  }
  const at = centre(draft);
  const fields = (prefix) => state.form.fields.filter((f) => f.widget !== "photo" && f.key.startsWith(prefix)).map((f) => field(draft, f));
  const here = hereLine(draft);
  show({ again: function editing() { edit(draft); }, moved: () => (here.textContent = whereIAm(draft)) },
    el("div", { className: "row" },
      el("button", { onclick: list }, t("back")),
      at ? el("a", { href: `geo:${at[1].toFixed(6)},${at[0].toFixed(6)}` }, t("navigate")) : null),
    el("h2", {}, site ?? t("find")),
    here,
    pictures,
    draft.isFind ? findPlace(draft) : null,
    el("h3", {}, t("visit")),
    ...fields("visit_"),
    photographs(draft, "visit_"),
    el("h3", {}, t("eradication")),
    ...fields("erad_"),
    photographs(draft, "erad_"),
    el("p", { className: "small" }, t("stripped")),
    el("div", { className: "row" },
      el("button", { className: "main", onclick: () => send(draft) }, t("send")),
      el("button", { onclick: () => saveAsFile(draft) }, t("file")),
      el("button", { onclick: async () => { if (confirm(t("sure"))) { await forget(draft); list(); } } }, t("drop"))),
  );
}

async function send(draft) {
  if (!draft.values.visit_outcome && !draft.values.erad_percent) return say(t("needed"));
  if (draft.isFind && !draft.geometry) {
    if (!state.here) return say(t("place"));
    draft.geometry = { type: "Point", coordinates: state.here.at };
  }
  const wanted = wish();
  await keep(draft);
  const folder = `inbox/${draft.id}`;
  const properties = { ...draft.values };
  for (const prefix of ["visit_", "erad_"]) {
    const own = draft.photos.filter((photo) => photo.of === prefix);
    photoColumns(prefix).forEach((key, at) => (properties[key] = own[at]?.name ?? null));
  }
  const row = { type: "FeatureCollection", features: [{ type: "Feature", geometry: draft.geometry, properties }] };
  try {
    for (const { file, name, type, position, original, chosen_at } of draft.photos) {
      say(`${name} …`);
      await put(`${folder}/${name}`, file, type || "application/octet-stream");
      const beside = { by: "browser", original, chosen_at, position };
      await put(`${folder}/${name}.position`, JSON.stringify(beside), "application/json");
    }
    await put(`${folder}/${draft.id}.geojson`, JSON.stringify(row), "application/geo+json");
    say(t("sent"));
    // What was refused is put right in the draft and sent once more.
    if (await wasTaken(`${folder}/${draft.id}.geojson`)) await forget(draft);
    if (wanted()) await results();
  } catch (error) {
    say(error.status === 401 ? t("refused") : trouble(error));
  }
}

/** Whether every row of a file that was sent is recorded: asked for a while, since the office may be busy. */
async function wasTaken(path) {
  for (let turn = 0; turn < 20; turn += 1) {
    await new Promise((again) => setTimeout(again, 500));
    const outcome = (await (await read("page/results.json")).json()).find((o) => o.path === path);
    if (outcome) return !outcome.error && outcome.rows.every((row) => row.fate !== "refused");
  }
  return false;
}

async function results() {
  const wanted = wish();
  let outcomes = [];
  try { outcomes = await (await read("page/results.json")).json(); } catch (error) { say(trouble(error)); }
  if (!wanted()) return;
  const own = (both) => both[state.language ? 0 : 1];
  const fates = { recorded: ["recorded", "已录入"], before: ["recorded before", "此前已录入"], refused: ["REFUSED", "退回"], waits: ["WAITS FOR PHOTO", "待照片"] };
  const row = (r) => el("li", { className: r.fate === "refused" && !r.waits ? "wrong" : "" }, `${r.site ?? "—"} · ${own(fates[r.waits ? "waits" : r.fate])} · ${r.told.map(own).join(state.language ? "; " : "；")}`);
  show({ again: results },
    el("div", { className: "row" }, el("button", { onclick: begin }, t("back")), el("button", { onclick: results }, t("refresh"))),
    el("h2", {}, t("results")),
    ...outcomes.map((o) => el("section", {},
      el("p", { className: "small" }, `${o.path.split("/").pop()} · ${new Date(o.sent).toLocaleString()}`),
      o.error ? el("p", { className: "wrong" }, own(o.error)) : null,
      el("ul", {}, ...o.rows.map(row)),
      o.waits_for?.length ? el("p", { className: "small" }, t("waits", o.waits_for.join(state.language ? ", " : "、"))) : null)),
  );
}

function languages() {
  document.documentElement.lang = state.language ? "en" : "zh-CN";
  document.getElementById("language").textContent = state.language ? "中文" : "EN";
  document.getElementById("title").textContent = state.form ? `${visible(state.form.crew)} · ${t("title")}` : t("title");
  document.title = t("title");
  warn(window.isSecureContext ? "" : t("insecure"));
}
document.getElementById("language").addEventListener("click", () => {
  state.language = 1 - state.language;
  localStorage.setItem("papaver.language", String(state.language));
  languages();
  state.again();
});

// What follows `#` comes off the crew's code; it is taken out of the address at once.
const [id, password] = decodeURIComponent(location.hash.slice(1)).split(":");
if (id && password) {
  state.who = { id, password };
  history.replaceState(null, "", location.pathname);
} else {
  state.who = JSON.parse(sessionStorage.getItem("papaver.who") ?? "null");
}
languages();
follow();
// Kept for where there is no network: the page, and what the crew enters. Browsers do so over HTTPS alone.
navigator.serviceWorker?.register("offline.js").catch(() => {});
navigator.storage?.persist?.().catch(() => {});
if (state.who) begin(); else login();
