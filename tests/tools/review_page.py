#!/usr/bin/env python3
"""Tries the review page in headless Chromium, as a person would use it from a USB stick (file://).

    tests/tools/review_page.py [FOLDER]

Run by hand, not in CI. Installs Debian's chromium (as root, where it is missing) and Playwright in a virtual
environment under target/. Pages, screenshots and the saved file are left in FOLDER (default: target/review-page).
Ends with 0 when every check holds.
"""
import json, os, shutil, subprocess, sys, time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / "target" / "review-page-venv"
OUT = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "target" / "review-page"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]


def set_up():
    """Installs what is missing and starts again inside the virtual environment."""
    if not shutil.which("chromium"):
        print("installing chromium and Chinese fonts", flush=True)
        subprocess.run(["apt-get", "install", "-y", "-qq", "chromium", "fonts-noto-cjk"], check=True)
    if Path(sys.prefix).resolve() == VENV.resolve():
        return
    if not (VENV / "bin" / "python").exists():
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    subprocess.run([str(VENV / "bin" / "pip"), "install", "-q", "--disable-pip-version-check", "playwright==1.55.0"], check=True)
    os.execv(str(VENV / "bin" / "python"), [str(VENV / "bin" / "python"), __file__, *sys.argv[1:]])


def write_page(folder, cards, lang, pictures):
    """Has the program's own code write a page of made-up candidates, with pictures drawn by its own chip module."""
    folder.mkdir(parents=True, exist_ok=True)
    env = dict(os.environ, PAPAVER_REVIEW_PAGE=str(folder / "review.html"), PAPAVER_REVIEW_CARDS=str(cards),
               PAPAVER_REVIEW_LANG=lang, PAPAVER_REVIEW_PICTURES=" ".join(pictures))
    subprocess.run(["cargo", "test", "-q", "--lib", "pages::review::tests::write_a_page_for_the_browser", "--", "--ignored", "--exact"],
                   cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)


def draw_pictures(folder):
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cargo", "test", "-q", "--lib", "scan::write::chip::tests::write_pictures_for_the_browser", "--", "--ignored", "--exact"],
                   cwd=ROOT, env=dict(os.environ, PAPAVER_CHIPS=str(folder)), check=True, stdout=subprocess.DEVNULL)
    return sorted(p.stem.removeprefix("chip-") for p in folder.glob("chip-*.jpg"))


