"""Luton's Requires Improvement protocol for a maintained school: each way through it, with dates worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from engine import queries
from engine.errors import FormInvalid, MessageNotExpected, NotForThisSchool, TaskNotYours
from tests.processes.story import Story

PROCESS, DIRECTOR = "luton-ri-maintained", "service-director"
COMMUNITY, IN_C, IN_D, ACADEMY, INDEPENDENT = "120001", "120008", "120022", "120006", "120020"
MILESTONE = {"milestone": "All teachers trained", "milestone_by": "2026-12-18", "milestone_who": "Headteacher"}
SUPPORT = ["broker-hubs", "broker-school", "priority-training"]
AUDIT = "submit-audit"


def begin(story: Story, school: str = COMMUNITY, before: str = "good") -> Story:
    """LUT-RI.1 and LUT-RI.2: an adviser, who meets the headteacher and the chair."""
    story.start("sia", PROCESS, school, judged_before=before, judged_on="2026-08-10")
    assert "allocate-sia" in story.waiting()
    story.do(DIRECTOR, "allocate-sia")
    assert "meet-head-chair" in story.waiting()
    return story.do("sia", "meet-head-chair", met_with=["head", "chair"])


def plan(story: Story, interval: str = "1 month", **answers: Any) -> Story:
    """LUT-RI.3 to LUT-RI.7: the support, the group and the plan, while the audit is still waited for."""
    begin(story)
    for element in SUPPORT:
        story.do("sia", element)
    return story.do("sia", "set-up-group", group_interval=interval).do(
        "sia", "agree-plan", **{"milestones": [MILESTONE], **answers}
    )


def meets(story: Story, **found: Any) -> Story:
    """LUT-RI.6: the group meets."""
    answers = {"ofsted_judgement": "none", "progress": "enough", "group_interval": "1 month", **found}
    return story.wait_for("group-due").do("sia", "group-meets", **answers)


def test_what_every_school_is_entitled_to_comes_side_by_side(story: Story) -> None:
    """LUT-RI.1 an adviser, LUT-RI.2 the meeting, LUT-RI.3 school-to-school support, LUT-RI.4 hubs, LUT-RI.5 training,
    LUT-RI.6 the group, LUT-RI.7 the plan, LUT-RI.9 the audit."""
    begin(story)
    assert story.waiting() == sorted([*SUPPORT, "set-up-group", "agree-plan", AUDIT])
    for element in SUPPORT:
        story.do("sia", element)
    story.do("sia", "set-up-group", group_interval="1 half-term").do("sia", "agree-plan", milestones=[MILESTONE])
    assert story.waiting() == [AUDIT], "the plan does not wait for the audit"
    # Monday of week 2 of autumn 1 (7 September 2026; it began on Tuesday 1 September) is Monday of week 2 of autumn 2,
    # which began on Monday 2 November.
    assert str(story.due("group-due").date()) == "2026-11-09"
    story.do("headteacher", AUDIT).do("safeguarding-officer", "triangulate")
    assert story.waiting() == []
    assert "audited" in story.trace


def test_the_meeting_and_the_plan_ask_for_what_the_protocol_asks(story: Story) -> None:
    """LUT-RI.2 LUT-RI.7: only an adviser plans the support; the plan has to be specific, and good within two years."""
    story.start("sia", PROCESS, COMMUNITY).do(DIRECTOR, "allocate-sia")
    with pytest.raises(TaskNotYours):
        story.do("headteacher", "meet-head-chair")
    story.do("sia", "meet-head-chair")
    for tick in ("plan_specific", "good_in_two_years"):
        with pytest.raises(FormInvalid):
            story.do("sia", "agree-plan", milestones=[MILESTONE], **{tick: False})
    with pytest.raises(FormInvalid):
        story.do("sia", "agree-plan", milestones=[])
    with pytest.raises(FormInvalid):
        story.do("sia", "agree-plan", milestones=[MILESTONE], plan_starts_on="2026-09-07", good_by="2028-09-08")
    story.do("sia", "agree-plan", milestones=[MILESTONE], plan_starts_on="2026-09-07", good_by="2028-09-07")
    assert story.variables["milestones"] == [MILESTONE]


@pytest.mark.parametrize(
    ("school", "before", "then"),
    [(COMMUNITY, "good", "C"), (COMMUNITY, "requires improvement", "D"), (IN_C, "none", "C"), (IN_D, "good", "D")],
)
def test_the_judgement_puts_the_school_in_its_category(story: Story, school: str, before: str, then: str) -> None:
    """LUT-1.4 LUT-1.5: C, or D after two such judgements running; a school that is in D already stays there."""
    story.start("sia", PROCESS, school, judged_before=before)
    assert story.category_of(school) == then


def test_it_begins_by_a_message_too(story: Story) -> None:
    """LUT-RI.1: whoever sends the judgement, an adviser is allocated."""
    story.receive("judged-requires-improvement", COMMUNITY).follow(PROCESS, COMMUNITY)
    assert "allocate-sia" in story.waiting()
    assert story.category_of(COMMUNITY) == "C"


@pytest.mark.parametrize("school", [ACADEMY, INDEPENDENT])
def test_it_is_for_maintained_schools(story: Story, school: str) -> None:
    """LUT-RI.1 LUT-AC.1: academies have a protocol of their own, independent schools none."""
    with pytest.raises(NotForThisSchool):
        story.start("sia", PROCESS, school)


def test_what_ofsted_judges_says_for_which_schools_it_is(story: Story) -> None:
    """LUT-RI.1 LUT-AC.1: nobody has to guess which of the two links is meant."""
    with story.engine.reading() as session:
        titles = {event.message: event.title for event in queries.reportable_events(session, COMMUNITY)}
    assert titles["judged-requires-improvement"] == "Ofsted judges a maintained school: requires improvement"
    assert titles["academy-requires-improvement"] == "Ofsted judges an academy: requires improvement"


def test_a_judgement_begins_the_protocol_of_no_other_kind_of_school(story: Story) -> None:
    """LUT-AC.1: reported of an academy as of a maintained school."""
    with pytest.raises(MessageNotExpected):
        story.receive("judged-requires-improvement", ACADEMY)


def test_a_school_that_becomes_an_academy_goes_on_to_the_academy_s_protocol(story: Story) -> None:
    """LUT-AC.1: the support for maintained schools ends, and of the trust its plan is asked for."""
    plan(story).converts(COMMUNITY)
    assert story.ended
    assert "to-academy" in story.trace
    assert story.follow("luton-ri-academy", COMMUNITY).waiting() == ["request-plan", AUDIT]


def test_a_meeting_that_nobody_records_keeps_no_later_one_from_its_day(story: Story) -> None:
    """LUT-RI.6: the group meets on, as often as it said."""
    plan(story).do("headteacher", AUDIT).do("sia", "triangulate").wait_for("group-due")
    first = story.engine.tasks.open(story.case)[0].id
    # Set up on 7 September 2026, the group met on 7 October; a month later is Saturday 7 November, so Monday the 9th.
    assert str(story.due("meeting-missed").date()) == "2026-11-09"
    story.wait_for("meeting-missed")
    assert [role for role, subject in story.told if "no meeting recorded" in subject] == [DIRECTOR, "sia"]
    assert story.waiting() == ["group-meets"]
    assert story.engine.tasks.open(story.case)[0].id != first


def test_a_group_that_meets_without_its_core_says_why(story: Story) -> None:
    """LUT-RI.6: the headteacher, the chair and the adviser belong to it."""
    with pytest.raises(FormInvalid):
        meets(plan(story), group_present=["others"], group_absent_why="")


def test_the_group_says_when_it_meets_next(story: Story) -> None:
    """LUT-RI.6: it meets to monitor the progress to good, as often as it says."""
    plan(story, "1 term")
    # Monday of week 2 of the autumn term is Monday of week 2 of the spring term, which began on Monday 4 January 2027.
    assert str(story.due("group-due").date()) == "2027-01-11"
    meets(story, group_interval="1 month")
    # A month on from 11 January 2027: Thursday 11 February, the last day but one of spring 1.
    assert str(story.due("group-due").date()) == "2027-02-11"
    meets(story, group_interval="1 half-term")
    # Thursday of week 6 of spring 1 (4 January 2027); spring 2 began on Monday 22 February and ends on Thursday 25 March, in
    # its week 5: no week 6, so its last school day.
    assert str(story.due("group-due").date()) == "2027-03-25"


def test_the_review_is_held_within_twelve_months_of_the_start_of_the_plan(story: Story) -> None:
    """LUT-RI.8: counted from the day on which the plan starts, whenever the rest was arranged."""
    plan(story, "1 term", plan_starts_on="2026-10-05")
    # Ten months from 5 October 2026 end with 5 August 2027, in the holidays: a period never moves. It is called the morning after.
    assert str(story.due("review-called").date()) == "2027-08-06"
    story.wait_for("review-called")
    review = next(task for task in story.engine.tasks.open(story.case) if task.element == "school-review")
    # Twelve months on from 5 October 2026.
    assert review.due is not None
    assert str(review.due.date()) == "2027-10-05"
    story.do("sia", "school-review", review_objectives="Two of three are reached.")
    assert "reviewed" in story.trace, "the plan goes on"
    assert not story.ended, "the plan goes on"
    # The group, called for Monday 11 January 2027, has what the review found before it.
    assert story.waiting() == ["group-meets", AUDIT]
    story.do("sia", "group-meets", progress="enough", ofsted_judgement="none", group_interval="1 month")
    assert story.variables["review_objectives"] == "Two of three are reached."


def test_a_review_that_is_late_is_told_of(story: Story) -> None:
    """LUT-RI.8: the twelve months are over."""
    plan(story, "1 term").wait_for("review-called")
    # Ten months on from 7 September 2026 it was called; twelve months on is 7 September 2027, and it is late the morning after.
    assert str(story.due("review-late").date()) == "2027-09-08"
    story.wait_for("review-late")
    subject = f"School review is late: {story.variables['school']['name']}"
    assert [told for told in story.told if told[1] == subject] == [(DIRECTOR, subject), ("sia", subject)]
    assert "school-review" in story.waiting(), "it has still to be held"


def test_the_review_is_reminded_of_while_a_month_is_left(story: Story) -> None:
    """LUT-RI.8: the reminder comes before the twelve months are over."""
    plan(story, "1 term").wait_for("review-called")
    # Eleven months on from 7 September 2026.
    assert str(story.due("review-soon").date()) == "2027-08-07"
    story.wait_for("review-soon")
    assert ("sia", f"School review to be held: {story.variables['school']['name']}") in story.told


def test_support_that_is_still_arranged_holds_up_neither_group_nor_review(story: Story) -> None:
    """LUT-RI.6 LUT-RI.8: the group meets from the day on which it is set up, and the review is called by the plan."""
    begin(story).do("sia", "set-up-group", group_interval="1 month")
    assert str(story.due("group-due").date()) == "2026-10-07"
    story.do("sia", "agree-plan", plan_starts_on="2026-09-07", milestones=[MILESTONE])
    assert str(story.due("review-called").date()) == "2027-07-08"
    story.wait_for("group-due")
    assert {"group-meets", *SUPPORT} <= set(story.waiting())


def test_a_plan_that_is_not_agreed_is_told_of(story: Story) -> None:
    """LUT-RI.7 LUT-RI.8: again and again, since without a plan there is no day from which the review of it counts."""
    begin(story)
    # Thirty working days counted from Tuesday 8 September 2026 end with Monday 19 October.
    assert str(story.due("plan-late").date()) == "2026-10-19"
    subject = f"No improvement plan yet: {story.variables['school']['name']}"
    assert story.wait_for("plan-late").told.count((DIRECTOR, subject)) == 1
    assert story.wait_for("plan-late").told.count((DIRECTOR, subject)) == 2


def test_additional_actions_are_taken_side_by_side(story: Story) -> None:
    """LUT-RI.A1 structural solutions, LUT-RI.A2 a notice, LUT-RI.A3 external help, LUT-RI.A4 reviews and audits."""
    meets(plan(story), progress="not enough").do("headteacher", AUDIT).do("sia", "triangulate")
    assert story.waiting() == ["consider-actions"]
    story.do(DIRECTOR, "consider-actions", actions=["structural", "notice", "external plan", "other"])
    assert story.waiting() == ["external-plan", "other-actions", "structural"]
    story.do(DIRECTOR, "structural", structural_kind=["leadership", "partnership", "governing body", "academy"])
    meeting = {"external_date": "2026-11-02", "external_topic": "Reading"}
    story.do("sia", "external-plan", external_dates=[meeting])
    found = {f"found_{what}": "Done." for what in ("governance", "send", "attendance", "moderation")}
    story.do("sia", "other-actions", reviews=["governance", "SEND", "attendance", "moderation"], **found)
    assert "actions-over" in story.trace
    assert story.follow("luton-warning-notice", COMMUNITY).waiting() == ["write-notice"]


def test_the_group_meets_on_while_actions_are_taken(story: Story) -> None:
    """LUT-RI.6 LUT-RI.A1 LUT-RI.A2: neither a notice nor a structural solution stops the meetings."""
    meets(plan(story), progress="not enough")
    # The group met on 7 October 2026, a month on from 7 September; a month later is Saturday 7 November, so Monday the 9th.
    assert str(story.due("group-due").date()) == "2026-11-09"
    story.do(DIRECTOR, "consider-actions", actions=["structural", "notice"])
    meets(story)
    assert {"structural", AUDIT} == set(story.waiting())
    assert str(story.due("group-due").date()) == "2026-12-09"


def test_what_is_not_chosen_is_not_asked_for(story: Story) -> None:
    """LUT-RI.A2 LUT-RI.A3: one action alone, or none, and the group meets again."""
    meets(plan(story), progress="not enough").do("sia", "consider-actions", actions=["external plan"])
    assert story.waiting() == ["external-plan", AUDIT]
    meets(story.do("sia", "external-plan"), progress="not enough").do("sia", "consider-actions", actions=[])
    assert story.waiting() == [AUDIT]
    assert story.due("group-due")


def test_a_first_meeting_without_the_chair_is_followed_by_one_with_the_chair(story: Story) -> None:
    """LUT-RI.2: the support begins meanwhile."""
    story.start("sia", PROCESS, COMMUNITY).do(DIRECTOR, "allocate-sia")
    story.do("sia", "meet-head-chair", met_with=["head"])
    assert {"meet-other", "agree-plan"} <= set(story.waiting())
    story.do("sia", "meet-other")
    assert "other-met" in story.trace


def test_a_group_of_the_headteacher_alone_is_none(story: Story) -> None:
    """LUT-RI.6: the headteacher, the chair, the adviser and other senior leaders belong to it."""
    with pytest.raises(FormInvalid):
        begin(story).do("sia", "set-up-group", group_core=False)


def test_judged_good_at_a_meeting_the_plan_ends(story: Story) -> None:
    """LUT-RI.10: recorded by the adviser; the school and the panel are told."""
    meets(meets(plan(story)), ofsted_judgement="good")
    assert story.ended
    assert story.trace[-1] == "good"
    subject = f"The improvement plan ends: {story.variables['school']['name']}"
    told = [told for told in story.told if told[1] == subject]
    assert told == [(role, subject) for role in ("headteacher", "chair-of-governors", "panel-chair", DIRECTOR)]


@pytest.mark.parametrize("judgement", ["good", "outstanding"])
def test_an_inspection_is_heard_from_the_first_day(story: Story, judgement: str) -> None:
    """LUT-RI.10: even before there is an adviser."""
    story.start("sia", PROCESS, COMMUNITY).receive("section-5-inspection", COMMUNITY, judgement=judgement)
    assert story.ended
    assert story.trace[-1] == "good"
    assert story.waiting() == []


def test_nothing_is_left_open_when_the_school_is_good(story: Story) -> None:
    """LUT-RI.10: a review, an audit and additional actions end with the plan."""
    meets(plan(story), progress="not enough").wait_for("review-called")
    assert story.waiting() == ["consider-actions", "group-meets", "school-review", AUDIT]
    story.receive("section-5-inspection", COMMUNITY, judgement="good")
    assert story.ended
    assert story.waiting() == []


@pytest.mark.parametrize("heard", ["reported", "at a meeting"])
def test_judged_inadequate_intervention_begins_beside_the_support(story: Story, heard: str) -> None:
    """LUT-RI.10 LUT-IN.1: nothing of the support ends; the group is the intervention's, chaired by the Service Director."""
    begin(story).do("sia", "set-up-group", group_interval="1 month")
    if heard == "reported":
        story.receive("section-5-inspection", COMMUNITY, judgement="inadequate")
    else:
        meets(story, ofsted_judgement="inadequate")
    assert story.waiting() == sorted(["agree-plan", AUDIT, *SUPPORT])
    support = story.case
    assert story.follow("luton-inadequate", COMMUNITY).waiting() == ["convene-group", "statement-of-action"]
    assert story.cases(PROCESS, COMMUNITY) == [support]


