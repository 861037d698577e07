"""Debian's Chromium without a head, driven by Selenium; skipped where there is none, unless CLM_BROWSER=required."""

import hashlib
import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-component-update",
    "--disable-background-networking", "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars", "--mute-audio",
)  # fmt: skip

AXE = "axe-core@4.10.3"
AXE_SHA256 = "880970c081707360e64f34cea25ff91892f5bc95675b0776925b9709dd8a68bb"  # pragma: allowlist secret
AXE_HOME = Path(__file__).parent / "browser" / ".axe"  # ignored by git


def missing(what: str) -> None:
    """Skip, or fail where the browser has to be there."""
    message = f"{what}; on Debian: apt-get install chromium chromium-driver npm"
    if os.environ.get("CLM_BROWSER") == "required":
        pytest.fail(message)
    pytest.skip(message)


def axe_source() -> str:
    """The source of axe-core, fetched by npm once; skips if that is not possible."""
    path = AXE_HOME / "node_modules" / "axe-core" / "axe.min.js"
    if not path.exists():
        npm = shutil.which("npm")
        if not npm:
            missing("npm, which fetches axe-core, is not here")
        AXE_HOME.mkdir(exist_ok=True)
        options = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-save")
        command = [npm, "install", "--prefix", str(AXE_HOME), *options, AXE]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode:
            pytest.skip(f"npm could not fetch {AXE}: {done.stderr.strip()[-300:]}")
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    assert found == AXE_SHA256, f"{path} is not {AXE}"
    return path.read_text(encoding="utf-8")


class Browser:
    """A window of a browser that has never been used before; it remembers what the page said and asked for."""

    def __init__(self, directory: Path, *, width: int = 1440, height: int = 900, dark: bool = False) -> None:
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service

        binary = next(filter(None, map(shutil.which, BROWSERS)), None)
        driver = shutil.which("chromedriver")
        if not binary or not driver:
            missing("no Chromium with chromedriver here")
        self.downloads = directory / "downloads"
        options = webdriver.ChromeOptions()
        options.binary_location = binary
        for flag in (*FLAGS, f"--user-data-dir={directory / 'profile'}", f"--window-size={width},{height}"):
            options.add_argument(flag)
        options.add_experimental_option("prefs", {"download.default_directory": str(self.downloads)})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service(driver))
        self.driver.set_page_load_timeout(120)
        self.driver.set_script_timeout(300)  # axe-core looks at every element
        self.resize(width, height)
        if dark:
            media = {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
            self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)

    def resize(self, width: int, height: int = 900) -> None:
        """Give the page this size, whatever that of the window."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    def open(self, path: Path) -> None:
        """Open a page from disk and wait until its script has run."""
        self.driver.get("about:blank")
        self.messages()
        self.requests()
        self.driver.get(path.absolute().as_uri())
        self.until("return document.documentElement.dataset.ready === 'yes'")

    def run(self, script: str, *arguments: Any) -> Any:
        """What a script returns; it may `await`."""
        return self.driver.execute_script(script, *arguments)

    def until(self, script: str, *arguments: Any, seconds: float = 60) -> Any:
        """Wait until a script returns something true."""
        from selenium.webdriver.support.ui import WebDriverWait

        return WebDriverWait(self.driver, seconds, poll_frequency=0.05).until(
            lambda driver: driver.execute_script(script, *arguments), message=script
        )

    def accessibility(self, axe: str) -> list[list[Any]]:
        """What axe-core (`axe_source`) finds wrong with the page as it is: severity, rule and a few elements each."""
        self.run(axe)
        return self.driver.execute_async_script(
            "const done = arguments[0]; axe.run(document, {resultTypes: ['violations']}).then(r => done("
            "r.violations.map(v => [v.impact, v.id, v.nodes.slice(0, 3).map(n => n.html.slice(0, 160))])))"
        )

    def find(self, selector: str) -> Any:
        """The first element that fits."""
        return self.driver.find_element("css selector", selector)

    def all(self, selector: str) -> list[Any]:
        """All elements that fit."""
        return self.driver.find_elements("css selector", selector)

    def click(self, selector: str) -> None:
        """Click as a person does, with the element in view."""
        self.run(
            "document.querySelector(arguments[0]).scrollIntoView({block: 'center', behavior: 'instant'})", selector
        )
        self.find(selector).click()

    def type(self, selector: str, text: str) -> None:
        """Write into a field."""
        field = self.find(selector)
        field.clear()
        field.send_keys(text)

    def show(self, table: str) -> str:
        """Scroll to a table; gives its selector."""
        selector = f"[data-table={table}]"
        self.run("const t = document.querySelector(arguments[0]);"
                 " for (let d = t.closest('details'); d; d = d.parentElement.closest('details')) d.open = true;"
                 " t.scrollIntoView({behavior: 'instant'})", selector)  # fmt: skip
        return selector

    def messages(self) -> list[str]:
        """What the console has said since this was asked last; errors and warnings only."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]

    def requests(self) -> list[str]:
        """Addresses outside the page that were asked for since this was asked last."""
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        asked = (e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent")
        return [address for address in asked if not address.startswith("data:")]

    def downloaded(self, name: str) -> str:
        """A file that the page saved."""
        path, deadline = self.downloads / name, time.monotonic() + 60
        while not path.exists():
            assert time.monotonic() < deadline, f"{name} was not saved"
            time.sleep(0.05)
        text = path.read_text(encoding="utf-8")
        path.unlink()
        return text
