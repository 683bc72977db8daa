"""The Barnsley escalation: every way through its three stages, with dates worked out by hand for 2026/27."""

from __future__ import annotations

import pytest

from engine.errors import FormInvalid, TaskNotYours
from tests.processes.barnsley import (
    COMMUNITY,
    HEP,
    PROCESS,
    due,
    hold_sisg,
    known,
    meeting,
    on_its_date,
    raise_concern,
    report,
    stage_2,
    stage_3,
    told,
)
from tests.processes.story import Story

AIDED, CONTROLLED, SECONDARY = "100002", "100004", "100010"


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
    assert story.waiting() == []
    assert str(story.due("meeting-day").date()) == "2026-10-05"
    assert story.wait_for("meeting-day").waiting() == ["hold-meeting"]


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


def test_the_evidence_of_a_concern_goes_to_the_head_of_the_bsa_first(story: Story) -> None:
    """BAR-ESC-0.1, BAR-ESC-0.2, BAR-ESC-0.3."""
    story.start("seo", PROCESS, COMMUNITY, areas_of_concern=["safety of staff"])
    story.do("seo", "document-evidence", evidence_staff_safety="Two were hurt.")
    assert story.waiting() == ["consider-evidence"]
    assert story.shown("head-of-bsa", "consider-evidence") >= {"evidence_staff_safety"}


def test_a_sisg_is_recorded_and_its_update_sent(story: Story) -> None:
    """BAR-ESC-1.4, BAR-ESC-1.5, BAR-ESC-1.6: five areas, seven matters, and whether progress is reasonable."""
    raise_concern(story, COMMUNITY).do("seo", "set-up-sisg")
    asked = story.shown("seo", "hold-sisg")
    assert asked >= {"sisg_early_years", "sisg_quality_of_education", "sisg_leadership_and_management"}
    assert asked >= {"sisg_pace", "sisg_use_of_resources", "sisg_exit_strategy"}
    hold_sisg(story, "carry on")
    assert "reasonable" in told(story, "quality-of-education-group", "SISG update")


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


def test_an_aided_school_has_its_diocesan_representative(story: Story) -> None:
    """BAR-ESC-1.2."""
    raise_concern(story, AIDED)
    with pytest.raises(FormInvalid):
        story.do("seo", "set-up-sisg", sisg_diocesan_representative="")


def test_the_date_agreed_at_a_sisg_counts_before_the_interval(story: Story) -> None:
    """BAR-ESC-1.3: held on 8 September, and the next agreed for the 22nd: before the month is over."""
    raise_concern(story, COMMUNITY).do("seo", "set-up-sisg")
    hold_sisg(story, "carry on", next_on="2026-09-22")
    assert str(story.due("sisg-agreed").date()) == "2026-09-22"
    assert story.wait_for("sisg-agreed").waiting() == ["hold-sisg"]


def test_sisg_meets_monthly_and_then_half_termly(story: Story) -> None:
    raise_concern(story, COMMUNITY).do("seo", "set-up-sisg")
    hold_sisg(story, "carry on")
    assert str(story.due("sisg-due").date()) == "2026-10-07"
    hold_sisg(story.wait_for("sisg-due"), "carry on", interval="1 half-term")
    # Wednesday of week 6 of autumn 1 is Wednesday of week 6 of autumn 2.
    assert str(story.due("sisg-due").date()) == "2026-12-16"


def test_monthly_counts_from_the_meeting_and_not_from_its_papers(story: Story) -> None:
    """BAR-ESC-1.3: held on 7 September, papers on their due dates; the next is a month after the meeting."""
    raise_concern(story, COMMUNITY).do("seo", "set-up-sisg")
    story.do("seo", "hold-sisg", sisg_date="2026-09-07", sisg_next_on="")
    on_its_date(story, "seo", "update-on-progress", sisg_interval="1 month", sisg_next="carry on")
    on_its_date(story, "chair-of-governors", "share-summary")
    assert str(story.due("sisg-due").date()) == "2026-10-07"
    assert str(due(story.wait_for("sisg-due"), "hold-sisg")) == "2026-10-14"


def sisg_held(story: Story, next_on: str = "") -> Story:
    """BAR-ESC-1.3: the first SISG, on 7 September 2026, with monthly meetings from then on."""
    return hold_sisg(raise_concern(story, COMMUNITY).do("seo", "set-up-sisg"), "carry on", next_on=next_on)


def test_a_monthly_sisg_is_not_put_off_for_half_a_year(story: Story) -> None:
    """BAR-ESC-1.3."""
    raise_concern(story, COMMUNITY).do("seo", "set-up-sisg")
    with pytest.raises(FormInvalid):
        story.do("seo", "hold-sisg", sisg_next_on="2027-03-01")


def test_the_agreed_date_of_a_sisg_can_be_moved(story: Story) -> None:
    """BAR-ESC-1.3: and the group is told."""
    moved = {"sisg_next_on": "2026-10-01", "sisg_moved_why": "The system leader is away."}
    report(sisg_held(story, "2026-09-22"), "seo", "sisg-moved", **moved)
    assert str(story.due("sisg-agreed").date()) == "2026-10-01"
    assert "1 October 2026" in told(story, "chair-of-governors", "SISG moved")


def test_a_sisg_without_a_date_can_be_given_one(story: Story) -> None:
    """BAR-ESC-1.3: it counts before the interval."""
    moved = {"sisg_next_on": "2026-09-22", "sisg_moved_why": "Ofsted comes."}
    report(sisg_held(story), "seo", "sisg-moved", **moved)
    assert story.wait_for("sisg-agreed").waiting() == ["hold-sisg"]