def test_the_group_waits_while_the_intervention_has_its_own(story: Story) -> None:
    """LUT-IN.3 LUT-RI.6: and meets again when the school requires improvement."""
    plan(story).receive("section-5-inspection", COMMUNITY, judgement="inadequate")
    story.wait_for("group-due")
    assert story.waiting() == [AUDIT]
    story.receive(
        "section-5-inspection", COMMUNITY, judgement="requires improvement", inspection_published_on="2026-10-01"
    )
    assert story.waiting() == ["group-meets", "renew-plan", AUDIT]


def test_requires_improvement_again_and_the_plan_stays(story: Story) -> None:
    """LUT-RI.10 LUT-RI.7 LUT-1.4: the plan is brought up to date, and the school is in category D."""
    judged = {"judgement": "requires improvement", "inspection_published_on": "2026-09-07"}
    plan(story).receive("section-5-inspection", COMMUNITY, **judged)
    assert not story.ended
    assert story.waiting() == ["renew-plan", AUDIT]
    assert story.category_of(COMMUNITY) == "D"
    story.do("sia", "renew-plan", plan_objectives="Reading, again.")
    assert story.waiting() == [AUDIT]
    assert story.due("group-due")
    assert story.due("review-called")
    meets(story, ofsted_judgement="requires improvement", inspection_published_on="2026-09-07")
    assert story.waiting() == [AUDIT], "the same judgement, recorded at the meeting too, asks for nothing more"
    meets(story, ofsted_judgement="requires improvement", inspection_published_on="2026-11-02")
    assert story.waiting() == ["renew-plan", AUDIT], "a third, recorded at a meeting, does the same"
    meets(story, ofsted_judgement="good")
    assert story.ended
    assert story.trace[-1] == "good"


