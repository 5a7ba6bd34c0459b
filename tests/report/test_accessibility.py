"""The page of a report in a real browser: contrast, headings, table headers, names, focus, width, print."""

from __future__ import annotations

import base64
import itertools

import pytest

CONTRAST = """
const seen = new Map();
const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
function rgba(text) {
  canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = text; canvas.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data; return [r, g, b, a / 255];
}
const over = (top, below) => [0, 1, 2].map(k => top[k] * top[3] + below[k] * (1 - top[3])).concat(1);
function ground(element) {
  const layers = [];
  for (let e = element; e; e = e.parentElement) {
    const style = getComputedStyle(e);
    layers.push(rgba(style.backgroundColor));
    const box = e.tagName.toLowerCase() === "a" && e.querySelector(":scope > rect");
    if (box) layers.push(rgba(getComputedStyle(box).fill));
  }
  return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
}
const linear = v => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
const light = c => 0.2126 * linear(c[0]) + 0.7152 * linear(c[1]) + 0.0722 * linear(c[2]);
for (const details of document.querySelectorAll("details")) details.open = true;
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node = walker.nextNode(); node; node = walker.nextNode()) {
  if (!node.textContent.trim()) continue;
  const e = node.parentElement, style = getComputedStyle(e);
  if (["SCRIPT", "STYLE"].includes(e.tagName) || style.display === "none" || !e.getClientRects().length) continue;
  const back = ground(e), front = over(rgba(e.closest("svg") ? style.fill : style.color), back);
  const one = light(front) + 0.05, two = light(back) + 0.05;
  const ratio = Math.max(one, two) / Math.min(one, two);
  const key = `${e.tagName}.${e.getAttribute("class") || ""} ${style.color} on ${back.map(Math.round)}`;
  if (!(seen.get(key)?.[0] <= ratio)) seen.set(key, [ratio, node.textContent.trim().slice(0, 40)]);
}
return [...seen].map(([key, [ratio, text]]) => [ratio, key, text]);
"""
UNNAMED = """
const named = e => e.getAttribute("aria-label")
  || (e.getAttribute("aria-labelledby") || "").split(" ").some(id => document.getElementById(id))
  || e.labels?.length || e.textContent.trim() || e.title;
return [...document.querySelectorAll("input, select, button, summary, a[href], svg[role=img], [role=region], section")]
  .filter(e => !named(e)).map(e => e.outerHTML.slice(0, 80));
"""
WIDE = """
for (const details of document.querySelectorAll("details")) details.open = true;
return [document.documentElement.scrollWidth, window.innerWidth];
"""


@pytest.fixture(scope="module")
def page(driver, folder):
    return (folder / "report.html").as_uri()


def show(driver, page, width, scheme, *, media="screen", motion="no-preference"):
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    features = [{"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": motion}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": features})
    driver.get(page)


@pytest.mark.parametrize(("scheme", "media"), [("light", "screen"), ("dark", "screen"), ("light", "print")])
def test_all_text_has_contrast(driver, page, scheme, media):
    show(driver, page, 1200, scheme, media=media)
    found = driver.execute_script(CONTRAST)
    assert len(found) > 10
    assert [entry for entry in found if entry[0] < 4.5] == []


def test_the_contrast_check_finds_faint_text(driver, page):
    show(driver, page, 1200, "light")
    driver.execute_script("document.querySelector('h2').style.color = '#999'")
    assert any(ratio < 4.5 for ratio, *_ in driver.execute_script(CONTRAST))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_needs_no_sideways_scrolling(driver, page, scheme):
    show(driver, page, 390, scheme)
    content, window = driver.execute_script(WIDE)
    assert content <= window == 390


def test_headings_tables_and_controls_have_names(driver, page):
    show(driver, page, 1200, "light")
    assert driver.execute_script(UNNAMED) == []
    script = "return [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map(e => Number(e.tagName[1]))"
    levels = driver.execute_script(script)
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    bare = "return [...document.querySelectorAll('th')].filter(e => !e.scope).length"
    assert driver.execute_script(bare) == 0
    headless = "return [...document.querySelectorAll('table')].filter(e => !e.querySelector('th')).length"
    assert driver.execute_script(headless) == 0


def test_the_keyboard_is_seen(driver, page):
    from selenium.webdriver.common.keys import Keys

    show(driver, page, 1200, "light")
    reached = []
    for _ in range(12):
        driver.switch_to.active_element.send_keys(Keys.TAB)
        script = """const e = document.activeElement, s = getComputedStyle(e);
        return [e.tagName, s.outlineStyle, parseFloat(s.outlineWidth), e.className]"""
        reached.append(driver.execute_script(script))
    assert reached[0][3] == "skip"
    assert all(style != "none" and width >= 1 for _, style, width, _ in reached)


def test_motion_is_not_forced(driver, page):
    for motion, wanted in (("no-preference", "smooth"), ("reduce", "auto")):
        show(driver, page, 1200, "light", motion=motion)
        style = "return getComputedStyle(document.documentElement).scrollBehavior"
        assert driver.execute_script(style) == wanted


def test_it_prints(driver, page):
    show(driver, page, 800, "light")
    printed = base64.b64decode(driver.execute_cdp_cmd("Page.printToPDF", {})["data"])
    assert printed.startswith(b"%PDF")
    assert printed.count(b"/Type /Page") >= 2


def test_it_reads_without_scripts(driver, page):
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        show(driver, page, 1200, "light")
        text = driver.find_element("tag name", "main").text
    finally:
        driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    for words in ("Summary", "All statements", "theorem-1", "Tiers and variants side by side", "References"):
        assert words in text
