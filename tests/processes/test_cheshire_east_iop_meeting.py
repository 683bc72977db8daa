"""One meeting of Cheshire East's Improving Outcomes Programme: from its date to the feedback of the governing body."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from engine import queries
from engine.errors import FormInvalid
from engine.feel import Feel
from engine.forms import load_form
from engine.forms.model import AtTime
from engine.jobs import meetings
from tests.processes.story import Story
from tests.processes.test_cheshire_east_iop import CHAIR, COMMUNITY, HEAD, MI, OFFICER, QA, hold, in_tier_2, seen


@pytest.fixture
def story(story: Story) -> Story:
    return in_tier_2(story)


def told(story: Story, subject: str) -> list[str]:
    """The roles that were told something."""
    return [role for role, text in story.told if text.startswith(subject)]


def falls_due(story: Story, element: str) -> str:
    """The day on which an open task is due."""
    [task] = [task for task in story.engine.tasks.open(story.case) if task.element == element]
    assert task.due is not None
    return str(task.due.date())


def published(story: Story, day: str = "2026-11-11") -> Story:
    """A meeting on a day, Wednesday 11 November 2026 if no other is given, whose date everybody knows."""
    return story.do(MI, "publish-date", meeting_date=day, core_group=["hr", "finance"], agencies_asked=["police"])


def on_its_day(story: Story) -> Story:
    """The day of a meeting on which nothing of what should have been sent was sent."""
    return published(story).wait_for("meeting-day")


def held(story: Story, **answers: Any) -> Story:
    """A meeting was held on its day."""
    given = {"meeting_held": "yes", "meeting_result": "carry on", "professionals_called": "no"} | answers
    return hold(on_its_day(story), **given)


def test_a_meeting_from_its_date_to_the_minutes(story: Story) -> None:
    """CHE-5.3.6 CHE-5.3.7 CHE-5.4.3 CHE-7.2 CHE-7.3 CHE-7.4 CHE-7.5 CHE-7.6 CHE-7.7: everybody is on time.

    The school's own report, agreed by its partner; agenda, meeting with the core group and agencies, minutes.
    """
    story.do(MI, "publish-date", meeting_date="2026-11-11", core_group=["hr", "finance"], agencies_asked=["diocese"])
    circulated = [HEAD, CHAIR, "sip", "hr-officer", "finance-officer", "diocesan-representative"]
    assert told(story, "IOP meeting on 11 November 2026") == circulated
    # Four weeks before Wednesday 11 November 2026.
    assert str(story.due("report-due").date()) == "2026-10-14"
    story.wait_for("report-due")
    assert falls_due(story, "progress-report") == "2026-10-24"
    story.do(HEAD, "progress-report", report_agreed=True)
    assert falls_due(story, "record-of-visit") == "2026-10-31"
    story.do("sip", "record-of-visit", sip_agrees="yes")
    assert str(story.due("agenda-due").date()) == "2026-10-28"
    story.wait_for("agenda-due")
    assert falls_due(story, "send-agenda") == "2026-11-04", "whoever is on time sends it a week before the meeting"
    story.do(OFFICER, "send-agenda")
    assert str(story.due("meeting-day").date()) == "2026-11-11"
    story.wait_for("meeting-day")
    assert seen(story, "hold-meeting")["missing"] == ""
    hold(
        story,
        meeting_result="carry on",
        attended=["head", "governor", "sip", "hr", "finance"],
        funded="Reading coaches.",
    )
    assert falls_due(story, "send-minutes") == "2026-11-18"  # a week after the meeting
    story.do(MI, "send-minutes")
    assert seen(story, "publish-date")["funded"] == "Reading coaches."
    assert not told(story, "IOP agenda")
    assert not told(story, "IOP minutes")


def test_a_meeting_takes_place_on_its_day_whatever_is_missing(story: Story) -> None:
    """CHE-7.3 CHE-5.3.6 CHE-7.2: no report, no Record of Visit, no agenda; the meeting's form says so."""
    on_its_day(story)
    missing = "the management group's progress report, the School Improvement Partner's Record of Visit, the agenda"
    assert seen(story, "hold-meeting")["missing"] == missing
    assert "missing_done" in story.shown(MI, "hold-meeting")
    story.do(MI, "hold-meeting", meeting_result="carry on", professionals_called="no")
    assert "publish-date" in story.waiting(), "the next meeting is asked for"
    assert not {"progress-report", "send-agenda"} & set(story.waiting()), (
        "what was for this meeting is asked for no more"
    )