def test_a_third_judgement_that_is_reported_renews_the_plan_too(story: Story) -> None:
    """LUT-RI.10: by the date of its report."""
    plan(story)
    for published in ("2026-09-01", "2026-09-07"):
        story.receive(
            "section-5-inspection", COMMUNITY, judgement="requires improvement", inspection_published_on=published
        )
        story.do("sia", "renew-plan")
    assert story.trace.count("renew-plan") == 2


def test_a_renewed_plan_is_reviewed_too(story: Story) -> None:
    """LUT-RI.8: within 12 months of its start."""
    plan(story).receive(
        "section-5-inspection", COMMUNITY, judgement="requires improvement", inspection_published_on="2026-09-04"
    )
    story.do("sia", "renew-plan", renewed_plan_starts_on="2026-09-14")
    story.wait_for("review-called").do("sia", "school-review")  # of the first plan, from 7 September
    # The morning after the ten months from 14 September 2026 end.
    assert str(story.due("review-called").date()) == "2027-07-15"
    story.wait_for("review-called").do("sia", "school-review")
    assert "plan-stays" in story.trace


def test_the_review_of_a_renewed_plan_is_reminded_of_too(story: Story) -> None:
    """LUT-RI.8: a month before its 12 months are over, and on the morning after them."""
    judged = {"judgement": "requires improvement", "inspection_published_on": "2026-09-07"}
    plan(story).receive("section-5-inspection", COMMUNITY, **judged)
    story.do("sia", "renew-plan", renewed_plan_starts_on="2026-09-14").wait_for("review-called")
    story.do("sia", "school-review").wait_for("review-called").wait_for("review-late")
    assert ("service-director", f"School review is late: {story.variables['school']['name']}") in story.told


