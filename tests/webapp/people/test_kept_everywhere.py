"""What is kept to certain roles is met by nobody else, on any route, in any mail and in any line of the log."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from tests.webapp.conftest import Browser, engine_of, link_to, visit
from tests.webapp.people import kept as keeping
from tests.webapp.people.kept import MARK, SCHOOL, Kept, ids, opened, texts
from tests.webapp.people.test_access import ARGUMENTS
from tests.webapp.people.test_audited import trail

#: Everybody else who may come somewhere near it: asked in the case, managers, who keeps people and the trail, contacts.
OTHERS = (
    "seo",
    "process-owner",
    "administrator",
    "information-governance",
    "headteacher",
)
#: The table whose ids an argument takes.
TABLES = {
    "task_id": "user_task",
    "instance_id": "process_instance",
    "incident_id": "incident",
    "file_id": "attachment",
    "notice_id": "notification",
    "message_id": "message",
    "rehearsal_id": "rehearsal",
    "report_id": "report",
    "entry_id": "audit_entry",
    "link_id": "task_link",
}


#: Of each table the newest rows, which are the case's own.
MOST = 12


class Lines(logging.Handler):
    """Every line that was logged."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture(scope="module")
def logged() -> Iterator[list[str]]:
    handler, root = Lines(), logging.getLogger()
    root.addHandler(handler)
    yield handler.lines
    root.removeHandler(handler)


@pytest.fixture(scope="module")
def kept(seeded: Path, tmp_path_factory: pytest.TempPathFactory, logged: list[str]) -> Kept:
    return keeping.made(seeded, tmp_path_factory.mktemp("kept"))


def walk(kept: Kept) -> list[tuple[str, str, str]]:
    """Every route with each id that there is for it: endpoint, method, address."""
    known = ids(kept.app)
    choices = {name: [*map(str, known.get(table, [])[-MOST:])] or ["1"] for name, table in TABLES.items()}
    choices |= {"key": ["kept"], "urn": [SCHOOL], "ending": ["csv", "xlsx"], "message": ["something-heard"]}
    choices["definition_id"] = [str(known["process_definition"][-1])]
    choices["token"] = tokens(kept)
    found = []
    for rule in kept.app.url_map.iter_rules():
        names = sorted(rule.arguments)
        for values in product(*(choices.get(name, [ARGUMENTS[name]]) for name in names)):
            address = rule.rule
            for name, value in zip(names, values, strict=True):
                address = re.sub(rf"<(?:\w+:)?{name}>", value, address)
            found += [(rule.endpoint, each, address) for each in sorted((rule.methods or set()) & {"GET", "POST"})]
    return found


def tokens(kept: Kept) -> list[str]:
    by = engine_of(kept.app).people.scope("barnsley", ["process-owner"], "process-owner@barnsley.example.org")
    return [each.token for each in engine_of(kept.app).interventions.listened(kept.case, by)]


#: Routes that search or narrow, with what is searched for.
SEARCH = f"search={MARK[:-1]}&status=all&school={SCHOOL}&process=kept"
SEARCHED = {
    "tasks.inbox": SEARCH,
    "case_list.index": SEARCH,
    "case_list.listed": SEARCH,
    "chronology.case_story": SEARCH,
    "chronology.case_printed": SEARCH,
    "chronology.school_story": SEARCH,
    "chronology.school_printed": SEARCH,
    "schools.index": SEARCH,
    "audit.index": SEARCH,
    "audit.listed": SEARCH,
    "board.index": "process=kept",
    "replays.version": "version=1",
}
#: What ends one's own session, or moves everybody's time.
LEFT_OUT = ("auth.sign_out", "own.everywhere", "sample.clock")


def met(browser: Browser, found: list[tuple[str, str, str]], method: str = "GET", **data: str) -> Iterator[str]:
    """The endpoints whose answers have the mark, with where."""
    for endpoint, each, address in found:
        if each != method or endpoint in LEFT_OUT:
            continue
        for query in filter(None, ("?", endpoint in SEARCHED and f"?{SEARCHED[endpoint]}")):
            answer = browser.client.open(address + query, method=method, data=data or None)
            said = opened(answer.get_data()) + str(answer.headers).encode()
            if MARK.encode() in said:
                at = said.index(MARK.encode())
                yield f"{endpoint} {address}{query}: {said[max(0, at - 99) : at + 20]!r}"


@pytest.mark.parametrize("role", OTHERS)
def test_no_page_shows_it_to_anybody_else(kept: Kept, role: str) -> None:
    assert "\n".join(met(kept.browser(role), walk(kept))) == ""


def test_no_page_shows_it_to_another_authority(kept: Kept) -> None:
    assert "\n".join(met(kept.browser("seo", "elsewhere"), walk(kept))) == ""


def test_a_link_without_it_shows_none(kept: Kept) -> None:
    guest = Browser(visit(kept.app, link_to(kept.app, kept.tasks["b"], "headteacher")))
    assert guest.get(f"/tasks/{kept.tasks['b']}")[0] == 200
    assert "\n".join(met(guest, walk(kept))) == ""


@pytest.mark.parametrize("role", ["process-owner", "headteacher"])
def test_no_form_that_is_sent_is_answered_with_it(kept: Kept, tmp_path: Path, role: str) -> None:
    other = kept.copied(tmp_path)
    sent = {"reason": "x", "why": "x", "checked": "1", "draft": "", "reader": "seo", "text": "x"}
    assert "\n".join(met(other.browser(role), walk(other), "POST", **sent)) == ""


def test_the_calendar_that_somebody_subscribes_to_has_none(kept: Kept) -> None:
    page = kept.browser("seo").post("/account/calendar")[1]
    address = re.search(r'value="http://localhost(/feed/[^"]+)"', page)
    assert address
    assert MARK not in kept.app.test_client().get(address[1]).get_data(as_text=True)


@pytest.mark.parametrize("table", ["outbox", "notification", "audit_entry", "job"])
def test_no_mail_notice_or_entry_of_the_trail_has_it(kept: Kept, table: str) -> None:
    found = list(texts(kept.app, table))
    assert found
    assert [each for each in found if MARK in each] == []


def test_no_line_of_the_log_has_it(kept: Kept, logged: list[str]) -> None:
    assert [each for each in logged if MARK in each] == []


@pytest.fixture(scope="module")
def read(kept: Kept) -> list[tuple[str, bool]]:
    """Where a second person with the role, who wrote none of it, meets it, and whether that was recorded."""
    reader, found = kept.browser("lead-member"), []
    for each in walk(kept):
        before = len(trail(kept.app, "view.confidential"))
        found += [(shown, len(trail(kept.app, "view.confidential")) > before) for shown in met(reader, [each])]
    return found


def test_whoever_may_read_it_does_where_it_stands(read: list[tuple[str, bool]]) -> None:
    assert {where.split()[0] for where, _ in read} >= {
        "cases.case",
        "tasks.task",
        "behalf.form",
        "chronology.case_story",
        "chronology.school_story",
        "events.report",
        "events.report_in_case",
        "sending.send",
        "incidents.incident",
        "messages.message",
        "files.download",
        "files.of_case",
    }


def test_every_view_of_it_is_in_the_trail(read: list[tuple[str, bool]]) -> None:
    assert [where for where, recorded in read if not recorded] == []
