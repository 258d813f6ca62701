"""A person in front of Debian's Chromium: what is open, what the console says, what the screen looks like."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from capabilities import browser
from playwright.sync_api import Browser, ConsoleMessage, FrameLocator, Page, ViewportSize, sync_playwright

PATIENCE_SECONDS = 20.0
"""For what a busy machine shows; a run of a DAG is given longer."""
WIDE: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
SIZES = {"wide": WIDE, "phone": PHONE}
THEMES = ("light", "dark")
SWITCHES = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")

TOLERATED = {
    r"status of 401 .*/ui/config": "Airflow asks for its settings before anybody is logged in",
    r"status of 404 .*/taskInstances/[^/]+/logs/": "Airflow asks for the log of a task that has not begun",
    r"status of 500 .*/api/v2/": "on a busy machine Airflow's SQLite is locked at times; people press again",
}
"""Errors that Airflow's own pages write into the console, each with its reason."""

CHANGE_THEME = """theme => {
  const oldValue = localStorage.getItem("theme");
  localStorage.setItem("theme", theme);
  const told = {key: "theme", oldValue, newValue: theme, storageArea: localStorage};
  window.dispatchEvent(new StorageEvent("storage", told));
}"""
"""What a page hears when the theme is changed in another window."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser of this machine; none is ever downloaded."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=browser(), args=SWITCHES)
        try:
            yield started
        finally:
            started.close()


@dataclass(slots=True)
class Visitor:
    """One person with a window of their own."""

    address: str
    page: Page
    errors: list[str] = field(default_factory=list)

    @property
    def ours(self) -> FrameLocator:
        """This package's page in Airflow's frame."""
        return self.page.frame_locator("iframe").first

    def go(self, path: str) -> int:
        """Opens an address of Airflow; its status comes back."""
        answer = self.page.goto(f"{self.address}{path}")
        assert answer is not None
        return answer.status

    def log_in(self, name: str) -> None:
        """Fills in the form that everybody meets first."""
        self.go("/")
        self.page.get_by_label("Username").fill(name)
        self.page.get_by_label("Password").fill(name)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(f"{self.address}/")

    def dress(self, size: str = "wide", theme: str = "light") -> None:
        """Changes the window's size and the theme; what is open stays open."""
        self.page.set_viewport_size(SIZES[size])
        self.page.evaluate(CHANGE_THEME, theme)

    def picture(self, name: str) -> None:
        """Keeps what is seen, at both sizes and in both themes, where ERP_SHOTS names a folder."""
        folder = os.environ.get("ERP_SHOTS")
        if not folder:
            return
        for size in SIZES:
            for theme in THEMES:
                self.dress(size, theme)
                path = Path(folder) / f"{name}-{size}-{theme}.png"
                self.page.screenshot(path=path, animations="disabled")
        self.dress()


def visitor(browser: Browser, address: str) -> Visitor:
    """Somebody who was never here; every error in a console is noted."""
    # "null": Playwright would tell every frame that people prefer light, whatever the frame lies in
    context = browser.new_context(viewport=WIDE, timezone_id="Europe/Helsinki", locale="en-GB", color_scheme="null")
    context.set_default_timeout(PATIENCE_SECONDS * 1000)
    came = Visitor(address, context.new_page())
    context.on("console", lambda message: _note(came, message))
    context.on("weberror", lambda error: came.errors.append(str(error.error)))
    return came


def _note(came: Visitor, message: ConsoleMessage) -> None:
    told = f"{message.text} {message.location['url']}"
    if message.type == "error" and not any(re.search(known, told) for known in TOLERATED):
        came.errors.append(told)