@pytest.mark.parametrize(
    "process",
    [PROCESS, "luton-inadequate", "luton-warning-notice", "luton-monitoring-panel", "luton-professionals-meeting"],
)
def test_a_case_ends_when_its_school_closes(story: Story, process: str) -> None:
    """LUT-RI.1 LUT-IN.4: nothing more is asked of anybody, and whoever was asked is told."""
    assert story.start(DIRECTOR, process, COMMUNITY).closes(COMMUNITY).ended
    assert [role for role, subject in story.told if subject.startswith("Ended with the school")]


def test_good_takes_the_school_out_of_category_d(story: Story) -> None:
    """LUT-1.5: in C for the first year after category D."""
    plan(story).receive(
        "section-5-inspection", COMMUNITY, judgement="requires improvement", inspection_published_on="2026-09-04"
    )
    story.receive("section-5-inspection", COMMUNITY, judgement="good")
    assert story.category_of(COMMUNITY) == "C"


def test_good_leaves_a_school_with_a_notice_in_category_d(story: Story) -> None:
    """LUT-1.5: until the notice has ended."""
    plan(story).start(DIRECTOR, "luton-warning-notice", COMMUNITY)
    story.do(DIRECTOR, "write-notice", notice_kind="warning")
    story.receive("section-5-inspection", COMMUNITY, judgement="good")
    assert story.category_of(COMMUNITY) == "D"