def test_a_report_that_is_late_is_chased(story: Story) -> None:
    """CHE-5.3.6 CHE-5.3.7: the school and the M&I Manager are told, in time for the meeting."""
    published(story).wait_for("report-due")
    # Due eighteen days before Wednesday 11 November; the morning after.
    assert str(story.due("report-late").date()) == "2026-10-25"
    story.wait_for("report-late")
    assert told(story, "Progress report is missing") == [HEAD, CHAIR, MI]
    assert "report-chased" in story.trace
    assert "progress-report" in story.waiting()


def test_a_record_of_visit_that_is_late_is_chased(story: Story) -> None:
    """CHE-7.2."""
    published(story).wait_for("report-due").do(HEAD, "progress-report")
    # Due eleven days before Wednesday 11 November; the morning after.
    assert str(story.due("visit-late").date()) == "2026-11-01"
    story.wait_for("visit-late")
    assert told(story, "Record of Visit is missing") == ["sip", MI]
    assert "visit-chased" in story.trace


def test_a_partner_who_does_not_agree_is_heard(story: Story) -> None:
    """CHE-7.2: the school and the managers are told, the meeting settles it, and the school is not ready to leave."""
    published(story).wait_for("report-due").do(HEAD, "progress-report")
    story.do("sip", "record-of-visit", sip_agrees="no", sip_differs="Writing has not moved.")
    assert told(story, "The School Improvement Partner sees it otherwise") == [HEAD, CHAIR, MI, QA]
    assert "differs-told" in story.trace
    story.wait_for("meeting-day")
    assert {"sip_differs", "sip_settled"} <= story.shown(MI, "hold-meeting")
    with pytest.raises(FormInvalid):
        story.do(MI, "hold-meeting", meeting_result="ready to leave", professionals_called="no")


def test_a_school_is_not_ready_to_leave_while_its_partner_is_silent(story: Story) -> None:
    """CHE-7.2: the School Improvement Partner must agree; no report and no Record of Visit are no agreement."""
    on_its_day(story)
    with pytest.raises(FormInvalid):
        story.do(MI, "hold-meeting", meeting_result="ready to leave", professionals_called="no")


@pytest.mark.parametrize(("day", "managers"), [("2026-11-18", []), ("2027-01-13", [QA, MI])])
def test_a_meeting_far_beyond_two_months_is_told_to_the_managers(story: Story, day: str, managers: list[str]) -> None:
    """CHE-7.3: the meeting falls about 7 November 2026, and is put off."""
    on_its_day(story).do(MI, "hold-meeting", meeting_held="no", put_off_to=day, put_off_why="Snow")
    assert [role for role in told(story, "IOP meeting put off") if role in (QA, MI)] == managers


def test_the_feedback_is_seen_at_the_next_meeting(story: Story) -> None:
    """CHE-7.8: the governing body's feedback stands on the form of the next meeting, which does not wait for it."""
    held(story)
    assert {"feedback", "publish-date"} <= set(story.waiting())
    assert falls_due(story, "feedback") == "2026-12-11"  # a month on from Wednesday 11 November 2026
    published(story, "2027-01-13").do(CHAIR, "feedback", gb_feedback="Show us the data.").wait_for("meeting-day")
    assert "fed-back" in story.trace
    assert seen(story, "hold-meeting")["gb_feedback"] == "Show us the data."


def test_a_governing_body_that_is_silent_does_not_stop_the_next_meeting(story: Story) -> None:
    """CHE-7.8 CHE-7.3."""
    published(held(story), "2027-01-13").wait_for("meeting-day")
    assert seen(story, "hold-meeting")["missing"].endswith("the governing body's feedback on the last meeting")