class Browser:
    """A page and everything it complained about or asked the network for."""

    def __init__(self, context):
        self.page = context.new_page()
        self.complaints, self.requests, self.dialogs = [], [], []
        self.page.on("console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda e: self.complaints.append(str(e)))
        self.page.on("request", lambda r: self.requests.append(r.url))
        self.page.on("dialog", lambda d: (self.dialogs.append(d.message), d.dismiss()))

    def open(self, path):
        began = time.perf_counter()
        self.page.goto(path.as_uri())
        self.page.wait_for_selector(".cell")
        return time.perf_counter() - began

    def text(self, selector):
        return self.page.inner_text(selector)

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def quiet(self):
        far = [u for u in self.requests if not u.startswith(("file:", "data:", "blob:"))]
        assert not far, f"asked the network for {far}"
        assert not self.complaints, f"console: {self.complaints}"
        assert not self.dialogs, f"dialogs: {self.dialogs}"


def counts(b):
    return [int(t.split()[-1]) for t in b.page.locator("#filters button").all_inner_texts()]


def screening(context, folder):
    b = Browser(context)
    b.open(folder / "review.html")
    assert "Rank 1 of 12" in b.text("#rank") and counts(b) == [12, 12, 0, 0]
    assert b.page.locator("img[onerror]").count() == 0 and "</script>" in b.text("#heading")
    b.press("k")
    assert "Rank 2" in b.text("#rank") and counts(b) == [12, 11, 1, 0]
    b.press("3")
    b.press("s")
    assert "Rank 4" in b.text("#rank") and counts(b) == [12, 10, 1, 1]
    b.press("k", "u")
    assert "Rank 4" in b.text("#rank") and counts(b) == [12, 10, 1, 1], "undone"
    b.press("Control+z")
    assert "Rank 2" in b.text("#rank") and counts(b) == [12, 11, 1, 0], "undone twice"
    b.press("n")
    b.page.keyboard.type("靠墙 k 3 u \"x\"")
    b.press("Escape", "2")
    assert counts(b) == [12, 10, 1, 1], "letters typed in the note decide nothing"
    b.press("ArrowRight", "ArrowLeft", "End")
    assert "Rank 12" in b.text("#rank")
    b.page.click("#next", force=True)
    b.press("r", "Tab", "Enter")
    assert counts(b) == [12, 9, 1, 2], "by the reason buttons alone"
    b.press("f", "f")
    assert b.page.locator(".cell").count() == 1 and "Rank 1 " in b.text("#rank") + " "
    b.press("Delete")
    assert counts(b) == [12, 10, 0, 2] and b.page.locator(".cell").count() == 0 and b.page.is_visible("#none")
    b.press("k", "u")
    assert counts(b) == [12, 9, 1, 2] and "Rank 1 " in b.text("#rank") + " ", "nothing to keep; the clearing is undone"
    b.press("f", "f")
    b.page.fill("#goto", "7")
    b.press("Enter")
    assert "Rank 7" in b.text("#rank")
    b.page.keyboard.press("Alt+k")
    assert counts(b) == [12, 9, 1, 2]
    assert "3 changes not in a file" in b.text("#unsaved")
    with b.page.expect_download() as waiting:
        b.press("Control+s")
    saved = folder / waiting.value.suggested_filename
    waiting.value.save_as(saved)
    assert saved.name == f"decisions-410423-{time.strftime('%Y-%m-%d')}-scan-1.json", saved.name
    check_file(saved)
    assert b.text("#unsaved") == ""
    b.page.reload()
    assert counts(b) == [12, 9, 1, 2] and "Rank 7" in b.text("#rank"), "a closed browser loses nothing"
    b.page.click("#language")
    assert "第 7 名" in b.text("#rank") and b.page.get_attribute("html", "lang") == "zh-CN"
    b.page.reload()
    assert "第 7 名" in b.text("#rank")
    b.page.click(".facts button")
    assert "已复制" in b.text(".facts button")
    b.quiet()
    b.page.close()
    return saved


def check_file(path):
    read = json.loads(path.read_text(encoding="utf-8"))
    assert list(read) == ["format", "scan_id", "decided"] and read["format"] == "papaver.decisions/1" and read["scan_id"] == "scan-1"
    rows = [(d["candidate"], d["decision"], d["reason"], d["note"]) for d in read["decided"]]
    assert rows == [("c00001", "keep", None, None), ("c00002", "reject", "crop", "靠墙 k 3 u \"x\""), ("c00012", "reject", "crop", None)], rows
    for d in read["decided"]:
        assert list(d) == ["candidate", "decision", "reason", "at", "note"]
        time.strptime(d["at"], "%Y-%m-%dT%H:%M:%SZ")


def loading(browser, folder, saved):
    """A browser that knows nothing takes the saved file, and refuses others without changing anything."""
    context = browser.new_context(locale="en-GB")
    b = Browser(context)
    b.open(folder / "review.html")
    good = json.loads(saved.read_text(encoding="utf-8"))
    wrong = {"other.json": {**good, "scan_id": "scan-2"}, "not.json": {"format": "x"},
             "bad.json": {**good, "decided": good["decided"] + [{**good["decided"][0], "decision": "maybe"}]}}
    (folder / "text.json").write_text("no json", encoding="utf-8")
    for name, body in wrong.items():
        (folder / name).write_text(json.dumps(body), encoding="utf-8")
    for name, part in [("other.json", "belongs to scan scan-2"), ("not.json", "not a file of decisions"),
                       ("bad.json", "entry 4 is damaged"), ("text.json", "not a file of decisions")]:
        b.page.set_input_files("#file", folder / name)
        b.page.wait_for_function("part => document.getElementById('notice').innerText.includes(part)", arg=part)
        assert counts(b) == [12, 12, 0, 0]
    b.page.set_input_files("#file", saved)
    b.page.wait_for_function("document.getElementById('notice').innerText.includes('3 decisions loaded')")
    assert counts(b) == [12, 9, 1, 2] and b.text("#unsaved") == ""
    b.press("u")
    assert counts(b) == [12, 12, 0, 0] and "3 changes" in b.text("#unsaved"), "loading is undone as one"
    b.quiet()
    context.close()


def without_storage(browser, folder):
    context = browser.new_context(locale="en-GB")
    context.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } })")
    b = Browser(context)
    b.open(folder / "review.html")
    assert "Save them to a file" in b.text("#notice")
    b.press("k")
    assert counts(b) == [12, 11, 1, 0]
    b.quiet()
    context.close()


