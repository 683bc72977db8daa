"""An officer's Monday, timed: twelve tasks, three meetings among them, a disagreement, and the task of a colleague who has left.

What it costs is counted in the browser itself: clicks and keys that somebody pressed. Each task is answered with a sentence a question
and completed with the button that leads to the next.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from engine import Config, Engine, Scope
from engine.calendar.files import Calendars
from tests.browser.conftest import ROOT
from tests.browser.person import PASSWORD, Person
from webapp.people import accounts

PROCESS = "barnsley-escalation"
SEO, COLLEAGUE = "seo@barnsley.example.org", "system-leader@barnsley.example.org"
#: What the others have answered before this Monday, by the element that asked it.
ANSWERS: Mapping[str, Mapping[str, Any]] = {
    "document-evidence": {"evidence_summary": "Results in phonics have fallen."},
    "consider-evidence": {"head_of_bsa_decision": "escalate", "school_category": "getting to good"},
    "set-up-sisg": {"sisg_priorities": "Phonics."},
    "hold-sisg": {"sisg_date": "2026-09-01", "sisg_minutes": "Phonics was looked at."},
    "update-on-progress": {
        "sisg_progress": "reasonable",
        "sisg_progress_summary": "Better.",
        "sisg_next": "consider stage 2",
        "sisg_interval": "1 month",
    },
}
#: Clicks and keys that people press, counted where they arrive.
COUNTED = """
    for (const [kind, name] of [['click', 'clicks'], ['keydown', 'keys']])
      addEventListener(kind, event => {
        if (event.isTrusted && (kind !== 'click' || event.detail > 0))
          localStorage.setItem(name, 1 + Number(localStorage.getItem(name) || 0));
      }, true);
"""
#: What a task may cost, those that follow from what was done counted too: its fields clicked into, its choices, its button.
MOST_CLICKS, MOST_KEYS = 9, 100
#: What is done by the end of it: the eighth summary was the colleague's.
WANTED = {"SEO evidence summary": 8, "SISG meeting": 3, "SEO decision": 1, "Disagreement": 1}
SENTENCE = "Phonics has slipped."


def made(engine: Engine, school: int, until: str) -> int:
    """A case of a school that waits at an element; its number."""
    case = engine.cases.start(
        PROCESS,
        school=str(school),
        authority="barnsley",
        variables={
            "concern_cause": "leadership",
            "areas_of_concern": ["quality of education"],
            "concern_description": "Results fell.",
        },
    )
    while not any(each.element == until for each in engine.tasks.open(case)):
        (task,) = [each for each in engine.tasks.open(case) if each.element in ANSWERS]
        engine.tasks.complete(task.id, dict(ANSWERS[task.element]), by=SEO)
    return case


@pytest.fixture
def monday(database: Path, address: str) -> None:
    """Eight summaries of evidence (the last was claimed by a colleague, who has left), three meetings, one decision to be made."""
    config = Config.load(ROOT / "config", {"PATHWAYS_SAMPLE": "1"})
    calendar = Calendars(ROOT / "config" / "calendars")
    engine = Engine(f"sqlite:///{database}", config=config, calendar=calendar, directory=accounts.members)
    for school in (100001, 100002, 100003, 100004, 100005, 100006, 100007, 100010):
        left = made(engine, school, "document-evidence")
    for school in (100008, 100009, 100018):
        made(engine, school, "hold-sisg")
    decided = made(engine, 100020, "hep-on-stage-2")
    (hep,) = [each for each in engine.tasks.open(decided) if each.element == "hep-on-stage-2"]
    engine.tasks.complete(hep.id, {"stage_2_hep": "stay", "stage_2_hep_reason": "It gets better."}, by="hep")
    (task,) = engine.tasks.open(left)
    engine.tasks.claim(task.id, engine.people.scope("barnsley", ["system-leader"], COLLEAGUE))
    manager = Scope("barnsley", frozenset({"service-director"}), "service-director@barnsley.example.org", oversees=True)
    engine.tasks.move([task.id], SEO, "Lee has left.", manager)


def answer(person: Person) -> None:
    """Answer each question that is asked, as a hurried person does: a sentence, or the first that fits."""
    done = set[str]()
    while waiting := [name for name in person._names() if name not in done]:
        done.add(waiting[0])
        if not person.page.locator(f"[name='{waiting[0]}-day']:visible").count():
            put(person.page, waiting[0])
        elif "next" not in waiting[0]:
            put_date(person, waiting[0])


def put_date(person: Person, name: str) -> None:
    person.page.locator(f"[name='{name}-day']").click()
    for part in ("day", "month", "year"):
        person.page.keyboard.type(str(getattr(person.today, part)))
        person.page.keyboard.press("Tab")


def put(page: Page, name: str) -> None:
    inputs = page.locator(f"form[data-conditions] [name='{name}']:visible")
    if inputs.count() and inputs.first.get_attribute("type") in ("radio", "checkbox"):
        wanted = page.locator(f"form[data-conditions] [name='{name}'][value='escalate']")
        (wanted if wanted.count() else inputs).first.click()
    elif inputs.count() and not inputs.first.input_value():
        inputs.first.click()
        page.keyboard.type(SENTENCE)


def cost(page: Page) -> tuple[int, int]:
    clicks, keys = (page.evaluate(f"Number(localStorage.getItem('{name}'))") for name in ("clicks", "keys"))
    return clicks, keys


def test_a_monday_of_twelve_tasks(
    monday: None, person: Person, page: Page, axe: Callable[[], None], capsys: pytest.CaptureFixture[str]
) -> None:
    page.add_init_script(COUNTED)
    page.goto(f"{person.address}/sign-in")
    page.get_by_label("Email address").click()
    page.keyboard.type(SEO)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert person.heading == "Your tasks", "the first page after signing in is the day"
    assert len(person.tasks()) == 12
    assert "Handed to you: SEO evidence summary" in person.text(), "what a colleague left is told"
    axe()
    person.follow(page.locator("tbody th a").first)
    done: list[str] = []
    while not all(sum(name in each for each in done) >= number for name, number in WANTED.items()):
        assert len(done) < 20, done
        if person.heading == "Your tasks":  # what came of a decision is at the end of the list
            person.follow(page.locator("tbody th a").first)
        done.append(person.heading)
        answer(person)
        assert page.get_by_role("button", name="Complete").count(), (done, person.text()[:1_500])
        following = page.get_by_role("button", name="Complete, and go to your next task")
        person.follow(following if following.count() else page.get_by_role("button", name="Complete this task"))
        if person.heading.startswith("Check"):
            axe()
            person.press("Confirm and complete")
        assert "There is a problem" not in person.text(), person.text()[:2_000]
    clicks, keys = cost(page)
    with capsys.disabled():
        print(f"\nAn officer's Monday: {len(done)} tasks, {clicks} clicks and {keys} keys.")
    assert clicks <= MOST_CLICKS * len(done)
    assert keys <= MOST_KEYS * len(done)
    page.goto(f"{person.address}/tasks/done")
    assert page.locator("tbody tr").count() >= 12, "what was done is there to be looked at"
    axe()
    person.follow(page.get_by_role("link", name="SEO evidence summary").first)
    person.follow(page.get_by_role("link", name="Correct your answers"))
    axe()
    words = page.locator("form[data-conditions] textarea").first
    words.fill("Phonics has slipped in two years.")
    page.get_by_label("Why are they changed?").fill("It is two years.")
    person.press("Change my answers")
    assert "Phonics has slipped in two years." in page.content()
    axe()