def test_the_papers_of_the_last_meeting_are_not_those_of_the_next(story: Story) -> None:
    """CHE-5.3.7 CHE-7.2."""
    published(story).wait_for("report-due").do(HEAD, "progress-report", report_assessment="Old.")
    story.do("sip", "record-of-visit", sip_agrees="yes").wait_for("meeting-day")
    story.do(MI, "hold-meeting", meeting_result="carry on", professionals_called="no")
    published(story, "2027-01-13").wait_for("meeting-day")
    assert "report_assessment" not in story.shown(MI, "hold-meeting")


def test_a_meeting_may_be_put_off_beforehand(story: Story) -> None:
    """CHE-7.6 CHE-7.4: everybody is told, and everything goes by the new date."""
    published(story).receive("iop-meeting-put-off", COMMUNITY, meeting_date="2026-11-18", put_off_why="Illness")
    assert told(story, "IOP meeting moved to 18 November 2026") == [HEAD, CHAIR, "sip", "hr-officer", "finance-officer"]
    assert str(story.due("meeting-day").date()) == "2026-11-18"
    assert str(story.due("agenda-due").date()) == "2026-11-04"
    assert "new-date-told" in story.trace


def test_a_meeting_may_be_put_off_on_its_day(story: Story) -> None:
    """CHE-7.6 CHE-7.5 CHE-7.3: nobody's minutes, nor the next meeting, are counted from a day on which nobody met."""
    on_its_day(story).do(MI, "hold-meeting", meeting_held="no", put_off_to="2026-11-20", put_off_why="Snow")
    assert HEAD in told(story, "IOP meeting put off to 20 November 2026")
    assert "send-minutes" not in story.waiting()
    assert str(story.due("meeting-day").date()) == "2026-11-20"
    hold(story.wait_for("meeting-day"), meeting_result="carry on")
    assert falls_due(story, "send-minutes") == "2026-11-27"
    assert seen(story, "publish-date")["meeting_falls"] == "2027-01-20"


def test_the_next_meeting_is_counted_from_the_day_on_which_the_last_was_held(story: Story) -> None:
    """CHE-7.3 CHE-7.5: held on another day than the one that was published, and recorded later."""
    on_its_day(story)
    assert str(story.due("not-recorded").date()) == "2026-11-19"  # five working days counted from Thursday 12 November
    story.wait_for("not-recorded")
    assert told(story, "IOP meeting not recorded") == [QA, MI]
    assert "not-recorded-told" in story.trace
    hold(story, held_on="2026-11-13", meeting_result="carry on")
    assert falls_due(story, "send-minutes") == "2026-11-20"
    assert seen(story, "publish-date")["meeting_falls"] == "2027-01-13"


def test_a_meeting_is_not_put_years_away(story: Story) -> None:
    """CHE-7.3: a date far away would stop the meetings."""
    [task] = [task for task in story.engine.tasks.open(story.case) if task.element == "publish-date"]
    with story.engine.reading() as session:
        form = load_form(queries.task(session, task.id).form)
    with pytest.raises(FormInvalid) as refused:
        form.accept({"meeting_date": "2062-11-08"}, {}, AtTime(Feel.shared(), story.clock.now()), {MI})
    assert "meeting_date" in refused.value.errors


def test_a_core_group_without_finance_is_explained(story: Story) -> None:
    """CHE-7.6: Human Resources and finance attend the majority of meetings, and who is absent is said why."""
    story.do(MI, "publish-date", meeting_date="2026-11-11", core_group=["hr"], core_why="On leave.", agencies_asked=[])
    assert "finance-officer" not in told(story, "IOP meeting on 11 November 2026")
    assert seen(story.wait_for("report-due"), "progress-report")["core_why"] == "On leave."


def test_a_meeting_without_a_date_is_told_of(story: Story) -> None:
    """CHE-7.3: two months on, and nobody has published a date."""
    # Two months on from Monday 7 September 2026: Saturday 7 November, which moves to Monday.
    assert str(story.due("two-months-over").date()) == "2026-11-09"
    story.wait_for("two-months-over")
    assert told(story, "IOP meeting without a date") == [QA, MI]
    assert "publish-date" in story.waiting()
    assert "date-told" in story.trace


