"""Cover adds nothing in a case from which the absent person is barred, also for whoever sees the case by a role of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import Engine
from engine.people.directory import Wanted
from engine.people.register import day_of
from engine.store.tenancy import Scope
from tests.webapp.conftest import Browser, engine_of
from tests.webapp.people import kept as keeping
from tests.webapp.people.kept import DIRECTOR, MARK, Kept, opened
from tests.webapp.people.test_kept_everywhere import met, walk

AWAY = f"{DIRECTOR}@barnsley.example.org"
#: Who see every case by a role of their own: by managing cases, by auditing them and keeping records.
OVERSEERS = ("process-owner", "information-governance")


def manager(engine: Engine) -> Scope:
    return engine.people.scope("barnsley", ["process-owner"], "head-of-education-partnerships@barnsley.example.org")


def covered(kept: Kept) -> Kept:
    """The same, where both who oversee cover for the Service Director."""
    engine = engine_of(kept.app)
    today = day_of(engine.clock.now())
    for role in OVERSEERS:
        wanted = Wanted(AWAY, f"{role}@barnsley.example.org", today, today, "Leave.")
        engine.people.cover(wanted, manager(engine))
    return kept


@pytest.fixture(scope="module")
def away(seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return covered(keeping.made(seeded, tmp_path_factory.mktemp("away")))


@pytest.fixture(scope="module")
def barred(away: Kept, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """The same, where she is barred from the case."""
    other = away.copied(tmp_path_factory.mktemp("barred"))
    engine_of(other.app).conflicts.bar(other.case, AWAY, "She is complained about.", manager(engine_of(other.app)))
    return other


def shown(kept: Kept, role: str) -> set[str]:
    """The endpoints whose pages show what is kept to the Service Director."""
    return {line.split()[0] for line in met(kept.browser(role), walk(kept))}


def packed(kept: Kept, role: str) -> bytes:
    answer = kept.browser(role).client.post(
        f"/cases/{kept.case}/pack?reader={DIRECTOR}", data={"why": "Asked", "checked": "1"}
    )
    return opened(answer.get_data())


def test_cover_shows_what_is_kept_to_the_absent_person(away: Kept) -> None:
    assert shown(away, "process-owner") >= {"cases.case", "chronology.case_story", "files.download", "tasks.task"}


@pytest.mark.parametrize("role", OVERSEERS)
def test_no_page_or_file_shows_it_where_the_absent_person_is_barred(barred: Kept, role: str) -> None:
    assert shown(barred, role) == set()


@pytest.mark.parametrize("role", OVERSEERS)
def test_the_case_is_seen_all_the_same(barred: Kept, role: str) -> None:
    assert barred.browser(role).get(f"/cases/{barred.case}")[0] == 200


@pytest.mark.parametrize("role", OVERSEERS)
def test_no_pack_for_the_role_holds_it(barred: Kept, role: str) -> None:
    assert MARK.encode() not in packed(barred, role)


def test_a_pack_of_whoever_covers_for_somebody_not_barred_holds_it(away: Kept) -> None:
    assert MARK.encode() in packed(away, "process-owner")


def tasks(browser: Browser) -> str:
    return browser.get("/tasks")[1]


def test_its_tasks_are_among_one_s_own_by_cover(away: Kept) -> None:
    assert f'/tasks/{away.tasks["c"]}"' in tasks(away.browser("process-owner"))


def test_its_tasks_are_not_where_the_absent_person_is_barred(barred: Kept) -> None:
    assert f'/tasks/{barred.tasks["c"]}"' not in tasks(barred.browser("process-owner"))


def test_nothing_of_it_can_be_completed(barred: Kept) -> None:
    task = barred.tasks["c"]
    status, _ = barred.browser("process-owner").post(f"/tasks/{task}", plain="x")
    assert (status, task in {each.id for each in engine_of(barred.app).tasks.open(barred.case)}) == (403, True)
