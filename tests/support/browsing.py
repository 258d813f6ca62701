"""A person in front of Debian's Chromium: what is open, what the console says, what the screen looks like."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from capabilities import browser
from playwright.sync_api import Browser, ConsoleMessage, Frame, Page, ViewportSize, sync_playwright

PATIENCE_SECONDS = 20.0
"""For what a busy machine shows; a run of a DAG is given longer."""
WIDE: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
SWITCHES = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
Theme = Literal["light", "dark"]

TOLERATED = {
    r"401 .*/ui/config": "Airflow asks for its settings before anybody is logged in",
}
"""What Airflow's own pages write into the console, each with its reason."""


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
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Opens an address of Airflow."""
        self.page.goto(f"{self.address}{path}")

    def log_in(self, name: str) -> None:
        """Fills in the form that everybody meets first."""
        self.go("/")
        self.page.get_by_label("Username").fill(name)
        self.page.get_by_label("Password").fill(name)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(f"{self.address}/")

    def our_page(self) -> Frame:
        """The page of this package that Airflow shows in its frame."""
        frame = self.page.frame_locator("main iframe, iframe").first.owner.element_handle().content_frame()
        assert frame is not None
        return frame


def visitor(browser: Browser, address: str) -> Visitor:
    """Somebody who was never here; every complaint of a console is noted with its page."""
    context = browser.new_context(viewport=WIDE, accept_downloads=True)
    context.set_default_timeout(PATIENCE_SECONDS * 1000)
    came = Visitor(address, context.new_page())
    context.on("console", lambda message: _note(came, message))
    context.on("weberror", lambda error: came.complaints.append(f"{error.page and error.page.url}: {error.error}"))
    return came


def _note(came: Visitor, message: ConsoleMessage) -> None:
    if message.type in ("error", "warning"):
        came.complaints.append(f"{message.type} {message.text} {message.location['url']}")