def many(context, folder):
    b = Browser(context)
    opened = b.open(folder / "review.html")
    nodes = b.page.evaluate("document.querySelectorAll('*').length")
    frames = b.page.evaluate("""async () => { const s = document.getElementById('sheet'), gaps = []; let last = performance.now();
        for (let n = 0; n < 120; n++) { s.scrollTop += 400; await new Promise(requestAnimationFrame); const now = performance.now(); gaps.push(now - last); last = now; }
        s.scrollTop = 0; return gaps.sort((a, b) => a - b); }""")
    pressed = b.page.evaluate("""() => { const began = performance.now();
        for (let n = 0; n < 100; n++) document.getElementById('sheet').dispatchEvent(new KeyboardEvent('keydown', { key: 'k', bubbles: true }));
        return (performance.now() - began) / 100; }""")
    assert counts(b) == [5000, 4900, 100, 0] and nodes < 2500
    print(f"5,000 cards: opened in {opened:.2f} s, {nodes} elements, page {(folder / 'review.html').stat().st_size / 1e6:.2f} MB; "
          f"scrolling: median frame {frames[60]:.0f} ms, 95 % under {frames[114]:.0f} ms; one decision {pressed:.1f} ms")
    b.page.screenshot(path=OUT / "many.png")
    assert opened < 5 and frames[114] < 200, "opens fast, scrolls smoothly"
    b.quiet()
    b.page.close()


def pictures(browser, folder):
    for lang, width, height, scheme in [("en-GB", 1440, 900, "light"), ("zh-CN", 1440, 900, "dark"), ("zh-CN", 390, 844, "light"), ("en-GB", 1366, 650, "light"), ("en-GB", 1024, 700, "light")]:
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        b = Browser(context)
        b.open(folder / "review.html")
        if lang == "zh-CN":
            b.page.click("#language")
        b.press("k", "3", "ArrowLeft")
        b.page.wait_for_timeout(500)
        wide = b.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{wide} pixels on a screen of {width}"
        if width == 1366:
            assert b.page.locator("#reasons button").last.bounding_box()["y"] < height - 34, "the decision is in view on a laptop"
        b.page.screenshot(path=OUT / f"page-{lang}-{width}-{scheme}.png", full_page=width < 900)
        if width == 1440 and lang == "en-GB":
            b.page.keyboard.press("?")
            b.page.screenshot(path=OUT / "keys.png")
            b.press("Escape")
            b.page.evaluate("paper()")
            b.page.wait_for_timeout(500)
            b.page.pdf(path=OUT / "paper.pdf", format="A4")
        context.close()


def empty(browser, folder):
    context = browser.new_context()
    b = Browser(context)
    b.page.goto((folder / "review.html").as_uri())
    assert "没有达到阈值" in b.text("#empty") and not b.page.is_visible("main")
    b.page.screenshot(path=OUT / "empty.png")
    b.quiet()
    context.close()


def main():
    set_up()
    from playwright.sync_api import sync_playwright

    shutil.rmtree(OUT, ignore_errors=True)
    few, lots, none = (OUT / "12 张 #1", OUT / "5000", OUT / "0")
    names = draw_pictures(few / "chips")
    write_page(few, 12, "en", names)
    write_page(lots, 5000, "en", names)
    write_page(none, 0, "zh", names)
    shutil.copytree(few / "chips", lots / "chips")
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        context = browser.new_context(accept_downloads=True, locale="en-GB")
        saved = screening(context, few)
        loading(browser, few, saved)
        without_storage(browser, few)
        many(browser.new_context(), lots)
        empty(browser, none)
        pictures(browser, few)
        browser.close()
    print(f"all checks hold; look at the pictures in {OUT}")


main()
