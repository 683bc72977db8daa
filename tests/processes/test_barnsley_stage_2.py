"""Stage 2 of the Barnsley escalation: accountability meetings, with dates worked out by hand for 2026/27."""

from __future__ import annotations

from tests.processes.barnsley import (
    COMMUNITY,
    HEP,
    due,
    hold_sisg,
    known,
    meeting,
    raise_concern,
    report,
    stage_2,
    stage_3,
    told,
    unanswered,
)
from tests.processes.story import Story

AIDED, CONTROLLED = "100002", "100004"


def test_up_to_stage_2_with_the_diocese_and_back_out(story: Story) -> None:
    """BAR-ESC-2.1, BAR-ESC-2.3, BAR-ESC-2.8, BAR-ESC-1.11."""
    stage_2(raise_concern(story, AIDED).do("seo", "set-up-sisg", sisg_diocesan_representative="Robin Sampledale"))
    story.do(HEP, "notice-to-improve")
    meeting(story, "meet again", aided=True, accountability_interval="1 half-term")
    story.do(HEP, "governance-measures").do(HEP, "systemic-solutions")  # considered once, improving or not
    # Monday of the second week of autumn 1 (7 September 2026) is Monday of the second week of autumn 2.
    assert str(story.due("meeting-due").date()) == "2026-11-16"
    story.wait_for("meeting-due")
    meeting(story, "stage 1", aided=True, school_category="getting to good")
    story.do("seo", "set-up-sisg", sisg_diocesan_representative="Robin Sampledale")
    hold_sisg(story, "reduce support").do("seo", "reduce-support", outcome="closed")
    assert story.ended
    assert story.trace[-1] == "case-closed"


def called_for(story: Story, school: str, day: str) -> Story:
    """BAR-ESC-2.1: at stage 2, with the first accountability meeting called for a day."""
    stage_2(raise_concern(story, school).do("seo", "set-up-sisg")).do(HEP, "notice-to-improve")
    return story.do(HEP, "call-meeting", meeting_date=day)


def test_the_meeting_is_held_on_its_day_whatever_is_missing(story: Story) -> None:
    """BAR-ESC-2.1, BAR-ESC-2.5: it can't be recorded before; a report that came is there, those that did not are asked no more."""
    called_for(story, COMMUNITY, "2026-09-22").do("seo", "external-report", external_report="Slow progress.")
    assert story.waiting() == ["internal-report"]
    assert str(due(story, "internal-report")) == "2026-09-15", "a week before the meeting"
    story.wait_for("meeting-day-first")
    assert story.waiting() == ["hold-meeting"]
    assert str(due(story, "hold-meeting")) == "2026-09-29", "five working days after the meeting"
    assert known(story, "hold-meeting")["external_report"] == "Slow progress."
    assert known(story, "hold-meeting")["external_in"]
    assert not known(story, "hold-meeting")["internal_in"], "so that the form names it"


def test_a_meeting_that_nobody_records_is_told(story: Story) -> None:
    """BAR-ESC-2.5: ten working days after its day, to whoever may record it too."""
    called_for(story, COMMUNITY, "2026-09-22").wait_for("meeting-day-first").wait_for("record-missing")
    assert told(story, HEP, "Accountability meeting not recorded")
    assert story.waiting() == ["hold-meeting"]


def test_with_all_reports_in_the_record_still_waits_for_the_day(story: Story) -> None:
    """BAR-ESC-2.5."""
    called_for(story, COMMUNITY, "2026-09-22").do("seo", "external-report").do("headteacher", "internal-report")
    assert story.waiting() == []
    assert str(story.due("meeting-day").date()) == "2026-09-22"


def test_a_meeting_that_is_moved_moves_its_day_and_those_invited_are_told(story: Story) -> None:
    """BAR-ESC-2.1, BAR-ESC-2.3."""
    called_for(story, COMMUNITY, "2026-09-22")
    moved = {"meeting_date": "2026-09-29", "meeting_time": "4pm", "meeting_moved_why": "The chair is ill."}
    story.receive("meeting-moved", COMMUNITY, **moved)
    assert str(story.due("meeting-day-first").date()) == "2026-09-29"
    reports = {task.element: task.due for task in story.engine.tasks.open() if task.element.endswith("-report")}
    assert {str(due.date()) for due in reports.values() if due} == {"2026-09-22"}, "a week before"
    assert "29 September 2026" in told(story, "headteacher", "Accountability meeting moved")


def test_the_date_agreed_at_a_meeting_is_called_at_once(story: Story) -> None:
    """BAR-ESC-2.5: the seventh item of the agenda is used."""
    stage_2(raise_concern(story, COMMUNITY).do("seo", "set-up-sisg")).do(HEP, "notice-to-improve")
    meeting(story, "meet again", next_on="2026-10-06").do(HEP, "governance-measures").do(HEP, "systemic-solutions")
    assert story.waiting() == ["call-meeting"]
    assert "meeting_next" in story.shown(HEP, "call-meeting")