def test_a_message_that_does_not_say_how_is_looked_into(story: Story) -> None:
    """LUT-RI.10: the adviser reads the report and records the judgement."""
    plan(story).receive("section-5-inspection", COMMUNITY, judgement=None)
    assert story.waiting() == ["record-judgement", AUDIT]
    story.do("sia", "record-judgement", ofsted_judgement="requires improvement")
    assert story.waiting() == ["renew-plan", AUDIT]
    assert "judgement-noted" in story.trace
    assert story.variables["inspection_published_on"] == "2026-09-07"
    story.receive("section-5-inspection", COMMUNITY, judgement="not known yet")
    story.do("sia", "record-judgement", ofsted_judgement="good")
    assert story.ended
    assert story.trace[-1] == "good"


def test_silence_of_the_service_director_and_the_adviser_holds_up_no_entitlement(story: Story) -> None:
    """LUT-RI.1 to LUT-RI.9: brokering, hubs, training, group, plan and audit are asked from the first day."""
    story.start("sia", PROCESS, COMMUNITY, judged_before="good")
    asked = {
        "allocate-sia",
        "broker-school",
        "broker-hubs",
        "priority-training",
        "set-up-group",
        "agree-plan",
        "submit-audit",
    }
    assert set(story.waiting()) == asked
