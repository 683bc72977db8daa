"""What managers do to one case: foreseen without a trace, done with a reason that stands in its story."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from engine import Config, Engine, NewDates, Relocate, Resume, Scope, Send, Suspend, queries
from engine.errors import (
    CaseNotSuspended,
    CaseSuspended,
    DayTooFar,
    InstanceEnded,
    MessageNotAwaited,
    MoveRefused,
    NotAManager,
    NotWaiting,
    PeriodStatutory,
    ReasonMissing,
)
from engine.people.authorities import Authority
from engine.queries.dates import DatedRow
from tests.engine.running import DAY, MESSAGES, NOW, RECEIVER, THROWER, claim, clock_of, deploy, role, running, task
from tests.engine.spiff.cases import bpmn, prop

BOSS = Scope("town", frozenset({"boss"}), "bo", oversees=True)
SEO = Scope("town", frozenset({"seo"}), "sam")
DATED = bpmn(
    '<startEvent id="s"/><parallelGateway id="g"/>'
    '<userTask id="a" name="Visit" camunda:candidateGroups="seo" camunda:dueDate="5 working days">'
    + prop(clause="X-1")
    + "</userTask>"
    '<intermediateCatchEvent id="c" name="The period ends"><timerEventDefinition><timeDuration>P15D</timeDuration>'
    '</timerEventDefinition></intermediateCatchEvent><userTask id="b" name="Decide"/><endEvent id="e"/>',
    "s>g g>a g>c a>e c>b b>e",
)

#: The same, where the period is the law's.
STATUTORY = DATED.replace(
    b'name="The period ends"><bpmn:timer',
    b'name="The period ends"><bpmn:extensionElements><camunda:properties><camunda:property name="statutory" value="true"/>'
    b"</camunda:properties></bpmn:extensionElements><bpmn:timer",
)

#: Waits for a message, and says what it brings.
BROUGHT = bpmn(
    '<startEvent id="s"/><intermediateCatchEvent id="w" name="The reply">'
    + prop(
        payload="grade: &quot;good&quot; | &quot;bad&quot;, on: date, times: number, sure: boolean, names: list, note"
    )
    + '<messageEventDefinition messageRef="m1"/></intermediateCatchEvent><userTask id="a" name="Read it"/><endEvent id="e"/>',
    "s>w w>a a>e",
    MESSAGES,
    "brought",
)


def home() -> Authority:
    roles = {"seo": role("seo"), "boss": role("boss", "manage")}
    return Authority("town", "Town", "", "town", roles, (), {})


@pytest.fixture
def engine(database_url: str) -> Engine:
    engine = running(database_url, config=Config(authorities={"town": home()}))
    deploy(engine, DATED, authority="town")
    engine.cases.start("p", authority="town")
    return engine


def dated(engine: Engine, element: str) -> DatedRow:
    """The date of what waits at an element."""
    with engine.reading(BOSS) as session:
        rows = [*queries.open_tasks(session, 1), *queries.timers(session, instance=1)]
        return queries.dated(session, 1, next(row.token for row in rows if row.element == element))


def days(engine: Engine, element: str, day: date) -> NewDates:
    return NewDates({dated(engine, element).token: day})


def last_line(engine: Engine) -> queries.HistoryRow:
    return engine.cases.history(1)[-1]


class TestDates:
    def test_a_task_gets_another_date_and_the_story_says_so(self, engine: Engine) -> None:
        engine.interventions.make(1, days(engine, "a", date(2026, 9, 30)), "Half-term", BOSS)
        line = last_line(engine)
        assert (line.how, line.name, line.by) == ("redated", "Visit", "bo")
        assert dict(line.detail) == {
            "before": "2026-09-14",
            "after": "2026-09-30",
            "drawn": "2026-09-14",
            "reason": "Half-term",
        }

    def test_the_task_is_due_by_the_end_of_the_new_day(self, engine: Engine) -> None:
        engine.interventions.make(1, days(engine, "a", date(2026, 9, 30)), "Half-term", BOSS)
        row = dated(engine, "a")
        assert row.due is not None
        assert row.due.isoformat() == "2026-09-30T22:59:00+00:00"
        assert row.drawn is not None

    def test_a_period_is_extended_and_ends_in_the_morning_of_the_new_day(self, engine: Engine) -> None:
        engine.interventions.make(1, days(engine, "c", date(2026, 10, 1)), "They asked", BOSS)
        clock_of(engine).set(NOW + 15 * DAY)
        engine.jobs.run_due()
        assert [each.element for each in engine.tasks.open(1)] == ["a"]
        clock_of(engine).set(NOW + 24 * DAY)
        engine.jobs.run_due()
        assert [each.element for each in engine.tasks.open(1)] == ["a", "b"]

    def test_what_is_foreseen_is_not_done(self, engine: Engine) -> None:
        effect = engine.interventions.foresee(1, days(engine, "a", date(2026, 9, 30)), BOSS)
        [moved] = effect.moved
        assert (moved.name, moved.clauses, moved.after is not None) == ("Visit", ("X-1",), True)
        assert dated(engine, "a").drawn is None
        assert last_line(engine).how != "redated"

    def test_a_date_does_not_move_the_day_by_which_policy_is_kept(self, engine: Engine) -> None:
        engine.interventions.make(1, days(engine, "a", date(2026, 9, 30)), "Half-term", BOSS)
        clock_of(engine).set(NOW + 10 * DAY)
        engine.tasks.complete(task(engine, "a"), by="sam")
        with engine.reading(BOSS) as session:
            [row] = queries.proof_rows(session, ["X-1"], clock_of(engine).now())
        assert (row.outcome, row.late) == ("late", 3)

    def test_nobody_is_told_that_a_task_is_late_before_its_new_date(self, engine: Engine) -> None:
        engine.interventions.make(1, days(engine, "a", date(2026, 9, 30)), "Half-term", BOSS)
        clock_of(engine).set(NOW + 12 * DAY)
        engine.jobs.tell_late()
        with engine.reading(BOSS) as session:
            assert queries.notifications(session, SEO) == []


class TestWho:
    def test_only_those_who_manage_may(self, engine: Engine) -> None:
        change = days(engine, "a", date(2026, 9, 30))
        with pytest.raises(NotAManager):
            engine.interventions.make(1, change, "Because", SEO)
        with pytest.raises(NotAManager):
            engine.interventions.foresee(1, change, SEO)

    def test_a_reason_is_needed(self, engine: Engine) -> None:
        with pytest.raises(ReasonMissing):
            engine.interventions.make(1, days(engine, "a", date(2026, 9, 30)), "  ", BOSS)

    def test_a_case_of_another_authority_is_not_there(self, engine: Engine) -> None:
        other = Scope("elsewhere", frozenset({"boss"}), "eve")
        with pytest.raises(NotAManager):
            engine.interventions.make(1, days(engine, "a", date(2026, 9, 30)), "Because", other)

    def test_a_case_that_has_ended_is_not_changed(self, engine: Engine) -> None:
        change = days(engine, "a", date(2026, 9, 30))
        engine.cases.cancel(1, "Mistake", BOSS)
        with pytest.raises(InstanceEnded):
            engine.interventions.foresee(1, change, BOSS)
        with pytest.raises(InstanceEnded):
            engine.interventions.make(1, change, "Because", BOSS)

    def test_what_waits_no_more_gets_no_date(self, engine: Engine) -> None:
        change = days(engine, "a", date(2026, 9, 30))
        engine.tasks.complete(task(engine, "a"), by="sam")
        clock_of(engine).set(NOW + timedelta(hours=1))
        with pytest.raises(NotWaiting):
            engine.interventions.make(1, change, "Because", BOSS)


def suspended(engine: Engine, case: int = 1) -> None:
    engine.interventions.make(case, Suspend(), "The governors ask", BOSS)


def resumed(engine: Engine, change: Resume | None = None, case: int = 1) -> None:
    engine.interventions.make(case, change or Resume(), "They have answered", BOSS)


class TestStatutoryPeriods:
    @pytest.fixture
    def engine(self, engine: Engine) -> Engine:
        deploy(engine, STATUTORY, authority="town")
        engine.cases.start("p", authority="town")
        return engine

    def period(self, engine: Engine) -> DatedRow:
        with engine.reading(BOSS) as session:
            return queries.dated(session, 2, next(t.token for t in queries.timers(session, instance=2)))

    @pytest.mark.parametrize("day", [date(2026, 9, 10), date(2026, 11, 10)], ids=["shorter", "longer"])
    def test_nobody_sets_another_end_by_hand(self, engine: Engine, day: date) -> None:
        token = self.period(engine).token
        with pytest.raises(PeriodStatutory, match="The period ends.*Report on the case that the period is extended"):
            engine.interventions.make(2, NewDates({token: day}), "In a hurry", BOSS)

    def test_a_resumed_case_moves_its_other_dates_alone(self, engine: Engine) -> None:
        suspended(engine, 2)
        before, visit = self.period(engine).due, engine.tasks.open(2)[0].due
        clock_of(engine).set(NOW + 5 * DAY)
        resumed(engine, Resume(shifted=True), 2)
        assert self.period(engine).due == before
        assert engine.tasks.open(2)[0].due != visit

    def test_one_that_passed_while_its_case_was_suspended_gets_no_date_of_its_own(self, engine: Engine) -> None:
        token = self.period(engine).token
        suspended(engine, 2)
        clock_of(engine).set(NOW + 20 * DAY)
        with pytest.raises(PeriodStatutory):
            resumed(engine, Resume(days={token: date(2026, 10, 9)}), 2)


class TestSuspended:
    def test_its_tasks_are_not_completed_and_say_so(self, engine: Engine) -> None:
        suspended(engine)
        with pytest.raises(CaseSuspended):
            engine.tasks.complete(task(engine, "a"), by="sam")
        assert [row.suspended for row in engine.tasks.open(1)] == [True]

    def test_its_timers_wait_and_no_worker_is_woken_for_them(self, engine: Engine) -> None:
        suspended(engine)
        clock_of(engine).set(NOW + 20 * DAY)
        assert engine.jobs.run_due() == 0
        engine.jobs.tell_late()
        assert engine.jobs.next_due() is None

    def test_a_worker_that_has_just_claimed_a_timer_loses_it(self, engine: Engine) -> None:
        clock_of(engine).set(NOW + 20 * DAY)
        assert claim(engine) is not None
        suspended(engine)
        clock_of(engine).set(NOW + 21 * DAY)
        assert engine.jobs.run_due() == 0
        assert dated(engine, "c").kind == "timer"

    def test_nobody_is_told_that_its_tasks_are_late(self, engine: Engine) -> None:
        suspended(engine)
        clock_of(engine).set(NOW + 30 * DAY)
        assert engine.jobs.tell_late() == 0
        resumed(engine)
        assert engine.jobs.tell_late() > 0

    def test_what_fell_due_happens_at_once_when_it_is_resumed(self, engine: Engine) -> None:
        suspended(engine)
        clock_of(engine).set(NOW + 20 * DAY)
        resumed(engine)
        assert engine.jobs.run_due() == 1
        assert [each.element for each in engine.tasks.open(1)] == ["a", "b"]

    def test_every_date_may_move_by_the_days_that_it_was_suspended(self, engine: Engine) -> None:
        suspended(engine)
        clock_of(engine).set(NOW + 20 * DAY)
        resumed(engine, Resume(shifted=True))
        assert engine.jobs.run_due() == 0
        assert str(dated(engine, "c").due)[:10] == "2026-10-12"
        assert str(dated(engine, "a").due)[:10] == "2026-10-05", "a working day, as it was: no Sunday"

    def test_no_date_is_set_further_ahead_than_any_other(self, engine: Engine) -> None:
        token = dated(engine, "c").token
        with pytest.raises(DayTooFar):
            engine.interventions.make(1, NewDates({token: date(2036, 9, 8)}), "A slip", BOSS)

    def test_what_fell_due_may_get_a_date_of_its_own(self, engine: Engine) -> None:
        token = dated(engine, "c").token
        suspended(engine)
        clock_of(engine).set(NOW + 20 * DAY)
        resumed(engine, Resume(days={token: date(2026, 10, 9)}))
        assert engine.jobs.run_due() == 0
        clock_of(engine).set(NOW + 33 * DAY)
        assert engine.jobs.run_due() == 1

    def test_the_story_says_both_with_their_reasons(self, engine: Engine) -> None:
        suspended(engine)
        resumed(engine)
        lines = [(line.how, line.by, line.detail["reason"]) for line in engine.cases.history(1)[-2:]]
        assert lines == [("suspended", "bo", "The governors ask"), ("resumed", "bo", "They have answered")]

    def test_it_is_suspended_once_and_resumed_once(self, engine: Engine) -> None:
        suspended(engine)
        with pytest.raises(CaseSuspended):
            suspended(engine)
        resumed(engine)
        with pytest.raises(CaseNotSuspended):
            resumed(engine)

    def test_its_dates_may_still_be_changed(self, engine: Engine) -> None:
        suspended(engine)
        engine.interventions.make(1, days(engine, "c", date(2026, 9, 8)), "Sooner", BOSS)
        clock_of(engine).set(NOW + 3 * DAY)
        assert engine.jobs.run_due() == 0

    def test_its_values_are_not_changed(self, engine: Engine) -> None:
        suspended(engine)
        with pytest.raises(CaseSuspended):
            engine.cases.set_variables(1, {"x": 1}, BOSS)

    def test_it_can_be_cancelled(self, engine: Engine) -> None:
        suspended(engine)
        engine.cases.cancel(1, "Mistake", BOSS)
        assert engine.cases.get(1).suspended is None


class TestMessagesForASuspendedCase:
    @pytest.fixture
    def waiting(self, engine: Engine) -> int:
        """A suspended case that waits for a message."""
        deploy(engine, RECEIVER, "receiver", "town")
        case = engine.cases.start("receiver", "K", authority="town")
        suspended(engine, case)
        return case

    def test_a_message_is_held_and_reaches_it_when_it_is_resumed(self, engine: Engine, waiting: int) -> None:
        assert engine.messages.correlate("reply", {"key": "K"}, {"n": 1}, by=BOSS) == [waiting]
        assert engine.tasks.open(waiting) == []
        resumed(engine, case=waiting)
        engine.jobs.run_due()
        assert [each.element for each in engine.tasks.open(waiting)] == ["a"]
        assert engine.cases.variables(waiting)["n"] == 1

    def test_one_that_another_case_threw_is_held_too(self, engine: Engine, waiting: int) -> None:
        deploy(engine, THROWER, "thrower", "town")
        engine.cases.start("thrower", authority="town", variables={"target": "K"})
        engine.jobs.run_due()
        with engine.reading(BOSS) as session:
            assert queries.undelivered(session) == []
        resumed(engine, case=waiting)
        engine.jobs.run_due()
        assert [each.element for each in engine.tasks.open(waiting)] == ["a"]

    def test_what_was_held_for_a_case_that_is_cancelled_has_found_nobody(self, engine: Engine, waiting: int) -> None:
        engine.messages.correlate("reply", {"key": "K"}, by=BOSS)
        engine.cases.cancel(waiting, "Mistake", BOSS)
        with engine.reading(BOSS) as session:
            assert [each.name for each in queries.undelivered(session)] == ["reply"]


class TestMessagesByHand:
    @pytest.fixture
    def waiting(self, engine: Engine) -> int:
        """A case that waits for a message which says what it brings."""
        deploy(engine, BROUGHT, "brought", "town")
        return engine.cases.start("brought", "K", authority="town")

    def test_what_a_case_listens_to_says_what_it_brings(self, engine: Engine, waiting: int) -> None:
        [heard] = engine.interventions.listened(waiting, BOSS)
        assert (heard.message, heard.element_name, heard.reportable) == ("reply", "The reply", False)
        assert {name: (each.kind, each.options) for name, each in heard.brings.items()} == {
            "grade": ("options", ("bad", "good")),
            "on": ("date", ()),
            "times": ("number", ()),
            "sure": ("boolean", ()),
            "names": ("list", ()),
            "note": ("text", ()),
        }

    def test_it_is_foreseen_and_then_reaches_the_case(self, engine: Engine, waiting: int) -> None:
        [heard] = engine.interventions.listened(waiting, BOSS)
        change = Send(heard.token, "reply", {"grade": "good"})
        effect = engine.interventions.foresee(waiting, change, BOSS)
        assert [each.name for each in effect.following.asked] == ["Read it"]
        assert [each.name for each in effect.gone] == ["The reply"]
        assert engine.tasks.open(waiting) == []
        engine.interventions.make(waiting, change, "It was lost", BOSS)
        assert [each.name for each in engine.tasks.open(waiting)] == ["Read it"]
        assert engine.cases.variables(waiting)["grade"] == "good"

    def test_the_story_says_what_was_sent_and_why(self, engine: Engine, waiting: int) -> None:
        [heard] = engine.interventions.listened(waiting, BOSS)
        engine.interventions.make(waiting, Send(heard.token, "reply", {"grade": "good"}), "It was lost", BOSS)
        line = engine.cases.history(waiting)[-1]
        assert (line.how, line.by) == ("sent", "bo")
        assert line.detail == {"message": "reply", "brought": {"grade": "good"}, "reason": "It was lost"}

    def test_what_it_does_not_wait_for_is_refused(self, engine: Engine, waiting: int) -> None:
        [heard] = engine.interventions.listened(waiting, BOSS)
        with pytest.raises(MessageNotAwaited):
            engine.interventions.make(waiting, Send(heard.token, "other"), "It was lost", BOSS)

    def test_one_that_came_meanwhile_is_not_sent_again(self, engine: Engine, waiting: int) -> None:
        [heard] = engine.interventions.listened(waiting, BOSS)
        engine.messages.correlate("reply", {"key": "K"}, by=BOSS)
        with pytest.raises(MessageNotAwaited):
            engine.interventions.make(waiting, Send(heard.token, "reply"), "It was lost", BOSS)


class TestMoves:
    def stand(self, engine: Engine, element: str) -> str:
        return next(each.token for each in engine.interventions.standing(1, BOSS) if each.element == element)

    def test_where_a_case_stands_and_where_it_may_go_on(self, engine: Engine) -> None:
        stands = engine.interventions.standing(1, BOSS)
        assert [(each.name, each.since) for each in stands] == [("Visit", NOW), ("The period ends", NOW)]
        names = [(each.name, each.done) for each in stands[0].targets]
        assert names == [("Visit", False), ("The period ends", False), ("Decide", False), ("The end", False)]

    def test_it_is_foreseen_and_then_done(self, engine: Engine) -> None:
        change = Relocate(self.stand(engine, "c"), "b")
        effect = engine.interventions.foresee(1, change, BOSS)
        assert [(each.kind, each.name) for each in effect.gone] == [("timer", "The period ends")]
        assert [each.name for each in effect.following.asked] == ["Decide"]
        engine.interventions.make(1, change, "They agreed at once", BOSS)
        assert [each.name for each in engine.tasks.open(1)] == ["Visit", "Decide"]
        assert engine.jobs.next_due() is None or engine.jobs.run_due() == 0

    def test_the_story_says_what_was_left_and_why(self, engine: Engine) -> None:
        engine.interventions.make(1, Relocate(self.stand(engine, "c"), "b"), "They agreed at once", BOSS)
        line = last_line(engine)
        assert (line.how, line.name, line.by) == ("placed", "Decide", "bo")
        assert line.detail == {"left": ["The period ends"], "alone": False, "reason": "They agreed at once"}

    def test_whoever_had_a_task_that_is_withdrawn_is_told(self, engine: Engine) -> None:
        engine.tasks.claim(task(engine, "a"), SEO)
        engine.interventions.make(1, Relocate(self.stand(engine, "a"), "e"), "Not needed", BOSS)
        with engine.reading(SEO) as session:
            [told] = queries.notifications(session, SEO)
        assert told.subject.startswith("Withdrawn: Visit")
        assert "Not needed" in told.text

    def test_what_is_refused_changes_nothing_and_is_no_trouble(self, engine: Engine) -> None:
        with pytest.raises(MoveRefused):
            engine.interventions.make(1, Relocate(self.stand(engine, "a"), "g"), "Once more", BOSS)
        with engine.reading(BOSS) as session:
            assert queries.incidents(session, instance=1) == []
        assert [each.name for each in engine.tasks.open(1)] == ["Visit"]
