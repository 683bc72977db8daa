"""Tasks that change hands: released, handed over, delegated, moved; covered for; and two persons where two must agree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from engine import Config, Engine, Scope, queries
from engine.cases.hands import Unheld
from engine.errors import (
    CoverNotFound,
    CoverRefused,
    NotAManager,
    NotTheirTask,
    SecondHalf,
    TaskClaimed,
    TaskNotFound,
    TaskNotYours,
)
from engine.people.authorities import Authority
from engine.people.directory import Member, Wanted
from tests.engine.running import DAY, clock_of, deploy, role, running, task
from tests.engine.spiff.cases import bpmn, prop

TODAY = date(2026, 9, 7)
SCHOOLS = "urn,name,phase,type\n100001,Elm,primary,community\n100002,Oak,primary,community\n"
PEOPLE = (
    "email,name,role,school,diocese,trust,except,from,until\n"
    "holly@example.org,Holly Head,head,100001,,,,2026-01-01,\n"
    "hal@example.org,Hal Head,head,100001,,,,2026-01-01,2026-09-30\n"
    "nia@example.org,Nia Head,head,100002,,,,2026-01-01,\n"
)
ACCOUNTS = {
    "sam": {"seo"},
    "sue": {"seo", "lead"},
    "lee": {"lead"},
    "mo": {"director"},
    "ada": set(),
    "holly@example.org": {"head"},
    "hal@example.org": {"head"},
    "nia@example.org": {"head"},
}
#: A task of an officer, one of a head, one that is given to a person, and two halves of a decision.
TASKS = bpmn(
    '<startEvent id="s"/><parallelGateway id="g"/>'
    '<userTask id="write" name="Write it" camunda:candidateGroups="seo"/>'
    '<userTask id="report" name="Report" camunda:candidateGroups="head"/>'
    '<userTask id="given" name="Given" camunda:assignee="sam"/>'
    '<endEvent id="e"/>',
    "s>g g>write g>report g>given write>e report>e given>e",
)
JOINT = bpmn(
    '<startEvent id="s"/><exclusiveGateway id="q"/><parallelGateway id="g"/>'
    f'<userTask id="one" name="Half one" camunda:candidateGroups="seo">{prop(separateFrom="two")}</userTask>'
    '<userTask id="two" name="Half two" camunda:candidateGroups="lead"/>'
    '<parallelGateway id="j"/><exclusiveGateway id="x" default="f_x_e"/><endEvent id="e"/>',
    "s>q q>g g>one g>two one>j two>j j>x x>q[again = true] x>e",
    key="joint",
)


def home() -> Authority:
    roles = {each: role(each) for each in ("seo", "lead")} | {"director": role("director", "manage")}
    roles["head"] = replace(role("head"), kind="contact", mailbox="")
    return Authority("town", "Town", "", "town", roles, (), {})


class Accounts:
    """Who has an account; a test takes one away or gives it other roles."""

    def __init__(self) -> None:
        self.roles = {name: frozenset(roles) for name, roles in ACCOUNTS.items()}

    def __call__(self, session: Session, authority: str, day: date, *_: object) -> Iterable[Member]:
        return [Member(name, name.title(), "", roles) for name, roles in self.roles.items()]


@pytest.fixture
def accounts() -> Accounts:
    return Accounts()


@pytest.fixture
def engine(database_url: str, accounts: Accounts) -> Engine:
    """A case for the school Elm in which all tasks wait."""
    engine = running(database_url, config=Config(authorities={"town": home()}), directory=accounts)
    engine.schools.import_file(SCHOOLS.encode(), "town")
    engine.people.import_file(PEOPLE.encode(), "town")
    deploy(engine, TASKS, authority="town")
    deploy(engine, JOINT, "joint", authority="town")
    engine.cases.start("p", school="100001", by=Scope("town", frozenset(), "sample"))
    return engine


def who(engine: Engine, name: str) -> Scope:
    return engine.people.scope("town", ACCOUNTS[name], name)


def holder(engine: Engine, element: str) -> tuple[str | None, str | None]:
    """Who has a task, and who delegated it."""
    found = next(each for each in engine.tasks.open() if each.element == element)
    return found.assignee, found.owner


def story(engine: Engine) -> list[tuple[str, str, str, dict[str, str]]]:
    """What became of tasks: how, which, by whom, and what more."""
    hands = ("claimed", "released", "handed", "delegated", "returned")
    return [(line.how, line.name, line.by, dict(line.detail)) for line in engine.cases.history(1) if line.how in hands]


class TestClaims:
    def test_a_claim_and_its_release_stand_in_the_story(self, engine: Engine) -> None:
        ident = task(engine, "write")
        engine.tasks.claim(ident, by=who(engine, "sam"))
        engine.tasks.claim(ident, by=who(engine, "sam"))
        engine.tasks.unclaim(ident, by=who(engine, "sam"))
        assert story(engine) == [
            ("claimed", "Write it", "sam", {}),
            ("released", "Write it", "sam", {"had": "sam"}),
        ]

    def test_a_contact_s_claim_stands_there_too(self, engine: Engine) -> None:
        engine.tasks.claim(task(engine, "report"), by=who(engine, "holly@example.org"))
        assert story(engine) == [("claimed", "Report", "holly@example.org", {})]

    def test_a_manager_frees_what_another_has_claimed_and_says_why(self, engine: Engine) -> None:
        ident = task(engine, "write")
        engine.tasks.claim(ident, by=who(engine, "sam"))
        engine.tasks.unclaim(ident, who(engine, "mo"), "Sam is ill.")
        engine.tasks.claim(ident, by=who(engine, "sue"))
        assert holder(engine, "write") == ("sue", None)
        assert story(engine)[1] == ("released", "Write it", "mo", {"had": "sam", "reason": "Sam is ill."})

    def test_a_colleague_frees_nothing(self, engine: Engine) -> None:
        ident = task(engine, "write")
        engine.tasks.claim(ident, by=who(engine, "sam"))
        with pytest.raises(TaskClaimed):
            engine.tasks.unclaim(ident, by=who(engine, "sue"))
        with pytest.raises(NotAManager):
            engine.tasks.move([ident], "sue", "I want it.", who(engine, "sue"))
        assert holder(engine, "write") == ("sam", None)

    def test_whose_role_is_over_does_not_complete_what_they_claimed(self, engine: Engine, accounts: Accounts) -> None:
        ident = task(engine, "write")
        engine.tasks.claim(ident, by=who(engine, "sam"))
        with pytest.raises(TaskNotYours):
            engine.tasks.complete(ident, by=engine.people.scope("town", {"lead"}, "sam"))


class TestHandingOver:
    def test_a_task_of_one_s_own_goes_to_somebody_who_may_do_it(self, engine: Engine) -> None:
        ident = task(engine, "write")
        engine.tasks.claim(ident, by=who(engine, "sam"))
        engine.tasks.hand_over(ident, "sue", "Leave.", who(engine, "sam"))
        assert holder(engine, "write") == ("sue", None)
        assert story(engine)[-1] == ("handed", "Write it", "sam", {"to": "sue", "reason": "Leave."})
        engine.tasks.complete(ident, by=who(engine, "sue"))

    def test_a_task_that_nobody_has_is_handed_over_by_whoever_may_do_it(self, engine: Engine) -> None:
        engine.tasks.hand_over(task(engine, "write"), "sue", "Leave.", who(engine, "sam"))
        assert holder(engine, "write") == ("sue", None)

    @pytest.mark.parametrize("to", ["lee", "holly@example.org", "nobody", "ada"])
    def test_it_goes_to_nobody_else(self, engine: Engine, to: str) -> None:
        ident = task(engine, "write")
        engine.tasks.claim(ident, by=who(engine, "sam"))
        with pytest.raises(NotTheirTask, match="“Write it” is not for"):
            engine.tasks.hand_over(ident, to, "Leave.", who(engine, "sam"))
        assert holder(engine, "write") == ("sam", None)

    def test_a_head_s_task_goes_to_who_is_of_the_same_school(self, engine: Engine) -> None:
        ident = task(engine, "report")
        with pytest.raises(NotTheirTask):
            engine.tasks.hand_over(ident, "nia@example.org", "Leave.", who(engine, "holly@example.org"))
        engine.tasks.hand_over(ident, "hal@example.org", "Leave.", who(engine, "holly@example.org"))
        assert holder(engine, "report") == ("hal@example.org", None)

    def test_nobody_hands_over_what_another_has(self, engine: Engine) -> None:
        ident = task(engine, "write")
        engine.tasks.claim(ident, by=who(engine, "sam"))
        with pytest.raises(TaskClaimed):
            engine.tasks.hand_over(ident, "sue", "Mine.", who(engine, "sue"))

    def test_a_delegated_task_is_given_back(self, engine: Engine) -> None:
        ident = task(engine, "write")
        engine.tasks.hand_over(ident, "sue", "For a week.", who(engine, "sam"), delegate=True)
        assert holder(engine, "write") == ("sue", "sam")
        engine.tasks.unclaim(ident, by=who(engine, "sue"))
        assert holder(engine, "write") == ("sam", None)
        assert [line[0] for line in story(engine)] == ["delegated", "returned"]
        assert story(engine)[-1][3] == {"to": "sam"}

    def test_a_delegated_task_is_taken_back(self, engine: Engine) -> None:
        ident = task(engine, "write")
        engine.tasks.hand_over(ident, "sue", "For a week.", who(engine, "sam"), delegate=True)
        engine.tasks.unclaim(ident, by=who(engine, "sam"))
        assert holder(engine, "write") == ("sam", None)

    def test_who_may_do_it_is_offered(self, engine: Engine) -> None:
        able = engine.tasks.able([task(engine, "report")], who(engine, "holly@example.org"))
        assert [each.username for each in able] == ["hal@example.org", "holly@example.org"]
        able = engine.tasks.able([task(engine, "write"), task(engine, "report")], who(engine, "mo"))
        assert able == []

    def test_another_authority_has_nobody_to_offer(self, engine: Engine) -> None:
        assert engine.tasks.able([task(engine, "write")], Scope("village", frozenset({"seo"}), "vic")) == []


class TestMoving:
    def test_many_tasks_are_moved_at_once(self, engine: Engine) -> None:
        engine.cases.start("p", school="100002", by=Scope("town", frozenset(), "sample"))
        ids = [task(engine, "write", case) for case in (1, 2)]
        moved = engine.tasks.move(ids, "sue", "Sam is ill.", who(engine, "mo"))
        assert moved.done == tuple(ids)
        assert [each.assignee for each in engine.tasks.open() if each.element == "write"] == ["sue", "sue"]

    def test_all_are_moved_or_none(self, engine: Engine) -> None:
        with pytest.raises(NotTheirTask):
            engine.tasks.move([task(engine, "write"), task(engine, "report")], "sue", "Why", who(engine, "mo"))
        assert holder(engine, "write") == (None, None)

    def test_what_was_done_meanwhile_is_passed_over(self, engine: Engine) -> None:
        ident, other = task(engine, "write"), task(engine, "given")
        engine.tasks.complete(ident, by=who(engine, "sam"))
        moved = engine.tasks.move([ident, other], "sue", "Why", who(engine, "mo"))
        assert (moved.done, moved.ended) == ((other,), (ident,))

    def test_what_a_diagram_gives_to_one_person_is_given_to_another_and_never_freed(self, engine: Engine) -> None:
        ident = task(engine, "given")
        with pytest.raises(TaskNotYours):
            engine.tasks.move([ident], None, "Why", who(engine, "mo"))
        engine.tasks.move([ident], "lee", "Sam has left.", who(engine, "mo"))
        engine.tasks.complete(ident, by=who(engine, "lee"))
        assert "given" in engine.cases.trace(1)

    def test_tasks_of_another_authority_are_not_found(self, engine: Engine) -> None:
        other = Scope("village", frozenset({"director"}), "vic")
        with pytest.raises(NotAManager):
            engine.tasks.move([task(engine, "write")], None, "Why", other)
        with pytest.raises(TaskNotFound):
            engine.tasks.move([99], None, "Why", who(engine, "mo"))


class TestLeavers:
    def test_nobody_has_left(self, engine: Engine) -> None:
        engine.tasks.claim(task(engine, "write"), by=who(engine, "sam"))
        engine.tasks.claim(task(engine, "report"), by=who(engine, "hal@example.org"))
        assert engine.tasks.stranded("town") == []

    def test_whose_account_is_gone(self, engine: Engine, accounts: Accounts) -> None:
        engine.tasks.claim(task(engine, "write"), by=who(engine, "sam"))
        del accounts.roles["sam"]
        [left] = engine.tasks.stranded("town")
        assert (left.username, set(left.tasks)) == ("sam", {task(engine, "write"), task(engine, "given")})

    def test_whose_role_is_over(self, engine: Engine, accounts: Accounts) -> None:
        engine.tasks.claim(task(engine, "write"), by=who(engine, "sam"))
        accounts.roles["sam"] = frozenset({"lead"})
        [left] = engine.tasks.stranded("town")
        assert left.tasks == (task(engine, "write"),)

    def test_a_head_who_has_left_the_school(self, engine: Engine) -> None:
        engine.tasks.claim(task(engine, "report"), by=who(engine, "hal@example.org"))
        clock_of(engine).advance(30 * DAY)
        [left] = engine.tasks.stranded("town")
        assert (left.username, left.tasks) == ("hal@example.org", (task(engine, "report"),))
        engine.tasks.move(left.tasks, None, "Hal has left.", who(engine, "mo"))
        assert engine.tasks.stranded("town") == []
        engine.tasks.complete(task(engine, "report"), by=who(engine, "holly@example.org"))

    def test_what_a_head_had_claimed_is_free_for_their_successor_on_the_day_after(self, engine: Engine) -> None:
        engine.tasks.claim(task(engine, "report"), by=who(engine, "hal@example.org"))
        clock_of(engine).advance(30 * DAY)
        assert engine.jobs.free_claims() == 1
        engine.tasks.claim(task(engine, "report"), by=who(engine, "holly@example.org"))

    def test_the_story_says_that_it_is_free_and_why(self, engine: Engine) -> None:
        engine.tasks.claim(task(engine, "report"), by=who(engine, "hal@example.org"))
        clock_of(engine).advance(30 * DAY)
        engine.jobs.free_claims()
        said = {"reason": "Their role at the school is over", "had": "hal@example.org"}
        assert story(engine)[-1] == ("released", "Report", "", said)

    def test_a_head_whose_role_ends_at_once_leaves_no_claim(self, engine: Engine) -> None:
        engine.tasks.claim(task(engine, "report"), by=who(engine, "hal@example.org"))
        with engine.reading(who(engine, "mo")) as session:
            [held] = [each for each in queries.people(session).items if each.email == "hal@example.org"]
        cells = {"name": "Hal", "email": "hal@example.org", "from": "2026-01-01", "until": "2026-09-01"}
        engine.people.change(held.id, cells, who(engine, "mo"))
        assert holder(engine, "report") == (None, None)

    def test_what_an_officer_leaves_waits_for_a_manager(self, engine: Engine, accounts: Accounts) -> None:
        engine.tasks.claim(task(engine, "write"), by=who(engine, "sam"))
        accounts.roles["sam"] = frozenset({"lead"})
        assert engine.jobs.free_claims() == 0

    def test_what_is_still_theirs_stays(self, engine: Engine) -> None:
        engine.tasks.claim(task(engine, "report"), by=who(engine, "holly@example.org"))
        assert engine.jobs.free_claims() == 0


class TestNobody:
    """Tasks that nobody can do: nobody holds the role, or nobody for the school."""

    def test_somebody_holds_each_role(self, engine: Engine) -> None:
        assert engine.tasks.unheld("town") == []

    def test_a_role_that_nobody_holds_any_more(self, engine: Engine, accounts: Accounts) -> None:
        accounts.roles |= {"sam": frozenset(), "sue": frozenset({"lead"})}
        assert engine.tasks.unheld("town") == [Unheld(("seo",), (task(engine, "write"),))]

    def test_what_somebody_has_claimed_is_with_them(self, engine: Engine, accounts: Accounts) -> None:
        engine.tasks.claim(task(engine, "write"), by=who(engine, "sam"))
        accounts.roles |= {"sam": frozenset(), "sue": frozenset({"lead"})}
        assert engine.tasks.unheld("town") == []

    def test_one_of_several_roles_is_enough(self, engine: Engine, accounts: Accounts) -> None:
        either = bpmn(
            '<startEvent id="s"/><userTask id="a" camunda:candidateGroups="seo,lead"/><endEvent id="e"/>',
            "s>a a>e",
            key="or",
        )
        deploy(engine, either, "or", "town")
        engine.cases.start("or", by=who(engine, "sam"))
        accounts.roles |= {"sam": frozenset(), "sue": frozenset()}
        assert [each.roles for each in engine.tasks.unheld("town")] == [("seo",)]

    def test_a_school_that_has_no_head(self, engine: Engine) -> None:
        engine.schools.import_file(b"urn,name,phase,type\n100003,Ash,primary,community\n", "town")
        case = engine.cases.start("p", school="100003", by=who(engine, "sam"))
        (report,) = (each.id for each in engine.tasks.open(case) if each.element == "report")
        assert engine.tasks.unheld("town") == [Unheld(("head",), (report,))]


class TestCover:
    def cover(self, engine: Engine, absent: str, covering: str, days: int = 5, by: str = "mo") -> None:
        wanted = Wanted(absent, covering, TODAY + timedelta(days=1), TODAY + timedelta(days=days), "Leave.")
        engine.people.cover(wanted, who(engine, by))

    def test_from_the_first_day_to_the_last_the_tasks_are_theirs_too(self, engine: Engine) -> None:
        self.cover(engine, "sam", "lee")
        seen = []
        for _ in range(7):
            seen.append(who(engine, "lee").holds(["seo"], at="100001", case=None))
            clock_of(engine).advance(DAY)
        assert seen == [False, True, True, True, True, True, False]

    def told(self, engine: Engine, name: str) -> list[str]:
        with engine.reading(who(engine, name)) as session:
            return [each.subject for each in queries.notices(session, who(engine, name)).items]

    @pytest.mark.parametrize("absent", ["sam", "holly@example.org"])
    def test_whoever_is_away_is_told_who_covers_and_when_it_ends(self, engine: Engine, absent: str) -> None:
        self.cover(engine, absent, "lee")
        engine.people.end_cover(1, who(engine, "mo"))
        assert self.told(engine, absent) == ["Lee covers for you no more", "Lee covers for you"]

    def test_the_notice_says_what_goes_along_and_why(self, engine: Engine) -> None:
        self.cover(engine, "sam", "lee")
        with engine.reading(who(engine, "sam")) as session:
            [notice] = queries.notices(session, who(engine, "sam")).items
        assert ["also what is confidential" in notice.text, "Reason: Leave." in notice.text] == [True, True]

    def test_nobody_else_is_told(self, engine: Engine) -> None:
        self.cover(engine, "sam", "lee")
        assert [self.told(engine, each) for each in ("lee", "mo", "sue")] == [[], [], []]

    def test_the_story_says_for_whom(self, engine: Engine) -> None:
        self.cover(engine, "sam", "lee")
        clock_of(engine).advance(DAY)
        engine.tasks.complete(task(engine, "write"), by=who(engine, "lee"))
        done = next(line for line in engine.cases.history(1) if line.element == "write")
        assert (done.by, done.detail) == ("lee", {"covers": "sam"})

    def test_what_is_one_s_own_role_is_for_nobody_else(self, engine: Engine) -> None:
        self.cover(engine, "sam", "sue")
        clock_of(engine).advance(DAY)
        engine.tasks.complete(task(engine, "write"), by=who(engine, "sue"))
        assert next(line.detail for line in engine.cases.history(1) if line.element == "write") == {}

    def test_an_officer_covers_for_a_head_at_their_school_only(self, engine: Engine) -> None:
        self.cover(engine, "holly@example.org", "lee")
        clock_of(engine).advance(DAY)
        scope = who(engine, "lee")
        assert [scope.holds(["head"], at=urn, case=None) for urn in ("100001", "100002", None)] == [True, False, False]

    def test_to_manage_is_not_covered(self, engine: Engine) -> None:
        self.cover(engine, "mo", "lee")
        clock_of(engine).advance(DAY)
        with pytest.raises(NotAManager):
            engine.tasks.move([task(engine, "write")], None, "Why", who(engine, "lee"))

    def test_who_covers_is_among_those_who_may_do_a_task(self, engine: Engine) -> None:
        self.cover(engine, "sam", "lee")
        clock_of(engine).advance(DAY)
        able = engine.tasks.able([task(engine, "write")], who(engine, "mo"))
        assert [each.username for each in able] == ["lee", "sam", "sue"]
        engine.tasks.hand_over(task(engine, "write"), "lee", "Leave.", who(engine, "sam"))
        assert engine.tasks.stranded("town") == []

    @pytest.mark.parametrize(
        ("absent", "covering", "days", "says"),
        [
            ("sam", "sam", 5, "nobody covers for themselves"),
            ("sam", "nobody", 5, "both must be people who can sign in"),
            ("sam", "lee", 0, "the last day is before the first"),
            ("sam", "holly@example.org", 5, "Holly@Example.Org does not"),
        ],
    )
    def test_a_cover_that_cannot_be_is_refused(
        self, engine: Engine, absent: str, covering: str, days: int, says: str
    ) -> None:
        with pytest.raises(CoverRefused, match=says):
            self.cover(engine, absent, covering, days)

    def test_nobody_says_that_they_cover_themselves(self, engine: Engine) -> None:
        with pytest.raises(CoverRefused, match="somebody else who manages"):
            self.cover(engine, "sam", "mo", by="mo")

    def test_only_managers_set_and_end_it(self, engine: Engine) -> None:
        with pytest.raises(NotAManager):
            self.cover(engine, "sam", "lee", by="lee")
        self.cover(engine, "sam", "lee")
        with pytest.raises(NotAManager):
            engine.people.end_cover(1, who(engine, "lee"))

    def test_it_is_ended_early(self, engine: Engine) -> None:
        self.cover(engine, "sam", "lee")
        clock_of(engine).advance(2 * DAY)
        engine.people.end_cover(1, who(engine, "mo"))
        assert not who(engine, "lee").holds(["seo"], at="100001", case=None)
        with pytest.raises(CoverNotFound):
            engine.people.end_cover(1, who(engine, "mo"))

    def test_one_that_has_not_begun_is_gone(self, engine: Engine) -> None:
        self.cover(engine, "sam", "lee")
        engine.people.end_cover(1, who(engine, "mo"))
        with engine.reading() as session:
            assert queries.covers(session, TODAY) == []


class TestTwoPersons:
    @pytest.fixture
    def joint(self, engine: Engine) -> int:
        return engine.cases.start("joint", by=Scope("town", frozenset(), "sample"))

    @pytest.mark.parametrize(("first", "second"), [("one", "two"), ("two", "one")])
    def test_one_person_does_not_do_both_halves(self, engine: Engine, joint: int, first: str, second: str) -> None:
        both = who(engine, "sue")
        engine.tasks.complete(task(engine, first, joint), by=both)
        for command in (engine.tasks.complete, engine.tasks.claim):
            with pytest.raises(SecondHalf, match=f"“Half {first}” was done on 7 September 2026 by sue"):
                command(task(engine, second, joint), by=both)
        assert engine.cases.get(joint).status == "active"

    def test_two_persons_do(self, engine: Engine, joint: int) -> None:
        engine.tasks.complete(task(engine, "one", joint), by=who(engine, "sue"))
        engine.tasks.complete(task(engine, "two", joint), by=who(engine, "lee"))
        assert engine.cases.get(joint).status == "completed"

    def test_nobody_claims_both(self, engine: Engine, joint: int) -> None:
        engine.tasks.claim(task(engine, "one", joint), by=who(engine, "sue"))
        with pytest.raises(SecondHalf, match="“Half one” has been claimed by sue"):
            engine.tasks.claim(task(engine, "two", joint), by=who(engine, "sue"))

    def test_nobody_is_given_both(self, engine: Engine, joint: int) -> None:
        ids = [task(engine, element, joint) for element in ("one", "two")]
        with pytest.raises(SecondHalf):
            engine.tasks.move(ids, "sue", "Why", who(engine, "mo"))

    def test_who_covers_for_both_is_one_person(self, engine: Engine, joint: int) -> None:
        for absent in ("sam", "lee"):
            wanted = Wanted(absent, "mo", TODAY, TODAY, "Leave.")
            engine.people.cover(wanted, engine.people.scope("town", {"director"}, "mia"))
        engine.tasks.complete(task(engine, "one", joint), by=who(engine, "mo"))
        with pytest.raises(SecondHalf):
            engine.tasks.complete(task(engine, "two", joint), by=who(engine, "mo"))

    def test_when_both_are_asked_again_each_may_take_either_half(self, engine: Engine, joint: int) -> None:
        engine.tasks.complete(task(engine, "one", joint), by=who(engine, "sue"))
        engine.tasks.complete(task(engine, "two", joint), {"again": True}, by=who(engine, "lee"))
        engine.tasks.complete(task(engine, "two", joint), {"again": False}, by=who(engine, "sue"))
        with pytest.raises(SecondHalf):
            engine.tasks.complete(task(engine, "one", joint), by=who(engine, "sue"))
        engine.tasks.complete(task(engine, "one", joint), by=who(engine, "sam"))
        assert engine.cases.get(joint).status == "completed"