def test_the_next_meeting_may_be_brought_forward(story: Story) -> None:
    """BAR-ESC-2.1, BAR-ESC-2.7."""
    stage_2(raise_concern(story, COMMUNITY).do("seo", "set-up-sisg")).do(HEP, "notice-to-improve")
    meeting(story, "meet again").do(HEP, "governance-measures").do(HEP, "systemic-solutions")
    assert story.waiting() == []
    assert story.receive("meeting-brought-forward", COMMUNITY).waiting() == ["call-meeting"]


def at_stage_2(story: Story, outcome: str) -> Story:
    """BAR-ESC-2.1: the first accountability meeting has been held and summed up."""
    stage_2(raise_concern(story, COMMUNITY).do("seo", "set-up-sisg")).do(HEP, "notice-to-improve")
    return meeting(story, outcome, accountability_interval="1 month")


def test_meetings_go_on_while_measures_are_considered(story: Story) -> None:
    """BAR-ESC-2.1, BAR-ESC-2.10, BAR-ESC-2.11."""
    at_stage_2(story, "meet again")
    assert story.waiting() == ["governance-measures"]
    assert story.wait_for("meeting-due").waiting() == ["call-meeting", "governance-measures"]


def test_measures_that_are_in_hand_are_not_begun_a_second_time(story: Story) -> None:
    """BAR-ESC-2.10: the next meeting is summed up while they are open."""
    at_stage_2(story, "meet again").wait_for("meeting-due")
    meeting(story, "not improving", accountability_interval="1 month")
    assert story.waiting() == ["governance-measures"]
    story.do(HEP, "governance-measures").do(HEP, "systemic-solutions")
    assert story.waiting() == ["head-of-bsa-on-stage-3", "service-director-on-stage-3"], "by the newest summary"


def test_meetings_go_on_while_stage_3_is_decided(story: Story) -> None:
    """BAR-ESC-2.1, BAR-ESC-2.6, BAR-ESC-2.9: one silent decision maker stops no meeting."""
    at_stage_2(story, "not improving").do(HEP, "governance-measures").do(HEP, "systemic-solutions")
    story.do("service-director", "service-director-on-stage-3", stage_3_service_director="stage 3")
    assert story.wait_for("meeting-due").waiting() == ["call-meeting", "head-of-bsa-on-stage-3"]


def test_to_stage_3_ends_what_is_open_at_stage_2(story: Story) -> None:
    """BAR-ESC-2.6: the meeting that was being called is withdrawn with the stage."""
    stage_3(at_stage_2(story, "not improving").wait_for("meeting-due"))
    assert story.waiting() == ["link-hmi", "warning-notice"]


def test_a_school_that_stays_is_considered_again_when_it_still_does_not_improve(story: Story) -> None:
    """BAR-ESC-2.6, BAR-ESC-2.10."""
    at_stage_2(story, "not improving").do(HEP, "governance-measures").do(HEP, "systemic-solutions")
    story.do("head-of-bsa", "head-of-bsa-on-stage-3", stage_3_head_of_bsa="stay")
    story.do("service-director", "service-director-on-stage-3", stage_3_service_director="stay")
    assert story.waiting() == []
    meeting(story.wait_for("meeting-due"), "not improving", accountability_interval="1 month")
    assert story.waiting() == ["governance-measures"]


def test_a_meeting_that_is_moved_on_its_day_is_waited_for(story: Story) -> None:
    """BAR-ESC-2.1: its record is withdrawn, and asked for on the new day."""
    called_for(story, COMMUNITY, "2026-09-22").wait_for("meeting-day-first")
    moved = {"meeting_date": "2026-10-05", "meeting_time": "4pm", "meeting_moved_why": "The chair is ill."}
    report(story, HEP, "meeting-moved", **moved)
    assert story.waiting() == ["external-report", "internal-report"], "neither had come, and both can now"
    assert str(story.due("meeting-day-first").date()) == "2026-10-05"
    assert story.wait_for("meeting-day-first").waiting() == ["hold-meeting"]


def test_a_meeting_that_was_not_held_is_called_again(story: Story) -> None:
    """BAR-ESC-2.1: and whoever calls it sees why."""
    called_for(story, COMMUNITY, "2026-09-22").wait_for("meeting-day-first")
    story.do("clerk", "hold-meeting", meeting_held="no", meeting_not_held_why="The school was closed by snow.")
    assert story.waiting() == ["call-meeting"]
    assert "snow" in known(story, "call-meeting")["meeting_not_held_why"]


def test_a_controlled_church_school_has_its_diocese_at_the_meeting(story: Story) -> None:
    """BAR-ESC-2.3: where appropriate, which is not only in aided schools."""
    called_for(story, CONTROLLED, "2026-09-22")
    assert "diocesan-attendance" in story.waiting()