def test_a_further_concern_is_taken_up_by_the_case_that_runs(story: Story) -> None:
    """BAR-ESC-0.1: its areas are added, and those on the case are told."""
    story.start("seo", PROCESS, COMMUNITY, areas_of_concern=["quality of education"])
    further = {"added_areas": ["safety of pupils"], "added_concern": "A gate was open."}
    report(story, "seo", "escalation-concern-added", **further)
    assert story.variables["areas_of_concern"] == ["quality of education", "safety of pupils"]
    assert "A gate was open." in told(story, "head-of-bsa", "Further concern")


def test_the_next_sisg_is_on_the_date_that_was_agreed(story: Story) -> None:
    """BAR-ESC-1.3."""
    raise_concern(story, COMMUNITY).do("seo", "set-up-sisg").do("seo", "hold-sisg", sisg_next_on="2026-09-30")
    story.do("seo", "update-on-progress", sisg_interval="1 month", sisg_next="carry on")
    story.do("chair-of-governors", "share-summary")
    assert str(story.due("sisg-agreed").date()) == "2026-09-30"


def test_a_sisg_without_its_members_says_who_was_missing(story: Story) -> None:
    """BAR-ESC-1.2."""
    raise_concern(story, COMMUNITY).do("seo", "set-up-sisg")
    with pytest.raises(FormInvalid):
        story.do("seo", "hold-sisg", sisg_present=["SEO"], sisg_absent="")


def test_the_chair_writes_the_summary_from_the_minutes(story: Story) -> None:
    """BAR-ESC-1.7, BAR-ESC-1.8: the group reads its minutes, nobody else's task shows them."""
    raise_concern(story, COMMUNITY).do("seo", "set-up-sisg").do("seo", "hold-sisg")
    assert "sisg_minutes" in story.shown("chair-of-governors", "share-summary")


def test_a_disagreement_is_recorded_and_goes_back_to_both(story: Story) -> None:
    hold_sisg(raise_concern(story, COMMUNITY).do("seo", "set-up-sisg"), "consider stage 2")
    story.do("seo", "seo-on-stage-2", stage_2_seo="escalate").do(HEP, "hep-on-stage-2", stage_2_hep="stay")
    assert story.waiting() == ["record-disagreement"]
    story.do(HEP, "record-disagreement")
    assert story.waiting() == ["hep-on-stage-2", "seo-on-stage-2"]
    story.do("seo", "seo-on-stage-2", stage_2_seo="stay").do(HEP, "hep-on-stage-2", stage_2_hep="stay")
    assert story.waiting() == []
    assert story.due("sisg-due")


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


def test_a_secondary_school_has_no_sisg(story: Story) -> None:
    """BAR-ESC-1.1."""
    raise_concern(story, SECONDARY)
    assert story.waiting() == ["decide-without-sisg"]


def consider_without_sisg(story: Story, seo: str, hep: str) -> Story:
    raise_concern(story, SECONDARY).do("head-of-bsa", "decide-without-sisg", without_sisg_decision="stage 2")
    assert story.waiting() == ["hep-on-stage-2", "seo-on-stage-2"], "neither answers for the other"
    return story.do("seo", "seo-on-stage-2", stage_2_seo=seo).do(HEP, "hep-on-stage-2", stage_2_hep=hep)


def test_without_a_sisg_too_both_must_agree_to_stage_2(story: Story) -> None:
    """BAR-ESC-1.9, BAR-ESC-1.10."""
    consider_without_sisg(story, "escalate", "escalate")
    assert story.waiting() == ["notice-to-improve"]


def test_without_a_sisg_a_joint_no_goes_back_to_the_head_of_the_bsa(story: Story) -> None:
    """BAR-ESC-1.9: who sees both reasons, and may find support outside a SISG."""
    consider_without_sisg(story, "stay", "stay")
    assert {"stage_2_seo_reason", "stage_2_hep_reason"} <= story.shown("head-of-bsa", "decide-without-sisg")
    story.do("head-of-bsa", "decide-without-sisg", without_sisg_decision="support")
    assert story.trace[-1] == "support-outside-sisg"


def test_without_a_sisg_too_a_disagreement_goes_back_to_both(story: Story) -> None:
    """BAR-ESC-1.9."""
    consider_without_sisg(story, "escalate", "stay").do(HEP, "record-disagreement")
    assert story.waiting() == ["hep-on-stage-2", "seo-on-stage-2"]


def test_other_ends(story: Story) -> None:
    raise_concern(story, COMMUNITY, head_of_bsa_decision="more evidence")
    assert story.waiting() == ["document-evidence"]
    story.do("seo", "document-evidence").do(
        "head-of-bsa", "consider-evidence", head_of_bsa_decision="no further action"
    )
    assert story.ended
    raise_concern(story, SECONDARY).do("head-of-bsa", "decide-without-sisg", without_sisg_decision="support")
    assert story.ended
    assert story.trace[-1] == "support-outside-sisg"


def test_a_task_is_only_for_its_roles(story: Story) -> None:
    story.start("seo", PROCESS, COMMUNITY).do("seo", "document-evidence")
    with pytest.raises(TaskNotYours):
        story.do("seo", "consider-evidence", head_of_bsa_decision="escalate", school_category="getting to good")
    assert story.waiting() == ["consider-evidence"]
