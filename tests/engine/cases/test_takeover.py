"""One school takes another's place, when a manager confirms it. Every school here is invented."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from engine import Config, Engine, EventReport, Scope, queries
from engine.calendar.files import Calendars
from engine.errors import SuccessionDecided, SuccessionMoved, SuccessionNotFound, SuccessionUnclear
from engine.schools.takeovers import Decision, Plan
from tests.conftest import ROOT
from tests.engine.running import DAY, MESSAGES, authority, clock_of, deploy, running, task, waiting
from tests.engine.spiff.cases import bpmn, prop

OLD, OTHER, NEW, SECOND = "100001", "100002", "100003", "100004"
SCHOOLS = (
    "urn,name,phase,type,link_adviser,category\n"
    f"{OLD},Ash Primary,primary,community,Ada,high\n{OTHER},Birch Primary,primary,community,Ada,low\n"
    f"{NEW},Elm Academy,primary,academy,,\n{SECOND},Fir Academy,primary,academy,,\n"
)
MANAGER = Scope("town", frozenset({"seo"}), "manager", oversees=True)
#: A task, and beside it the message of its school's key, and that its school has changed.
BESIDE = (
    '<startEvent id="s"/><userTask id="a"/><endEvent id="e"/><userTask id="%(id)s"/><endEvent id="%(id)se"/>'
    '<boundaryEvent id="x" attachedToRef="a" cancelActivity="false"><messageEventDefinition messageRef="%(message)s"/>'
    "</boundaryEvent>"
)
LISTENS = bpmn(
    BESIDE % {"id": "told", "message": "m0"},
    "s>a a>e x>told told>tolde",
    '<message id="m0" name="school-changed"/>',
)
ANSWERED = bpmn(BESIDE % {"id": "answer", "message": "m1"}, "s>a a>e x>answer answer>answere", MESSAGES)
REPORTED = bpmn(
    (BESIDE % {"id": "answer", "message": "m1"}).replace(
        "<messageEventDefinition", prop(reportedBy="seo") + "<messageEventDefinition"
    ),
    "s>a a>e x>answer answer>answere",
    MESSAGES,
)
MANY = bpmn(prop(cases="many") + '<startEvent id="s"/><userTask id="a"/><endEvent id="e"/>', "s>a a>e")


def links(*pairs: tuple[str, str]) -> bytes:
    lines = "".join(f"{old},{new},,Successor,01-09-2026\n" for old, new in pairs)
    return f"URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\n{lines}".encode()


@pytest.fixture
def town(database_url: str) -> Engine:
    engine = running(database_url, config=Config(authorities={"town": authority("town")}))
    engine.schools.import_file(SCHOOLS.encode(), "town")
    return engine


def start(engine: Engine, school: str = OLD, xml: bytes | None = None, key: str = "p") -> int:
    if xml is not None:
        deploy(engine, xml, key, "town")
    return engine.cases.start(key, school=school, authority="town")


def link(engine: Engine, *pairs: tuple[str, str]) -> Plan:
    engine.schools.import_file(links(*(pairs or ((OLD, NEW),))), "town")
    return engine.schools.succession(1, MANAGER)


def confirm(engine: Engine, seen: Plan, **decided: Mapping[Any, Any]) -> int:
    return engine.schools.confirm_succession(1, Decision(seen.digest, **decided), MANAGER)


def school_of(engine: Engine, case: int) -> str | None:
    return engine.cases.get(case).school_urn


def school(engine: Engine, urn: str) -> queries.SchoolRow:
    with engine.reading() as session:
        return queries.school(session, urn)


def lines(engine: Engine, case: int, how: str) -> list[str]:
    return [row.detail["reason"] for row in engine.cases.history(case) if row.how == how]


class TestConverter:
    """One school becomes another."""

    def test_its_live_case_goes_on_under_the_new_urn(self, town: Engine) -> None:
        case = start(town, xml=LISTENS)
        assert confirm(town, link(town)) == 1
        assert school_of(town, case) == NEW

    def test_until_then_it_stays(self, town: Engine) -> None:
        case = start(town, xml=LISTENS)
        link(town)
        assert school_of(town, case) == OLD

    def test_so_do_cases_that_have_ended(self, town: Engine) -> None:
        case = start(town, xml=LISTENS)
        town.tasks.complete(task(town, "a", case))
        confirm(town, link(town))
        assert (school_of(town, case), town.cases.get(case).status) == (NEW, "completed")

    def test_its_tasks_are_those_of_the_new_school_s_people(self, town: Engine) -> None:
        asks = bpmn(
            '<startEvent id="s"/><userTask id="a" camunda:candidateGroups="head"/><endEvent id="e"/>', "s>a a>e"
        )
        start(town, xml=asks)
        confirm(town, link(town))
        seen = {}
        for urn in (OLD, NEW):
            head = Scope("town", frozenset({"head"}), "holly", schools={"head": frozenset({urn})})
            with town.reading(head) as session:
                seen[urn] = [row.element for row in queries.inbox(session, head).items]
        assert seen == {OLD: [], NEW: ["a"]}

    def test_its_next_step_sees_the_new_school(self, town: Engine) -> None:
        case = start(town, xml=LISTENS)
        confirm(town, link(town))
        town.tasks.complete(task(town, "a", case))
        assert town.cases.variables(case)["school"]["name"] == "Elm Academy"

    def test_the_case_is_told_that_its_school_has_changed(self, town: Engine) -> None:
        case = start(town, xml=LISTENS)
        confirm(town, link(town))
        town.jobs.run_due()
        said = town.cases.variables(case)
        assert (said["before"]["urn"], said["now"]["urn"], said["changed"][:2]) == (OLD, NEW, ["urn", "type"])

    def test_its_story_says_it(self, town: Engine) -> None:
        case = start(town, xml=LISTENS)
        confirm(town, link(town))
        assert lines(town, case, "moved") == [
            f"Ash Primary (URN {OLD}) is followed by Elm Academy (URN {NEW}), which took this case over."
        ]

    @pytest.mark.parametrize("urn", [NEW, OLD])
    def test_a_message_with_either_urn_reaches_it(self, town: Engine, urn: str) -> None:
        case = start(town, xml=ANSWERED)
        confirm(town, link(town))
        town.messages.correlate("reply", {"urn": urn}, authority="town")
        assert waiting(town, case) == ["a", "answer"]

    def test_it_still_does_after_another_step(self, town: Engine) -> None:
        case = start(town, xml=ANSWERED)
        confirm(town, link(town))
        town.cases.set_variables(case, {"x": 1})
        town.messages.correlate("reply", {"urn": NEW}, authority="town")
        assert waiting(town, case) == ["a", "answer"]

    def test_a_message_that_is_under_way_follows(self, town: Engine) -> None:
        thrower = bpmn(
            f'<startEvent id="s"/><endEvent id="e">{prop(businessKey="= target")}'
            '<messageEventDefinition messageRef="m1"/></endEvent>',
            "s>e",
            MESSAGES,
            "thrower",
        )
        case = start(town, xml=ANSWERED)
        deploy(town, thrower, "thrower", "town")
        town.cases.start("thrower", variables={"target": f"URN {OLD}"}, authority="town")
        confirm(town, link(town))
        town.jobs.run_due()
        assert waiting(town, case) == ["a", "answer"]

    def test_the_new_school_gets_category_and_adviser(self, town: Engine) -> None:
        confirm(town, link(town))
        found = school(town, NEW)
        assert (found.category, found.link_adviser) == ("high", "Ada")

    def test_the_record_of_the_old_school_is_the_new_one_s_too(self, town: Engine) -> None:
        confirm(town, link(town))
        with town.reading() as session:
            rows = [(row.category, row.reason) for row in queries.categories(session, NEW)]
        assert rows == [
            ("high", f"Taken over from Ash Primary (URN {OLD})."),
            ("high", "It stood in the file of the register."),
        ]

    def test_what_is_reported_of_the_old_school_reaches_its_case(self, town: Engine) -> None:
        case = start(town, xml=REPORTED)
        confirm(town, link(town))
        assert town.messages.report(EventReport("reply", school=OLD), MANAGER) == [case]

    def test_what_was_reported_of_it_is_on_the_new_one_s_record(self, town: Engine) -> None:
        start(town, xml=REPORTED)
        town.messages.report(EventReport("reply", school=OLD), MANAGER)
        confirm(town, link(town))
        with town.reading() as session:
            assert [row.message for row in queries.reported_events(session, NEW)] == ["reply"]

    def test_it_waits_no_longer(self, town: Engine) -> None:
        seen = link(town)
        confirm(town, seen)
        with pytest.raises(SuccessionDecided):
            confirm(town, seen)

    def test_what_was_not_seen_is_not_moved(self, town: Engine) -> None:
        seen = link(town)
        case = start(town, xml=LISTENS)
        with pytest.raises(SuccessionMoved):
            confirm(town, seen)
        assert school_of(town, case) == OLD

    def test_the_links_read_again_change_nothing(self, town: Engine) -> None:
        confirm(town, link(town))
        assert town.schools.import_file(links((OLD, NEW)), "town").linked.waiting == ()

    def test_a_new_case_of_the_process_is_refused_as_before(self, town: Engine) -> None:
        start(town, xml=LISTENS)
        confirm(town, link(town))
        with pytest.raises(Exception, match="Elm Academy has an open case"):
            start(town, NEW)

    def test_another_authority_finds_no_such_succession(self, town: Engine) -> None:
        link(town)
        with pytest.raises(SuccessionNotFound):
            town.schools.succession(1, Scope("village", frozenset({"seo"}), "other"))

    def test_it_says_what_it_moved(self, town: Engine) -> None:
        case = start(town, xml=LISTENS)
        confirm(town, link(town))
        with town.reading() as session:
            [row] = queries.successions(session)
        assert (row.status, row.decided_by, row.moved["live"]) == ("confirmed", "manager", [case])


class TestRefused:
    def test_nothing_moves(self, town: Engine) -> None:
        case = start(town, xml=LISTENS)
        link(town)
        town.schools.refuse_succession(1, "It is another school.", MANAGER)
        assert school_of(town, case) == OLD

    def test_the_reason_is_kept(self, town: Engine) -> None:
        link(town)
        town.schools.refuse_succession(1, "It is another school.", MANAGER)
        with town.reading() as session:
            [row] = queries.successions(session)
        assert (row.status, row.reason) == ("refused", "It is another school.")

    def test_it_is_not_confirmed_after(self, town: Engine) -> None:
        seen = link(town)
        town.schools.refuse_succession(1, "It is another school.", MANAGER)
        with pytest.raises(SuccessionDecided):
            confirm(town, seen)

    def test_it_may_be_taken_up_again(self, town: Engine) -> None:
        link(town)
        town.schools.refuse_succession(1, "It is another school.", MANAGER)
        town.schools.reopen_succession(1, MANAGER)
        assert confirm(town, town.schools.succession(1, MANAGER)) == 0

    def test_the_links_read_again_do_not_bring_it_back(self, town: Engine) -> None:
        link(town)
        town.schools.refuse_succession(1, "It is another school.", MANAGER)
        assert not link(town).waits


MERGER = ((OLD, NEW), (OTHER, NEW))
LOW: dict[str, Mapping[Any, Any]] = {"categories": {NEW: "low"}}


class TestMerger:
    """Two schools become one."""

    def test_both_are_moved_at_once(self, town: Engine) -> None:
        cases = [start(town, OLD, MANY), start(town, OTHER)]
        confirm(town, link(town, *MERGER), **LOW)
        assert [school_of(town, case) for case in cases] == [NEW, NEW]

    def test_its_category_is_chosen(self, town: Engine) -> None:
        seen = link(town, *MERGER)
        with pytest.raises(SuccessionUnclear, match="Select the category of Elm Academy"):
            confirm(town, seen)
        confirm(town, seen, **LOW)
        assert school(town, NEW).category == "low"

    def test_which_of_two_cases_goes_on_is_asked(self, town: Engine) -> None:
        start(town, OLD, LISTENS)
        start(town, OTHER)
        with pytest.raises(SuccessionUnclear, match="Select which case of “p” goes on"):
            confirm(town, link(town, *MERGER), **LOW)

    def test_one_goes_on_and_the_other_ends_with_its_reason(self, town: Engine) -> None:
        first, second = start(town, OLD, LISTENS), start(town, OTHER)
        confirm(town, link(town, *MERGER), **LOW, goes_on={(NEW, "p"): second})
        statuses = [town.cases.get(case).status for case in (first, second)]
        assert statuses == ["cancelled", "active"]
        assert lines(town, first, "stopped") == [f"Case {second} goes on for Elm Academy in its place."]

    def test_or_both_go_on_with_a_note(self, town: Engine) -> None:
        first, second = start(town, OLD, LISTENS), start(town, OTHER)
        confirm(town, link(town, *MERGER), **LOW, goes_on={(NEW, "p"): None})
        assert waiting(town, first) + waiting(town, second) == ["a", "a"]
        assert f"this one and {second}" in lines(town, first, "noted")[0]

    def test_the_new_school_s_own_case_is_weighed_too(self, town: Engine) -> None:
        start(town, OLD, LISTENS)
        own = start(town, NEW)
        [clash] = link(town).clashes()
        assert [case.id for case in clash.cases] == [1, own]

    def test_a_case_of_neither_is_no_answer(self, town: Engine) -> None:
        start(town, OLD, LISTENS)
        start(town, OTHER)
        with pytest.raises(SuccessionUnclear):
            confirm(town, link(town, *MERGER), **LOW, goes_on={(NEW, "p"): 99})


SPLIT = ((OLD, NEW), (OLD, SECOND))


class TestSplit:
    """One school becomes two."""

    def test_which_takes_over_is_asked(self, town: Engine) -> None:
        with pytest.raises(SuccessionUnclear, match="Select the school that follows Ash Primary"):
            confirm(town, link(town, *SPLIT))

    def test_the_one_that_is_chosen_does(self, town: Engine) -> None:
        case = start(town, xml=LISTENS)
        confirm(town, link(town, *SPLIT), successors={OLD: SECOND})
        assert school_of(town, case) == SECOND

    def test_the_other_gets_nothing_and_says_so(self, town: Engine) -> None:
        confirm(town, link(town, *SPLIT), successors={OLD: SECOND})
        with town.reading() as session:
            assert {row.new: row.status for row in queries.successions(session)} == {NEW: "passed", SECOND: "confirmed"}
        assert school(town, NEW).category == ""

    def test_a_school_of_neither_is_no_answer(self, town: Engine) -> None:
        with pytest.raises(SuccessionUnclear):
            confirm(town, link(town, *SPLIT), successors={OLD: OTHER})


class TestChain:
    """One school follows another that follows a third."""

    def test_the_older_one_is_decided_first(self, town: Engine) -> None:
        town.schools.import_file(links((NEW, SECOND), (OLD, NEW)), "town")
        with pytest.raises(SuccessionUnclear, match="Decide first about succession 2"):
            confirm(town, town.schools.succession(1, MANAGER))

    def test_then_the_last_has_all(self, town: Engine) -> None:
        case = start(town, xml=ANSWERED)
        town.schools.import_file(links((NEW, SECOND), (OLD, NEW)), "town")
        seen = town.schools.succession(2, MANAGER)
        town.schools.confirm_succession(2, Decision(seen.digest), MANAGER)
        confirm(town, town.schools.succession(1, MANAGER))
        town.messages.correlate("reply", {"urn": OLD}, authority="town")
        assert (school_of(town, case), waiting(town, case)) == (SECOND, ["a", "answer"])

    def test_links_that_were_decided_stay_so(self, town: Engine) -> None:
        pairs = links((OLD, NEW), (NEW, SECOND))
        town.schools.import_file(pairs, "town")
        for ident in (1, 2):
            seen = town.schools.succession(ident, MANAGER)
            town.schools.confirm_succession(ident, Decision(seen.digest), MANAGER)
        assert town.schools.import_file(pairs, "town").linked.waiting == ()

    def test_what_is_linked_later_goes_to_the_last(self, town: Engine) -> None:
        confirm(town, link(town, (NEW, SECOND)))
        linked = town.schools.import_file(links((OLD, NEW)), "town").linked
        assert [(pair.old, pair.new) for pair in linked.waiting] == [(OLD, SECOND)]


class TestCalendar:
    """A school's own calendar goes along."""

    @pytest.fixture
    def calendars(self, tmp_path: Path) -> Calendars:
        (tmp_path / "schools").mkdir()
        shutil.copy(ROOT / "config/calendars/barnsley.csv", tmp_path / "town.csv")
        text = (tmp_path / "town.csv").read_text().replace("2026-10-23", "2026-10-16")
        (tmp_path / f"schools/{OLD}.csv").write_text(text)
        return Calendars(tmp_path)

    @pytest.fixture
    def timed(self, database_url: str, calendars: Calendars) -> Engine:
        engine = running(database_url, config=Config(authorities={"town": authority("town")}), calendar=calendars)
        engine.schools.import_file(SCHOOLS.encode(), "town")
        return engine

    def test_the_new_school_keeps_it(self, timed: Engine, calendars: Calendars) -> None:
        confirm(timed, link(timed))
        assert calendars.schools() == [OLD, NEW]

    def test_a_calendar_of_its_own_stays(self, timed: Engine, calendars: Calendars) -> None:
        own = (calendars.path("town")).read_bytes()
        calendars.path("town", NEW).write_bytes(own)
        confirm(timed, link(timed))
        assert calendars.path("town", NEW).read_bytes() == own

    def test_dates_follow_the_calendar_of_the_new_school(self, timed: Engine, calendars: Calendars) -> None:
        calendars.path("town", NEW).write_bytes(calendars.path("town").read_bytes())
        timer = bpmn(
            '<startEvent id="s"/><intermediateCatchEvent id="t"><timerEventDefinition>'
            "<timeDuration>end of half-term</timeDuration></timerEventDefinition></intermediateCatchEvent>"
            '<endEvent id="e"/>',
            "s>t t>e",
        )
        case = start(timed, xml=timer)
        confirm(timed, link(timed))
        with timed.reading() as session:
            [waits] = queries.timers(session, instance=case)
        assert str(waits.due.date()) == "2026-10-23"


def test_the_register_s_changes_of_each_school_stay_with_its_cases(town: Engine) -> None:
    first, second = start(town, OLD, MANY), start(town, OTHER)
    head = f"urn,name,phase,type,trust\n{OTHER},Birch Primary,primary,community,Yew Trust\n"
    town.schools.import_file(head.encode(), "town")
    clock_of(town).advance(DAY)
    confirm(town, link(town, *MERGER), **LOW)
    with town.reading() as session:
        changes = [
            [dict(each.fields) for each in queries.instance_detail(session, case).school_changes]
            for case in (first, second)
        ]
    assert changes == [[], [{"trust": ("", "Yew Trust")}]]
