"""A person at a browser: signs in, finds tasks by their names, fills in forms and looks at what the page says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from playwright.sync_api import ConsoleMessage, Locator, Page

PASSWORD = "pathways"


def listen(page: Page) -> list[str]:
    """What the browser's console says of this page from now on: errors, warnings and scripts that fail.

    Chromium also notes there that a page was answered with 4xx, which the tests ask for, and a deployment refused with 422 or a wrong password,
    which the page tells its user; only for a page's parts is that a fault. That bpmn-js calls what it means to take
    away one day is its own affair.
    """
    said: list[str] = []

    def note(message: ConsoleMessage) -> None:
        refused = "the server responded with a status of 4" in message.text
        told = message.location["url"] == page.url or message.location["url"].endswith(
            ("/api/deploy", "/session/sign-in")
        )
        if not (refused and told) and "ContextPad#getPad is deprecated" not in message.text:
            said.append(f"{message.type} at {page.url}: {message.text}")

    page.on("console", note)
    page.on("pageerror", lambda error: said.append(f"error at {page.url}: {error}"))
    return said


class Person:
    """Somebody with a role, at a page. Answers not given are filled in with the first that fits."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.sessions: dict[str, list[Any]] = {}

    def sign_in(self, role: str, authority: str = "barnsley") -> Person:
        """Be signed in as the sample person of a role, whoever was before: in the session that they have, while it lasts."""
        email, cookies = f"{role}@{authority}.example.org", self.page.context
        cookies.clear_cookies()
        cookies.add_cookies(self.sessions.get(email, []))
        self.page.goto(f"{self.address}/")
        if self.heading == "Sign in":
            self.page.get_by_label("Email address").fill(email)
            self.page.get_by_label("Password").fill(PASSWORD)
            self.press("Sign in")
        assert self.heading in ("Your tasks", "Overview"), self.heading
        self.sessions[email] = [{**each} for each in cookies.cookies()]
        return self

    def press(self, name: str) -> None:
        """Press a button, and wait for the page that follows."""
        self.follow(self.page.get_by_role("button", name=name, exact=True))

    def follow(self, what: Locator) -> None:
        """Click a link or button, and wait for the page that follows."""
        with self.page.expect_navigation():
            what.first.click()

    @property
    def heading(self) -> str:
        """The page's h1."""
        return self.page.locator("h1").inner_text()

    @property
    def told(self) -> str:
        """What the banner says."""
        banner = self.page.locator(".govuk-notification-banner")
        return banner.first.inner_text() if banner.count() else ""

    def tasks(self, process: str = "Schools escalation process") -> list[str]:
        """The names of the tasks in the inbox that belong to this process: reviews begin by themselves beside it."""
        self.page.goto(f"{self.address}/tasks")
        of_process = self.page.locator("td[data-label=Process]", has_text=process)
        return self.page.locator("tbody tr").filter(has=of_process).locator("th a").all_inner_texts()

    def open(self, name: str) -> Person:
        """Open the first task of this name in the inbox, narrowed to the process of the stories told here."""
        self.page.goto(f"{self.address}/tasks?process=barnsley-escalation")
        self.follow(self.page.locator("tbody th a", has_text=name))
        return self

    def do(self, name: str, **answers: Any) -> Person:
        """Open a task, fill in its form and complete it."""
        self.open(name)
        self.fill(answers)
        self.complete()
        assert "You completed" in self.told, f"{name}: {self.page.locator('main').inner_text()[:1500]}"
        return self

    def complete(self, button: str = "Complete this task") -> None:
        """Complete the task at the page, and confirm what is to be checked."""
        self.press(button)
        if self.heading.startswith("Check"):
            self.press("Confirm and complete")

    def start(self, process: str, school: str, **answers: Any) -> int:
        """Start a case; its number."""
        self.page.goto(f"{self.address}/start")
        self.follow(self.page.get_by_role("link", name=process))
        self.page.get_by_label(school).first.check()
        self.press("Continue")
        self.fill(answers)
        self.press("Start the case")
        assert "You started case" in self.told, self.page.locator("main").inner_text()[:1500]
        return int(self.page.url.rsplit("/", 1)[1])

    def fill(self, answers: Mapping[str, Any]) -> None:
        """Fill in the visible form: what is given by field name, the first answer that fits for the rest."""
        for name, value in answers.items():
            self._put(name, value)
        done = set(answers)
        while waiting := [name for name in self._names() if name not in done]:  # an answer may bring another question
            self._put(waiting[0], None)
            done.add(waiting[0])

    def _names(self) -> list[str]:
        form = self.page.locator("form[data-conditions]")
        names = form.locator("input:visible, textarea:visible, select:visible").evaluate_all(
            "all => all.filter(e => e.name && e.type !== 'hidden').map(e => e.name)"
        )
        return list(
            dict.fromkeys(
                name.rsplit("-", 1)[0] if name.endswith(("-day", "-month", "-year")) else name for name in names
            )
        )

    def _put(self, name: str, value: Any) -> None:
        inputs = self.page.locator(f"form[data-conditions] [name='{name}']:visible")
        if self.page.locator(f"[name='{name}-day']:visible").count():
            self._put_date(name, value)
        elif inputs.count() == 0:
            assert value is None, f"the form asks no {name}"
        elif inputs.first.get_attribute("type") in ("radio", "checkbox"):
            wanted = [value] if isinstance(value, str) else value or [inputs.first.get_attribute("value")]
            for each in wanted:
                self.page.locator(f"form[data-conditions] [name='{name}'][value='{each}']").check()
        elif not inputs.first.input_value():
            inputs.first.fill(str(value) if value is not None else "Noted.")

    @property
    def today(self) -> date:
        """The day that it is in the sample."""
        found = re.search(r"Today is (\d+ \w+ \d+)", self.page.locator("body").inner_text())
        assert found, "the page does not say which day it is"
        return datetime.strptime(found[1], "%d %B %Y").date()

    def _put_date(self, name: str, value: Any) -> None:
        if value == "":  # left empty
            return
        day = value or self.today
        for part in ("day", "month", "year"):
            self.page.locator(f"[name='{name}-{part}']").fill(str(getattr(day, part)))

    def forward(self, step: str) -> str:
        """Move the sample clock forward; what the page says has happened."""
        self.press(step)
        return self.told

    def case(self, number: int) -> Person:
        """Open a case."""
        self.page.goto(f"{self.address}/cases/{number}")
        return self

    def text(self) -> str:
        """All that the page says."""
        return self.page.locator("main").inner_text()