def test_the_school_gets_its_notice_to_improve(story: Story) -> None:
    """BAR-ESC-2.2: with what the authority is concerned about, and what it expects."""
    stage_2(raise_concern(story, COMMUNITY).do("seo", "set-up-sisg"))
    story.do(HEP, "notice-to-improve", notice_concerns="Too few read well.", notice_expectations="A plan by May.")
    said = told(story, "headteacher", "Notice to improve")
    assert "Too few read well." in said
    assert "A plan by May." in said


def test_the_chair_of_the_meeting_sums_up(story: Story) -> None:
    """BAR-ESC-2.4, BAR-ESC-2.5: who answered for what, the money, and how strong leadership is."""
    called_for(story, COMMUNITY, "2026-09-22").wait_for("meeting-day-first").do("clerk", "hold-meeting")
    asked = story.shown(HEP, "summary-statement")
    assert asked >= {"summary_held_to_account", "summary_use_of_funding", "summary_leadership", "summary_capacity"}


def called(story: Story) -> Story:
    """BAR-ESC-2.1: at stage 2, to the notice to improve."""
    return stage_2(raise_concern(story, COMMUNITY).do("seo", "set-up-sisg")).do(HEP, "notice-to-improve")


def test_an_accountability_meeting_that_nobody_records_is_called_again(story: Story) -> None:
    """BAR-ESC-2.1: by the Head of Education and Partnerships, who may go on without the clerk's record."""
    called(story).do(HEP, "call-meeting").later(1)
    assert unanswered(story, HEP, "hold-meeting").waiting() == ["call-meeting"]


def test_who_is_not_required_at_an_accountability_meeting_has_a_reason(story: Story) -> None:
    """BAR-ESC-2.3: the clerk alone is not enough, and a primary school has the primary chair."""
    asked = {"meeting_invited": ["clerk"], "meeting_not_required_why": "", "meeting_bsa_chair": "secondary"}
    refused = called(story).refused(HEP, "call-meeting", **asked)
    assert refused.keys() == {"meeting_not_required_why", "meeting_bsa_chair"}


def test_who_was_not_at_an_accountability_meeting_has_a_reason(story: Story) -> None:
    """BAR-ESC-2.1, BAR-ESC-2.3: and where its chair was away, who chaired it."""
    called(story).do(HEP, "call-meeting").later(1)
    held = {"meeting_present": ["headteacher"], "meeting_apologies": "", "meeting_chaired_by": ""}
    assert story.refused("clerk", "hold-meeting", **held).keys() == {"meeting_apologies", "meeting_chaired_by"}


def test_after_two_terms_the_decision_makers_are_told(story: Story) -> None:
    """BAR-ESC-2.7."""
    stage_2(raise_concern(story, COMMUNITY).do("seo", "set-up-sisg"))
    # Two terms from the second week of autumn 2026: Monday of the second week of summer 2027.
    assert str(story.due("two-terms").date()) == "2027-04-19"
    story.wait_for("two-terms")
    assert story.waiting() == ["notice-to-improve", "two-term-review"], "the stage goes on beside"
    review = {"two_term_review": "bring the next meeting forward", "two_term_reason": "Results are in."}
    story.do("service-director", "two-term-review", **review)
    assert story.waiting() == ["notice-to-improve"]
    assert "Results are in." in told(story, HEP, "Two-term review"), "whoever chairs the meetings"
    # Two more terms: the second week of spring 2028.
    assert story.due("two-terms").year == 2028, "and again while the school stays"


def test_a_disagreement_about_stage_3_is_recorded_and_goes_back_to_both(story: Story) -> None:
    """BAR-ESC-2.6."""
    stage_2(raise_concern(story, COMMUNITY).do("seo", "set-up-sisg"))
    meeting(story.do(HEP, "notice-to-improve"), "not improving").do(HEP, "governance-measures").do(
        HEP, "systemic-solutions"
    )
    story.do("head-of-bsa", "head-of-bsa-on-stage-3", stage_3_head_of_bsa="stage 3")
    story.do("service-director", "service-director-on-stage-3", stage_3_service_director="stay")
    assert story.waiting() == ["record-disagreement"]
    story.do("service-director", "record-disagreement")
    assert story.waiting() == ["head-of-bsa-on-stage-3", "service-director-on-stage-3"]


def test_the_next_accountability_meeting_is_called_though_nobody_writes_the_statement(story: Story) -> None:
    """BAR-ESC-2.1: ten working days after the meeting of Monday 7 September 2026."""
    called_for(story, COMMUNITY, "2026-09-07").do("seo", "external-report").do("headteacher", "internal-report")
    story.engine.jobs.run_due()
    assert story.do("clerk", "hold-meeting").waiting() == ["summary-statement"]
    assert story.later(15).waiting() == ["call-meeting"]
    assert told(story, "service-director", "No summary statement")