def test_an_agenda_that_is_late_is_told_of(story: Story) -> None:
    """CHE-7.4: at least a week before the meeting."""
    published(story).wait_for("agenda-due")
    assert str(story.due("agenda-late").date()) == "2026-11-04"  # a week before Wednesday 11 November
    story.wait_for("agenda-late")
    assert told(story, "IOP agenda") == [MI, QA]
    assert "agenda-reminded" in story.trace
    assert "send-agenda" in story.waiting()


def test_minutes_that_are_late_are_told_of(story: Story) -> None:
    """CHE-7.5: within one week of the meeting."""
    held(story)
    # The week after Wednesday 11 November ends with Wednesday 18; the morning after.
    assert str(story.due("minutes-late").date()) == "2026-11-19"
    story.wait_for("minutes-late")
    assert told(story, "IOP minutes") == [MI, QA]
    assert "minutes-reminded" in story.trace
    assert "send-minutes" in story.waiting()


def test_the_authority_may_call_a_professionals_meeting(story: Story) -> None:
    """CHE-5.3.8: beside the minutes and the next meeting."""
    held(story, professionals_called="yes")
    assert {"professionals-meeting", "send-minutes", "publish-date"} <= set(story.waiting())
    story.do(MI, "send-minutes").do(MI, "professionals-meeting")
    assert "followed-up" in story.trace


def test_nothing_is_missing_in_the_second_in_which_it_is_asked_for(story: Story) -> None:
    """CHE-5.3.6 CHE-7.2: a meeting of 16 September 2026, published on the 7th: what is missing is told the day before."""
    story.do(MI, "publish-date", meeting_date="2026-09-16", agencies_asked=[]).later(0)
    assert {"progress-report", "record-of-visit"} <= set(story.waiting())
    assert told(story, "Progress report is missing") + told(story, "Record of Visit is missing") == []
    assert [str(story.due(late).date()) for late in ("report-late", "visit-late")] == ["2026-09-15"] * 2


def test_what_is_asked_for_before_a_meeting_goes_by_its_new_date(story: Story) -> None:
    """CHE-5.3.6 CHE-7.2 CHE-7.4: a meeting that is put off when its papers are asked for already."""
    published(story).wait_for("agenda-due")
    before = [falls_due(story, each) for each in ("progress-report", "record-of-visit", "send-agenda")]
    assert before == ["2026-10-31", "2026-10-31", "2026-11-04"], "asked for late, on 28 October"
    story.receive("iop-meeting-put-off", COMMUNITY, meeting_date="2026-12-02", put_off_why="Illness")
    after = [falls_due(story, each) for each in ("progress-report", "record-of-visit", "send-agenda")]
    assert after == ["2026-11-14", "2026-11-21", "2026-11-25"]


def test_a_report_does_not_fall_due_later_by_itself(story: Story) -> None:
    """CHE-5.3.6: what others answer meanwhile moves nobody's date."""
    published(story).wait_for("agenda-due").wait_for("agenda-late")
    story.do("sip", "record-of-visit", sip_agrees="yes")
    assert falls_due(story, "progress-report") == "2026-10-31"


def test_a_meeting_that_is_put_off_after_its_day_is_the_same_entry_of_a_calendar(story: Story) -> None:
    """CHE-7.6: recorded two days later, it moves."""
    on_its_day(story)
    story.clock.set(story.clock.now() + timedelta(days=2))
    story.do(MI, "hold-meeting", meeting_held="no", put_off_to="2026-11-20", put_off_why="Snow")
    with story.engine.reading() as session:
        entries = meetings.told(session, story.case)
    assert len({each.uid for each in entries}) == 1
    assert meetings.newest(entries)[0].day == date(2026, 11, 20)


def test_a_management_group_that_is_not_whole_says_who_was_missing(story: Story) -> None:
    """CHE-4.6 CHE-5.3.7: the headteacher alone is no group."""
    published(story).wait_for("report-due")
    assert "group_missing" in story.refused(HEAD, "progress-report", group_there=["head"], group_missing="")
    story.do(HEAD, "progress-report", group_there=["head"], group_missing="All others were ill.")
    assert seen(story, "record-of-visit")["group_missing"] == "All others were ill."
