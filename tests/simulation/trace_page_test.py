"""trace_page_test.py <sample_page>: opens a sample of the trace page in a browser, and uses it."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")
try:
    from selenium import webdriver
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service
except ImportError:
    sys.exit("trace_page_test: needs python3-selenium, which ./setup ci installs")
if not BROWSER or not DRIVER:
    sys.exit("trace_page_test: needs chromium and chromium-driver, which ./setup ci installs")

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--window-size=1500,950")


class PageTest(unittest.TestCase):
    """A test uses the page as a person does, and asks the body's data attributes what came of it."""

    program = None

    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        options = Options()
        options.binary_location = BROWSER
        for flag in (*FLAGS, f"--user-data-dir={cls.directory.name}/profile"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        cls.browser = webdriver.Chrome(service=Service(DRIVER), options=options)

    @classmethod
    def tearDownClass(cls):
        cls.browser.quit()
        cls.directory.cleanup()

    def setUp(self):
        self.open(400)

    def tearDown(self):
        # That the test reads pixels is remarked on as "rendering".
        said = [line for line in self.browser.get_log("browser") if line["source"] != "rendering"]
        self.assertEqual(said, [])

    def sample(self, form, events):
        return subprocess.run([self.program, form, str(events)], check=True,
                              capture_output=True).stdout

    def open(self, events):
        path = os.path.join(self.directory.name, f"{events}.html")
        if not os.path.exists(path):
            with open(path, "wb") as page:
                page.write(self.sample("html", events))
        self.browser.get(f"file://{path}")
        self.assertEqual(self.state("ready"), "true", self.browser.get_log("browser"))

    def element(self, name):
        return self.browser.find_element(By.ID, name)

    def click(self, name):
        self.element(name).click()

    def script(self, text, *arguments):
        return self.browser.execute_script(text, *arguments)

    def state(self, name):
        """After what has been asked for is drawn."""
        self.browser.execute_async_script(
            "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(done));")
        return self.script("return document.body.dataset[arguments[0]]", name)

    def number(self, name):
        return float(self.state(name))

    def details(self):
        return self.element("details").text

    def point_at(self, script, click=False):
        """Moves the mouse to the place of the diagram that the script returns."""
        x, y = self.script(script)
        scroller = self.element("scroller")
        size = scroller.size
        action = ActionChains(self.browser).move_to_element_with_offset(
            scroller, round(x - size["width"] / 2), round(y - size["height"] / 2))
        (action.click() if click else action).perform()

    def test_everything_is_shown_at_first(self):
        self.assertEqual(self.element("title").text, "A shop & its <stock>")
        self.assertEqual(self.browser.title, "A shop & its <stock>")
        self.assertEqual(self.number("actors"), 9)
        self.assertGreater(self.number("events"), 350)
        self.assertEqual(self.number("zoom"), 1)
        self.assertEqual(self.number("top"), 0)
        self.assertIn("Outcome\nfailed", self.details())

    def test_nothing_is_loaded_from_elsewhere(self):
        self.assertEqual(self.script("return performance.getEntriesByType('resource').length"), 0)

    def test_the_failure_button_scrolls_to_the_failing_event(self):
        self.click("failure")
        self.assertEqual(self.number("selected"), self.number("events") - 1)
        self.assertGreater(self.number("top"), 300)
        self.assertIn("what is in stock is never below zero: it is -1", self.details())
        self.assertIn("WHAT LED TO IT", self.details())
        red, green, blue = self.script(
            "const y = yOf(view.rowOf[trace.failure.index]);"
            "const ratio = devicePixelRatio;"
            "return [...pen.getImageData((layout.width - 8) * ratio, y * ratio, 1, 1).data]")[:3]
        self.assertGreater(red, 180)
        self.assertLess(max(green, blue), 80)

    def test_the_failure_shows_again_what_the_filter_hides(self):
        self.click("kind-failure")
        before = self.number("events")
        self.click("failure")
        self.assertEqual(self.number("events"), before + 1)
        self.assertTrue(self.element("kind-failure").is_selected())

    def test_zoom_by_buttons(self):
        self.click("zoom-in")
        self.assertEqual(self.number("zoom"), 1.25)
        self.assertEqual(self.element("zoom-reset").text, "125%")
        self.click("zoom-out")
        self.click("zoom-out")
        self.assertEqual(self.number("zoom"), 0.8)
        self.click("zoom-reset")
        self.assertEqual(self.number("zoom"), 1)
        self.click("zoom-fit")
        self.assertLess(self.number("zoom"), 0.2)

    def test_zoom_by_ctrl_and_wheel(self):
        self.script("scroller.dispatchEvent(new WheelEvent('wheel', "
                    "{deltaY: -200, ctrlKey: true, clientX: 700, clientY: 400}))")
        self.assertGreater(self.number("zoom"), 1.3)
        self.script("scroller.dispatchEvent(new WheelEvent('wheel', {deltaY: -200}))")
        self.assertLess(self.number("zoom"), 2)

    def test_zoom_keeps_what_the_mouse_is_at(self):
        self.script("scroller.scrollTop = 3000")
        row = "return (300 - layout.header + scroller.scrollTop) / layout.rowHeight"
        before = self.script(row)
        self.script("zoomTo(2.5, 500, 300)")
        self.assertAlmostEqual(self.script(row), before, delta=0.1)

    def test_the_filter_hides_actors_with_their_events_and_arrows(self):
        self.state("ready")
        every = self.number("events")
        arrows = "return arrowsWithin(0, 1e9).size"
        before = self.script(arrows)
        self.click("actor-4")
        self.assertEqual(self.number("actors"), 8)
        self.assertLess(self.number("events"), every - 50)
        self.assertLess(self.script(arrows), before)
        self.assertFalse(self.script(
            "return [...arrowsWithin(0, 1e9)].some((e) => e.from.index === 4 || e.actor.index === 4)"))
        self.click("actor-4")
        self.assertEqual(self.number("events"), every)

    def test_all_and_none(self):
        self.click("filter-none")
        self.assertEqual(self.number("actors"), 0)
        concern_all = self.number("events")
        self.assertGreater(concern_all, 0)  # faults and the failure
        self.click("filter-all")
        self.assertEqual(self.number("actors"), 9)
        self.assertGreater(self.number("events"), concern_all)

    def test_the_search_narrows_the_list_and_what_all_and_none_are_about(self):
        self.element("filter-search").send_keys("client")
        self.assertTrue(self.element("actor-1").is_displayed())
        self.assertFalse(self.element("actor-6").is_displayed())
        self.click("filter-none")
        self.assertEqual(self.number("actors"), 6)

    def test_an_arrow_shows_its_details_when_clicked(self):
        self.script("scroller.scrollTop = 1200")
        self.state("top")
        index = self.script("return trace.events.find((e) => e.type === 'Reserve' "
                            "&& view.rowOf[e.index] * layout.rowHeight > 1400).index")
        self.point_at(f"return pointOn(curveOf(trace.events[{index}]), 0.6)", click=True)
        self.assertEqual(self.number("selected"), index)
        details = self.details()
        for part in ("message", "Reserve", "back/stock", "back/orders", "Sent\nat step", "Latency"):
            self.assertIn(part, details)

    def test_an_arrow_shows_its_details_when_pointed_at(self):
        self.script("scroller.scrollTop = 1200")
        self.state("top")
        index = self.script("return trace.events.find((e) => e.type === 'Order' "
                            "&& view.rowOf[e.index] * layout.rowHeight > 1300).index")
        self.point_at(f"return pointOn(curveOf(trace.events[{index}]), 0.95)")
        self.assertIn("front/web", self.element("tip").text)
        self.assertIn("Order", self.details())
        self.assertEqual(self.number("selected"), -1)

    def test_a_name_in_the_header_tells_the_class_when_pointed_at(self):
        self.point_at("return [xOf(trace.actors[5]), 40]")
        self.assertEqual(self.element("tip").text, "back/audit\nAuditLog#6")

    def test_a_mark_shows_its_text_as_text(self):
        index = self.script("const e = trace.events.find((e) => e.kind === 'failed');"
                            "go(e); select(null); return e.index")
        self.state("top")
        self.point_at(f"const e = trace.events[{index}];"
                      "return [xOf(e.actor), yOf(view.rowOf[e.index])]", click=True)
        self.assertEqual(self.number("selected"), index)
        self.assertIn("the card reader said </script><script>alert(1)</script>", self.details())

    def test_a_cause_in_the_details_can_be_gone_to(self):
        self.click("failure")
        first = self.browser.find_element(By.CSS_SELECTOR, "#details ol button")
        first.click()
        self.assertEqual(self.number("selected"), self.number("events") - 2)
        self.assertIn("Reserve", self.details())

    def test_find_goes_from_match_to_match(self):
        find = self.element("find")
        find.send_keys("parcel", Keys.ENTER)
        first = self.number("selected")
        self.assertGreater(first, 0)
        self.assertTrue(self.element("found").text.startswith("1 of "))
        find.send_keys(Keys.ENTER)
        self.assertGreater(self.number("selected"), first)
        find.send_keys(Keys.SHIFT, Keys.ENTER)
        self.assertEqual(self.number("selected"), first)

    def test_keys(self):
        body = self.browser.find_element(By.TAG_NAME, "body")
        body.send_keys("f")
        last = self.number("selected")
        body.send_keys(Keys.ARROW_UP)
        self.assertEqual(self.number("selected"), last - 1)
        body.send_keys(Keys.ESCAPE)
        self.assertEqual(self.number("selected"), -1)

    def test_many_events_are_drawn_quickly(self):
        self.open(50_000)
        self.assertGreater(self.number("events"), 49_000)
        frame = self.script(
            "const start = performance.now();"
            "for (let i = 0; i < 50; ++i) { scroller.scrollTop = i * 20000; draw(); }"
            "return (performance.now() - start) / 50")
        self.assertLess(frame, 200)
        self.click("failure")
        self.assertGreater(self.number("top"), 49_000)
        self.click("filter-none")
        self.click("actor-2")
        self.assertEqual(self.number("actors"), 1)

    def test_an_empty_run_is_said_to_be_empty(self):
        self.open(0)
        self.assertEqual(self.element("empty").text, "Nothing has happened in this run.")
        self.assertFalse(self.element("failure").is_displayed())
        self.click("zoom-in")
        self.click("zoom-fit")
        self.click("filter-none")
        self.click("scroller")
        self.browser.find_element(By.TAG_NAME, "body").send_keys("f", Keys.ARROW_DOWN, Keys.ARROW_UP)
        self.assertEqual(self.number("events"), 0)

    def test_the_colors_are_those_that_the_reader_prefers(self):
        ground = "return pen.getImageData(canvas.width - 3, canvas.height - 3, 1, 1).data[0]"
        for scheme, low, high in (("light", 200, 255), ("dark", 0, 60), ("light", 200, 255)):
            self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {
                "features": [{"name": "prefers-color-scheme", "value": scheme}]})
            self.state("ready")
            self.assertTrue(low <= self.script(ground) <= high, scheme)

    def test_only_one_actor(self):
        self.script("document.querySelectorAll('#filter-list .member .only')[3].click()")
        self.assertEqual(self.number("actors"), 1)
        self.assertTrue(self.element("actor-3").is_selected())
        self.assertFalse(self.element("actor-0").is_selected())

    def test_the_trace_for_perfetto_is_json(self):
        events = json.loads(self.sample("perfetto", 400))["traceEvents"]
        starts = {event["id"]: event for event in events if event["ph"] == "s"}
        ends = {event["id"]: event for event in events if event["ph"] == "f"}
        self.assertGreater(len(starts), 100)
        self.assertEqual(starts.keys(), ends.keys())
        for number, start in starts.items():
            self.assertLess(start["ts"], ends[number]["ts"])


if __name__ == "__main__":
    PageTest.program = sys.argv.pop(1)
    unittest.main(verbosity=2)
