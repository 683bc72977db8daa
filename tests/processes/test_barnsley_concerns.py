"""Barnsley's steps about serious concerns, with maintained schools and academies."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import Scope
from engine.errors import FormInvalid, NotForThisSchool, PathwaysError, TaskNotYours
from tests.processes.barnsley import (
    COMMUNITY,
    DIRECTOR,
    HLS,
    MAINTAINED,
    four_steps,
    given,
    known,
    report,
    step,
    to_the_notice,
    told,
    unanswered,
)
from tests.processes.story import Story

ACADEMY_PROCESS = "barnsley-concerns-academy"
AIDED, FOUNDATION, ACADEMY = "100002", "100005", "100006"


def notice(story: Story, outcome: str) -> Story:
    return given(story).wait_for("period-ends").do(DIRECTOR, "check-notice", notice_outcome=outcome)


def proposed(story: Story, *powers: str) -> Story:
    """BAR-QA-5.M7: the notice was not complied with, and powers are proposed."""
    return notice(story, "not complied").do(HLS, "propose-powers", powers_proposed=list(powers))


@pytest.mark.parametrize(
    ("school", "second"), [(AIDED, "diocesan-representative"), (FOUNDATION, "foundation-governor-appointer")]
)
def test_a_maintained_school_through_all_seven_steps(story: Story, school: str, second: str) -> None:
    """BAR-QA-5.M1, BAR-QA-5.M2, BAR-QA-5.M3, BAR-QA-5.M4, BAR-QA-5.M5, BAR-QA-5.M6, BAR-QA-5.M7."""
    four_steps(story.start("seo", MAINTAINED, school)).do("seo", "question-performance", head_performance="yes")
    story.do(DIRECTOR, "meet-chair")
    assert story.waiting() == ["meet-head"], "the chair first, then the headteacher"
    story.do(DIRECTOR, "meet-head").do(DIRECTOR, "section-60", compliance_length=15, compliance_unit="working days")
    # Fifteen working days counted from Tuesday 8 September 2026 end with Monday the 28th.
    assert str(story.due("period-ends").date()) == "2026-09-29"
    story.wait_for("period-ends").do(DIRECTOR, "check-notice", notice_outcome="not complied").do(HLS, "propose-powers")
    story.do("chair-of-governors", "answer-consultation").do(second, "answer-consultation")
    assert len(known(story, "use-powers")["consultation_answers"]) == 2
    story.do(DIRECTOR, "use-powers")
    assert not story.ended, "while the powers are used"
    report(story, DIRECTOR, "powers-ended")
    assert story.trace[-1] == "powers-used"


def test_the_governing_body_is_given_its_section_60_notice(story: Story) -> None:
    """BAR-QA-5.M6: with its day, the concerns and what is required; the period counts from that day, 8 September."""
    period = {"compliance_length": 15, "compliance_unit": "working days", "notice_on": "2026-09-08"}
    to_the_notice(story).later(7)
    story.do(DIRECTOR, "section-60", **period, notice_actions="Replace the plan.")
    said = told(story, "chair-of-governors", "Formal warning notice under section 60")
    assert "8 September 2026" in said
    assert "Replace the plan." in said
    assert str(story.due("period-ends").date()) == "2026-09-30"


def test_a_section_60_notice_is_a_valid_one(story: Story) -> None:
    """BAR-QA-5.M6: Education and Inspections Act 2006, section 60(4): grounds, what is minded to be done, and until when."""
    period = {"compliance_length": 15, "compliance_unit": "working days", "notice_on": "2026-09-07"}
    more = {"notice_grounds": ["safety"], "notice_minded": "Appoint governors."}
    said = told(
        to_the_notice(story).do(DIRECTOR, "section-60", **period, **more), "chair-of-governors", "Formal warning"
    )
    assert "Grounds: safety." in said
    assert "until 28 September 2026" in said
    assert "minded to do this: Appoint governors." in said


def test_copies_of_a_section_60_notice_go_out_with_it(story: Story) -> None:
    """BAR-QA-5.M6: section 60(6): the headteacher, the diocese, and whoever appoints the foundation governors."""
    four_steps(story.start("seo", MAINTAINED, AIDED)).do("seo", "question-performance", head_performance="no")
    story.do(DIRECTOR, "section-60")
    assert [role for role, subject in story.told if subject.startswith("Formal warning notice")] == [
        "chair-of-governors",
        "headteacher",
        "diocesan-representative",
        "foundation-governor-appointer",
    ]


def test_serious_concerns_about_an_independent_school_are_not_for_this_process(story: Story) -> None:
    """BAR-QA-5.M1: the authority has no notice for it, and begins no steps to one."""
    with pytest.raises(NotForThisSchool):
        story.start("seo", MAINTAINED, "100017")


def test_two_notices_do_not_run_unseen(story: Story) -> None:
    """BAR-QA-5.M6: where the escalation runs too, the Service Director settles which notice is given."""
    story.start("seo", "barnsley-escalation", COMMUNITY)
    assert "only_notice" in to_the_notice(story).shown(DIRECTOR, "section-60")


def test_a_notice_that_is_complied_with(story: Story) -> None:
    """BAR-QA-5.M5 (the headteacher's performance is not in question), BAR-QA-5.M6."""
    notice(story, "complied").do(DIRECTOR, "confirm-complied")
    assert story.ended
    assert "notice-complied" in story.trace
    assert "meet-chair" not in story.trace
    assert told(story, "chair-of-governors", "Section 60 notice complied with")


def test_a_notice_may_be_given_more_time(story: Story) -> None:
    """BAR-QA-5.M6: twenty working days end with Monday 5 October."""
    report(given(story), DIRECTOR, "section-60-extended", compliance_more=5, notice_extended_why="The chair resigned.")
    assert story.waiting() == []
    assert str(story.due("period-ends").date()) == "2026-10-06"
    assert "The chair resigned." in told(story, "chair-of-governors", "Section 60 notice, more time")


def test_a_notice_may_be_withdrawn(story: Story) -> None:
    """BAR-QA-5.M6: by the Service Director, and the governing body is told."""
    ended = {"notice_ended_on": "2026-09-07", "notice_ended_why": "The plan was replaced.", "concern_goes_on": "no"}
    report(given(story), DIRECTOR, "section-60-withdrawn", **ended)
    assert story.ended
    assert "The plan was replaced." in told(story, "chair-of-governors", "Section 60 notice ended")


def test_a_concern_that_is_resolved_leaves_the_notice_to_whoever_gave_it(story: Story) -> None:
    """BAR-QA-5.M6: the Service Director ends it, and the governing body is told."""
    report(given(story), "seo", "concern-resolved")
    assert story.waiting() == ["end-notice"]
    story.do(DIRECTOR, "end-notice", concern_ends="yes", notice_ended_why="The plan was replaced.")
    assert "The plan was replaced." in told(story, "chair-of-governors", "Section 60 notice ended")
    assert story.ended


def test_a_concern_that_is_resolved_ends_the_consultation_on_powers(story: Story) -> None:
    """BAR-QA-5.M6, BAR-QA-5.M7: whoever gave the notice ends it, and then nobody is asked any more."""
    report(proposed(story, "governors"), HLS, "concern-resolved")
    assert story.waiting() == ["answer-consultation", "end-notice"]
    story.do(DIRECTOR, "end-notice", concern_ends="yes")
    assert story.ended


def test_powers_in_use_are_given_back_by_the_service_director_alone(story: Story) -> None:
    """BAR-QA-5.M7: an adviser's report that the concern is resolved ends nothing that the Service Director decided."""
    proposed(story, "governors").do("chair-of-governors", "answer-consultation").do(DIRECTOR, "use-powers")
    report(story, "seo", "concern-resolved").do(DIRECTOR, "end-notice", concern_ends="no", goes_on_why="Too early.")
    assert not story.ended
    assert "Too early." in told(story, "seo", "The section 60 notice goes on")
    report(story, "seo", "concern-resolved").do(DIRECTOR, "end-notice", concern_ends="yes")
    assert "given back" in told(story, "chair-of-governors", "Section 60 notice ended")
    assert story.ended


def test_nobody_proposes_and_decides_on_powers(story: Story) -> None:
    """BAR-QA-5.M7: whoever acts for both still is one person."""
    both = Scope("barnsley", frozenset({HLS, DIRECTOR}), "acting@example.org")
    notice(story, "not complied")
    task = story.engine.tasks.open(story.case)[0]
    values = {"powers_proposed": ["governors"], "powers_reason": "No plan."}
    story.engine.tasks.complete(task.id, values, by=both)
    story.do("chair-of-governors", "answer-consultation")
    with pytest.raises(PathwaysError, match="somebody else"):
        story.engine.tasks.claim(story.engine.tasks.open(story.case)[0].id, both)


@pytest.mark.parametrize("stage", ["proposal", "consultation"])
def test_two_months_after_the_period_nothing_is_proposed_any_more(story: Story, stage: str) -> None:
    """BAR-QA-5.M7, Education and Inspections Act 2006, sections 63, 64 and 66: the period ends on Monday 28 September 2026."""
    notice(story, "not complied")
    if stage == "consultation":
        story.do(HLS, "propose-powers")
    assert str(story.due(f"{stage}-late").date()) == "2026-11-29"
    story.wait_for(f"{stage}-late")
    assert story.waiting() == ["after-two-months"]
    assert "28 November 2026" in told(story, "chair-of-governors", "No longer eligible for intervention")
    story.do(DIRECTOR, "after-two-months", after_two_months="end", after_why="A new head has begun.")
    assert story.ended
    assert "A new head has begun." in told(story, "chair-of-governors", "Section 60 notice over")


@pytest.mark.parametrize("stage", ["proposal", "consultation", "decision"])
def test_the_end_of_the_two_months_is_told_before_at_each_step(story: Story, stage: str) -> None:
    """BAR-QA-5.M7: to those who propose and decide."""
    notice(story, "not complied")
    if stage != "proposal":
        story.do(HLS, "propose-powers", powers_proposed=["governors"])
    if stage == "decision":
        story.do("chair-of-governors", "answer-consultation")
    assert "28 November 2026" in told(story.wait_for(f"{stage}-soon"), DIRECTOR, "Time for powers ends soon")


def test_a_board_gives_the_other_powers_no_more_time(story: Story) -> None:
    """BAR-QA-5.M7, sections 63, 64 and 66: a day for each power, and only the board's may be later."""
    proposed(story, "governors", "IEB").do("chair-of-governors", "answer-consultation")
    late = {"powers_used": ["governors", "IEB"], "governors_from": "2027-02-01", "board_from": "2027-02-01"}
    assert set(story.refused(DIRECTOR, "use-powers", **late)) == {"governors_from"}


def test_a_board_is_waited_for_beyond_the_two_months(story: Story) -> None:
    """BAR-QA-5.M7, section 65: the Secretary of State may take his time; nothing else can be used by then."""
    proposed(story, "governors", "IEB").do("chair-of-governors", "answer-consultation").later(100)
    assert story.waiting() == ["use-powers"]
    with pytest.raises(FormInvalid):
        story.do(DIRECTOR, "use-powers", powers_used=["governors"])
    story.do(DIRECTOR, "use-powers", powers_used=["IEB"])
    assert "IEB" in told(story, "chair-of-governors", "Powers of intervention")


def test_a_decision_taken_in_the_two_months_is_recorded_for_a_week_longer(story: Story) -> None:
    """BAR-QA-5.M7: dated 28 November at the latest; a week of working days after that Saturday ends with 4 December."""
    proposed(story, "governors").do("chair-of-governors", "answer-consultation")
    assert str(story.due("decision-late").date()) == "2026-12-05"
    story.clock.set(story.due("decision-late") - timedelta(days=3))
    told_of = story.refused(DIRECTOR, "use-powers", powers_used=["governors"], powers_decided_on="2026-12-01")
    assert "powers_decided_on" in told_of
    assert story.wait_for("decision-late").waiting() == ["after-two-months"]


def test_powers_used_in_time_outlast_a_later_proposal_that_lapses(story: Story) -> None:
    """BAR-QA-5.M7: a board that nobody proposes after the two months is waited for no longer; those in use go on."""
    proposed(story, "governors").do("chair-of-governors", "answer-consultation").do(DIRECTOR, "use-powers")
    report(story.later(90), HLS, "other-powers-needed", other_powers_cause="not enough")
    assert story.waiting() == ["propose-powers"]
    assert story.wait_for("proposal-late").waiting() == []
    assert told(story, DIRECTOR, "Time for further powers is over")
    report(story, DIRECTOR, "powers-ended")
    assert story.ended


def test_only_what_was_proposed_can_be_used(story: Story) -> None:
    """BAR-QA-5.M7: those concerned were consulted on nothing else."""
    proposed(story, "governors").do("chair-of-governors", "answer-consultation")
    with pytest.raises(FormInvalid):
        story.do(DIRECTOR, "use-powers", powers_used=["IEB", "budget"])
    story.do(DIRECTOR, "use-powers", powers_used=["governors"])
    assert "governors" in told(story, "chair-of-governors", "Powers of intervention")
    assert told(story, "headteacher", "Powers of intervention")


def test_silence_is_recorded_as_silence(story: Story) -> None:
    """BAR-QA-5.M7: a body that does not answer stops nothing, and nobody's view is invented."""
    unanswered(proposed(story, "governors"), DIRECTOR, "answer-consultation")
    assert story.waiting() == ["use-powers"]
    answers = known(story, "use-powers")["consultation_answers"]
    assert [(each["who"], each["view"]) for each in answers] == [("Governing body", "no answer")]


def test_nobody_answers_a_consultation_as_if_they_were_asked(story: Story) -> None:
    """BAR-QA-5.M7: the Service Director records an answer that came in another way, with who gave it."""
    proposed(story, "governors")
    with pytest.raises(TaskNotYours):
        story.do(DIRECTOR, "answer-consultation", consultation_view="agree")
    assert story.waiting() == ["answer-consultation"]


def test_no_power_is_used_where_the_answers_speak_against_it(story: Story) -> None:
    """BAR-QA-5.M7: and the governing body is told why."""
    proposed(story, "IEB").do("chair-of-governors", "answer-consultation")
    story.do(DIRECTOR, "use-powers", powers_used=[], powers_how="A new chair has begun.")
    assert story.ended
    assert "A new chair has begun." in told(story, "chair-of-governors", "No power of intervention")


def test_a_power_that_is_refused_leads_to_another(story: Story) -> None:
    """BAR-QA-5.M7: it is proposed and consulted on anew."""
    proposed(story, "IEB").do("chair-of-governors", "answer-consultation").do(DIRECTOR, "use-powers")
    report(story, HLS, "other-powers-needed", other_powers_cause="refused")
    assert story.waiting() == ["propose-powers"]
    story.do(HLS, "propose-powers", powers_proposed=["governors"])
    assert story.waiting() == ["answer-consultation"]


def test_the_notice_ends_when_the_school_becomes_an_academy(story: Story) -> None:
    """BAR-QA-5.M6: the council has no powers over an academy, and hands over to the RSC."""
    four_steps(story.start("seo", MAINTAINED, COMMUNITY)).do("seo", "question-performance", head_performance="no")
    story.do(DIRECTOR, "section-60", compliance_length=15, compliance_unit="working days")
    assert story.converts(COMMUNITY).waiting() == ["tell-rsc"]
    assert "has ended" in told(story, "chair-of-governors", "Now an academy")
    story.do(HLS, "tell-rsc")
    assert story.ended
    assert "handed-over" in story.trace


def test_a_concern_goes_on_with_the_academy_that_the_school_becomes(story: Story) -> None:
    """BAR-QA-5.A1: step i is not over, so the academy's own step speaks with its headteacher."""
    story.start("seo", MAINTAINED, COMMUNITY, concern_text="Records are missing.").do("seo", "take-step")
    story.converts(COMMUNITY)
    assert {"headteacher", "chair-of-governors"}.isdisjoint(role for role, _ in story.told)
    assert story.waiting() == ["tell-rsc"]
    assert story.follow(ACADEMY_PROCESS, COMMUNITY).variables["concern_text"] == "Records are missing."
    assert story.waiting() == ["take-step"], "nobody waits until the RSC is told"


@pytest.mark.parametrize("steps", [0, 1, 2, 3])
def test_a_rapid_response_ends_it_at_any_step(story: Story, steps: int) -> None:
    """BAR-QA-5.M1, BAR-QA-5.M2, BAR-QA-5.M3, BAR-QA-5.M4."""
    story.start("seo", MAINTAINED, COMMUNITY)
    for _ in range(steps):
        step(story)
    step(story, "resolved")
    assert story.ended
    assert story.trace[-1] == "resolved"


def test_without_a_response_in_time_the_next_step_is_offered(story: Story) -> None:
    """BAR-QA-5.M8: after ten working days, the authority's setting."""
    story.start("seo", MAINTAINED, COMMUNITY).do("seo", "take-step")
    # Ten working days counted from Tuesday 8 September 2026 end with Monday the 21st.
    assert str(story.due("no-response").date()) == "2026-09-22"
    story.wait_for("no-response")
    assert story.waiting() == ["offer-next"], "offered, not taken"
    story.do("seo", "offer-next", step_result="wait")
    assert story.waiting() == ["record-response"]
    story.wait_for("no-response").do("seo", "offer-next", step_result="next")
    assert story.waiting() == ["take-step"]
    assert story.trace.count("step-i") == 1


@pytest.mark.parametrize(("process", "school"), [(MAINTAINED, COMMUNITY), (ACADEMY_PROCESS, ACADEMY)])
def test_a_concern_may_be_resolved_at_any_moment(story: Story, process: str, school: str) -> None:
    story.start("seo", process, school).receive("concern-resolved", school)
    assert story.ended
    assert "closed" in story.trace


def test_an_academy_through_all_six_steps(story: Story) -> None:
    """BAR-QA-5.A1, BAR-QA-5.A2, BAR-QA-5.A3, BAR-QA-5.A4, BAR-QA-5.A5, BAR-QA-5.A6."""
    four_steps(story.start("seo", ACADEMY_PROCESS, ACADEMY, engages="yes"))
    story.do(HLS, "step-v").do(HLS, "secretary-response").do(HLS, "step-vi")
    assert story.waiting() == ["ofsted-response"], "a response is sought"
    story.do(HLS, "ofsted-response")
    assert story.trace[-1] == "regulators-told"


def test_silence_of_the_secretary_of_state_is_told(story: Story) -> None:
    """BAR-QA-5.A5, BAR-QA-5.A6: so that the letter to Ofsted does not wait for somebody to remember."""
    four_steps(story.start("seo", ACADEMY_PROCESS, ACADEMY, engages="yes")).do(HLS, "step-v")
    assert told(story.wait_for("secretary-silent"), HLS, "No response yet")
    assert story.waiting() == ["secretary-response"]


def test_the_secretary_of_state_may_deal_with_it(story: Story) -> None:
    """BAR-QA-5.A5: then there is nothing to tell Ofsted."""
    four_steps(story.start("seo", ACADEMY_PROCESS, ACADEMY, engages="yes")).do(HLS, "step-v")
    story.do(HLS, "secretary-response", secretary_result="resolved")
    assert story.ended
    assert "step-vi" not in story.trace


def test_an_academy_that_stops_engaging_gets_letters(story: Story) -> None:
    """BAR-QA-5.A7: after the first discussion the second is skipped."""
    story.start("seo", ACADEMY_PROCESS, ACADEMY, engages="yes").do("seo", "take-step")
    story.wait_for("no-response").do("seo", "offer-next", step_result="formal")
    assert "step-ii" not in story.trace
    assert known(story, "take-step")["concern_step"] == "iii. Formal letter to the headteacher"


def test_a_maintained_school_goes_through_every_step(story: Story) -> None:
    """BAR-QA-5.M8: only an academy's discussions may be skipped."""
    story.start("seo", MAINTAINED, COMMUNITY).do("seo", "take-step").wait_for("no-response")
    with pytest.raises(FormInvalid):
        story.do("seo", "offer-next", step_result="formal")


def test_a_further_concern_is_taken_up_by_the_case_that_runs(story: Story) -> None:
    """BAR-QA-5.M8: those on the case are told, and take it up in its next step."""
    story.start("seo", MAINTAINED, COMMUNITY)
    report(story, "seo", "serious-concern-added", added_concern="A gate was open.")
    assert "A gate was open." in told(story, DIRECTOR, "Further concern")
    assert story.waiting() == ["take-step"]


def test_those_who_are_consulted_are_told_when_the_school_becomes_an_academy(story: Story) -> None:
    """BAR-QA-5.M7: the diocese of an aided school is asked no more, and knows why."""
    four_steps(story.start("seo", MAINTAINED, AIDED)).do("seo", "question-performance", head_performance="no")
    story.do(DIRECTOR, "section-60").wait_for("period-ends").do(DIRECTOR, "check-notice", notice_outcome="not complied")
    story.do(HLS, "propose-powers").converts(AIDED)
    assert "nobody is consulted any more" in told(story, "diocesan-representative", "Now an academy")


def test_a_further_concern_about_an_academy_reaches_the_case_that_runs(story: Story) -> None:
    """BAR-QA-5.A1: those on the case are told."""
    story.start("seo", ACADEMY_PROCESS, ACADEMY, engages="yes")
    report(story, "seo", "serious-concern-added", added_concern="A gate was open.")
    assert "A gate was open." in told(story, HLS, "Further concern")
    assert story.waiting() == ["take-step"]


def test_an_academy_that_does_not_engage_gets_letters_at_once(story: Story) -> None:
    """BAR-QA-5.A7."""
    story.start("seo", ACADEMY_PROCESS, ACADEMY, engages="no")
    step(story)
    assert "step-i" not in story.trace
    assert "step-iii" in story.trace


@pytest.mark.parametrize(
    ("steps", "end"), [(0, "resolved"), (1, "resolved"), (2, "resolved-in-writing"), (3, "resolved-in-writing")]
)
def test_an_academy_that_responds(story: Story, steps: int, end: str) -> None:
    """BAR-QA-5.A1, BAR-QA-5.A2, BAR-QA-5.A3, BAR-QA-5.A4."""
    story.start("seo", ACADEMY_PROCESS, ACADEMY, engages="yes")
    for _ in range(steps):
        step(story)
    step(story, "resolved")
    assert story.ended
    assert story.trace[-1] == end


def test_the_time_for_a_response_counts_from_the_day_of_the_step(story: Story) -> None:
    """BAR-QA-5.M8: a letter of 7 September 2026, typed on the 14th: ten working days end with Monday the 21st."""
    story.start("seo", MAINTAINED, COMMUNITY).later(7).do("seo", "take-step", step_on="2026-09-07")
    assert str(story.due("no-response").date()) == "2026-09-22"
    story.wait_for("no-response").do("seo", "offer-next", step_result="wait")
    assert str(story.due("no-response").date()) == "2026-10-07", "ten working days from 22 September end with 6 October"
