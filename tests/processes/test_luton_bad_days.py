"""Luton: judgements, notices and silence at the wrong moment, and dates that are typed late."""

from __future__ import annotations

from datetime import datetime

import pytest

from engine import queries
from engine.feel import Feel
from engine.forms import load_form
from engine.forms.conditions import Asking
from tests.processes.barnsley import told as text
from tests.processes.story import Story
from tests.processes.test_luton_intervention import intervene
from tests.processes.test_luton_panels import SOUND
from webapp.dates import ZONE

PANEL, NOTICE, SUPPORT, INTERVENTION = (
    "luton-monitoring-panel",
    "luton-warning-notice",
    "luton-ri-maintained",
    "luton-inadequate",
)
DIRECTOR, CHAIR, COMMUNITY = "service-director", "panel-chair", "120001"


def until(story: Story, day: str) -> Story:
    """Let time pass until nine in the morning of a day."""
    story.clock.set(datetime.fromisoformat(f"{day}T09:00").replace(tzinfo=ZONE))
    story.engine.jobs.run_due()
    return story


def test_a_judgement_that_is_reported_as_inadequate_gives_the_school_one_group(story: Story) -> None:
    """LUT-IN.3 LUT-IN.1: the support that runs hears of it, and a later judgement ends the intervention."""
    story.start("sia", SUPPORT, COMMUNITY, judged_on="2026-08-10").do("sia", "set-up-group")
    support = story.case
    story.report("sia", "judged-inadequate", COMMUNITY, judged_on="2026-09-04")
    story.wait_for("group-due")
    assert "group-meets" not in story.waiting()
    answers = {"judgement": "requires improvement", "inspection_published_on": "2026-11-06"}
    story.report("sia", "section-5-inspection", COMMUNITY, **answers)
    assert story.category_of(COMMUNITY) == "C"
    assert "group-meets" in story.waiting()
    assert story.case == support
    assert story.follow(INTERVENTION, COMMUNITY).ended
    assert len(story.cases(INTERVENTION, COMMUNITY)) == 1


def test_a_notice_that_is_given_before_the_panel_keeps_the_school_in_category_d(story: Story) -> None:
    """LUT-1.5: though none ran when the criteria were asked for."""
    story.start("sia", PANEL, COMMUNITY).do("sia", "criteria", **SOUND)
    panel = story.case
    story.start(DIRECTOR, NOTICE, COMMUNITY).do(DIRECTOR, "write-notice", notice_kind="warning")
    story.case = panel
    story.do(CHAIR, "panel-discusses", panel_category="B", particular_concern="no")
    assert story.category_of(COMMUNITY) == "D"


def test_an_intervention_that_begins_before_the_panel_keeps_the_school_in_category_d(story: Story) -> None:
    """LUT-1.5."""
    story.start("sia", PANEL, COMMUNITY).do("sia", "criteria", **SOUND)
    story.report("sia", "judged-inadequate", COMMUNITY, judged_on="2026-09-04")
    story.do(CHAIR, "panel-discusses", panel_category="B", particular_concern="no")
    assert story.category_of(COMMUNITY) == "D"


def test_the_panel_takes_place_without_the_criteria(story: Story) -> None:
    """LUT-1.1 LUT-1.2: the adviser is silent, and the panel decides."""
    story.start("sia", PANEL, COMMUNITY)
    # Fifteen working days counted from Tuesday 8 September 2026 end with Monday 28 September; the morning after.
    assert str(story.due("criteria-late").date()) == "2026-09-29"
    story.wait_for("criteria-late")
    assert [role for role, subject in story.told if subject.startswith("No criteria for the panel")] == [CHAIR, "sia"]
    story.do(CHAIR, "panel-discusses", panel_category="C", particular_concern="no")
    assert story.ended
    assert story.category_of(COMMUNITY) == "C"


def test_the_group_meets_next_by_the_day_on_which_it_met(story: Story) -> None:
    """LUT-RI.6: a meeting of 7 October 2026 that is typed twenty days later; a month on is Saturday 7 November."""
    story.start("sia", SUPPORT, COMMUNITY).do("sia", "set-up-group", group_interval="1 month").wait_for("group-due")
    assert str(story.clock.now().date()) == "2026-10-07"
    found = {"progress": "enough", "ofsted_judgement": "none", "group_interval": "1 month"}
    story.later(20).do("sia", "group-meets", group_met_on="2026-10-07", **found)
    assert str(story.due("group-due").date()) == "2026-11-09"


def test_the_group_of_an_intervention_meets_next_by_the_day_on_which_it_met(story: Story) -> None:
    """LUT-IN.3: a meeting of 21 September 2026 that is typed a week later."""
    answers = {"next_step": "carry on", "group_interval": "1 month", "intervention_met_on": "2026-09-21"}
    intervene(story).later(7).do(DIRECTOR, "group-meets", **answers)
    assert str(story.due("group-due").date()) == "2026-10-21"


def in_use(story: Story, power: str) -> Story:
    """A power over an inadequate school, decided on 22 September 2026."""
    intervene(story).do(DIRECTOR, "group-meets", next_step="powers")
    story.do(DIRECTOR, "propose-powers", powers_proposed=[power]).do("chair-of-governors", "answer-consultation")
    return until(story, "2026-09-22").do(DIRECTOR, "use-powers", powers_used=[power], powers_interval="1 month")


def test_powers_are_reviewed_by_the_day_of_the_last_review(story: Story) -> None:
    """LUT-IN.5: a month on from 22 September 2026, and from a review that is typed ten days late."""
    assert str(in_use(story, "section 64").due("review-due").date()) == "2026-10-22"
    kept = {"powers_review": "kept", "powers_interval": "1 month", "powers_reviewed_on": "2026-10-22"}
    story.wait_for("review-due").later(10).do(DIRECTOR, "review-powers", **kept)
    assert str(story.due("review-due").date()) == "2026-11-23"


def test_powers_that_stay_are_looked_at_until_they_are_given_back(story: Story) -> None:
    """LUT-IN.5: the school is inadequate no longer, and its board sits on."""
    in_use(story, "section 65")
    better = {"intervention_result": "requires improvement", "recovered_published_on": "2026-09-22"}
    story.report("sia", "no-longer-inadequate", COMMUNITY, **better)
    story.do(DIRECTOR, "end-powers", powers_end="stay")
    assert not story.ended
    story.wait_for("stay-review").do(DIRECTOR, "end-powers", powers_end="given back")
    assert story.ended


def test_the_school_hears_that_a_conversion_ends_its_support(story: Story) -> None:
    """LUT-AC.1: headteacher and chair."""
    story.start("sia", SUPPORT, COMMUNITY).converts(COMMUNITY)
    told = [role for role, subject in story.told if subject.startswith("The support ends, now an academy")]
    assert told == ["headteacher", "chair-of-governors", "sia"]


def failed(story: Story) -> Story:
    """A notice of fifteen days from 7 September 2026, which end on the 22nd; two months later is 22 November."""
    answers = {"notice_kind": "warning", "compliance_length": 15, "compliance_unit": "days"}
    story.start(DIRECTOR, NOTICE, COMMUNITY).do(DIRECTOR, "write-notice", **answers).wait_for("period-ends")
    return story.do(DIRECTOR, "check-notice", notice_outcome="not complied")


def test_nobody_is_told_of_powers_before_the_period_is_over(story: Story) -> None:
    """LUT-IN.5: a proposal is told on the day after its last day at the earliest."""
    early = {"powers_proposed": ["section 64"], "powers_told_on": "2026-09-22"}
    assert "powers_told_on" in failed(story).refused(DIRECTOR, "propose-powers", **early)


def test_powers_are_not_used_more_than_two_months_after_a_notice(story: Story) -> None:
    """LUT-IN.5: sections 63, 64 and 66; what was decided on the last day may be recorded a week longer."""
    until(failed(story), "2026-11-22").do(DIRECTOR, "propose-powers", powers_proposed=["section 63", "section 66"])
    until(story.do("chair-of-governors", "answer-consultation"), "2026-11-23")
    late = {"powers_used": ["section 66"], "powers_used_on": "2026-11-23"}
    assert "powers_used_on" in story.refused(DIRECTOR, "use-powers", **late)
    assert "in-force" in story.do(DIRECTOR, "use-powers", **{**late, "powers_used_on": "2026-11-22"}).trace


def lapsed(story: Story) -> list[str]:
    """Who was told that the school is not eligible any more."""
    return [role for role, subject in story.told if subject.startswith("No longer eligible")]


TOLD_OF_LAPSE = ["chair-of-governors", "headteacher", DIRECTOR, "sia", "panel-chair"]


def test_powers_that_nobody_has_proposed_in_two_months_lapse(story: Story) -> None:
    """LUT-IN.5: those concerned are told, and another notice may be considered."""
    until(failed(story), "2026-11-23")
    assert lapsed(story) == TOLD_OF_LAPSE
    assert story.waiting() == ["write-notice"]


def test_what_is_consulted_on_when_the_two_months_end_lapses(story: Story) -> None:
    """LUT-IN.5: the chair may still answer; nothing can be decided then."""
    until(failed(story), "2026-11-20").do(DIRECTOR, "propose-powers", powers_proposed=["section 66"])
    story.wait_for("consultation-over").engine.jobs.run_due()
    assert lapsed(story) == TOLD_OF_LAPSE
    assert story.waiting() == ["write-notice"]


def test_a_decision_that_nobody_has_recorded_a_week_later_lapses(story: Story) -> None:
    """LUT-IN.5: five working days after Sunday 22 November 2026 end with the 27th."""
    until(failed(story), "2026-11-20").do(DIRECTOR, "propose-powers", powers_proposed=["section 66"])
    until(story.do("chair-of-governors", "answer-consultation"), "2026-11-27")
    assert lapsed(story) == []
    assert lapsed(until(story, "2026-11-28")) == TOLD_OF_LAPSE


def test_powers_that_were_used_in_time_go_on_when_others_lapse(story: Story) -> None:
    """LUT-IN.5: others that are proposed beside them lapse alone."""
    until(failed(story), "2026-10-01").do(DIRECTOR, "propose-powers", powers_proposed=["section 64"])
    story.do("chair-of-governors", "answer-consultation")
    story.do(DIRECTOR, "use-powers", powers_used=["section 64"], powers_interval="1 month").wait_for("review-due")
    until(story.do(DIRECTOR, "review-powers", powers_review="others"), "2026-11-23")
    assert lapsed(story) == TOLD_OF_LAPSE
    assert "review-powers" in story.wait_for("review-due").waiting()


def test_no_others_are_proposed_at_a_review_after_the_two_months(story: Story) -> None:
    """LUT-IN.5: the powers in force go on."""
    until(failed(story), "2026-11-20").do(DIRECTOR, "propose-powers", powers_proposed=["section 64"])
    story.do("chair-of-governors", "answer-consultation")
    story.do(DIRECTOR, "use-powers", powers_used=["section 64"], powers_interval="1 month").wait_for("review-due")
    assert "powers_review" in story.refused(DIRECTOR, "review-powers", powers_review="others")


def test_powers_over_an_inadequate_school_have_no_such_end(story: Story) -> None:
    """LUT-IN.5: section 62 of the Education and Inspections Act 2006 needs no notice."""
    intervene(story).do(DIRECTOR, "group-meets", next_step="powers")
    assert "propose-powers" in until(story, "2027-03-01").waiting()


def test_the_academy_that_follows_a_supported_school_has_the_academy_s_protocol(story: Story) -> None:
    """LUT-AC.1: the support ended with the old URN, before a manager confirmed which academy takes over."""
    story.start("sia", "luton-ri-maintained", "120001", judged_before="good").is_followed("120001")
    story.follow("luton-ri-academy", "199999")
    assert "request-plan" in story.waiting()
    with story.engine.reading() as session:
        assert queries.undelivered(session) == []


def acts(story: Story, act: str) -> Story:
    """The Service Director reports what the Secretary of State does, on the day on which he does it."""
    answers = {"secretary_act": act, "secretary_says": "Replace the board."}
    return story.report(DIRECTOR, "secretary-of-state-acts", COMMUNITY, **answers)


def heard(story: Story, subject: str) -> list[str]:
    """Who was told something of this subject."""
    return [role for role, said in story.told if said.startswith(subject)]


def given(story: Story, kind: str = "warning") -> Story:
    """A notice of fifteen days from 7 September 2026."""
    answers = {"notice_kind": kind, "compliance_length": 15, "compliance_unit": "days"}
    return story.start(DIRECTOR, NOTICE, COMMUNITY).do(DIRECTOR, "write-notice", **answers)


@pytest.mark.parametrize("act", ["warning notice", "board"])
def test_the_secretary_of_state_s_act_ends_the_authority_s_notice(story: Story, act: str) -> None:
    """LUT-IN.4 LUT-1.5: section 60(4B) of the Education and Inspections Act 2006; the school stays in D until the next panel."""
    acts(given(story), act)
    assert heard(story, "The Secretary of State acts, the authority's notice ends") == [
        DIRECTOR,
        "chair-of-governors",
        "headteacher",
        "sia",
        CHAIR,
    ]
    assert story.ended
    assert story.category_of(COMMUNITY) == "D"


@pytest.mark.parametrize("act", ["academy order", "closure", "direction"])
def test_an_act_that_leaves_the_notice_standing_is_told(story: Story, act: str) -> None:
    """LUT-IN.4: the governing body still has to do what the notice asks."""
    acts(given(story), act)
    assert "chair-of-governors" in heard(story, "The Secretary of State acts, the authority's notice stands")
    assert "check-notice" in story.wait_for("period-ends").waiting()


def test_a_notice_that_is_considered_is_not_given_after_his(story: Story) -> None:
    """LUT-IN.4: the governing body has heard of none."""
    acts(story.start(DIRECTOR, NOTICE, COMMUNITY), "warning notice")
    assert story.ended
    assert heard(story, "The Secretary of State acts, the authority's notice ends") == [DIRECTOR, "sia", CHAIR]


def test_no_statutory_notice_is_given_before_the_secretary_of_state_allows_it_again(story: Story) -> None:
    """LUT-IN.4: section 60(4A); a pre-warning notice is not statutory."""
    acts(given(story), "warning notice")
    story.later(1).start(DIRECTOR, NOTICE, COMMUNITY)
    refused = story.refused(DIRECTOR, "write-notice", notice_kind="warning", secretary_allows=False)
    assert "secretary_allows" in refused
    assert "period-ends" not in story.do(DIRECTOR, "write-notice", notice_kind="pre-warning").trace


def test_powers_that_are_consulted_on_end_with_his_act(story: Story) -> None:
    """LUT-IN.5: and with them the case of the notice that they followed."""
    acts(failed(story).do(DIRECTOR, "propose-powers", powers_proposed=["section 64"]), "board")
    told = heard(story, "The Secretary of State acts, powers of intervention")
    assert told == ["headteacher", "sia", CHAIR, DIRECTOR, "chair-of-governors"]
    assert story.ended
    assert "write-notice" not in story.trace[story.trace.index("tell-secretary") :]


def test_powers_in_force_outlast_his_act(story: Story) -> None:
    """LUT-IN.5: what becomes of them is settled with the Department for Education; no power is left without a case."""
    failed(story).do(DIRECTOR, "propose-powers", powers_proposed=["section 64"])
    story.do("chair-of-governors", "answer-consultation")
    story.do(DIRECTOR, "use-powers", powers_used=["section 64"], powers_interval="1 month")
    acts(story, "warning notice")
    assert "go on until it is settled" in text(story, "chair-of-governors", "The Secretary of State acts, powers")
    assert "review-powers" in story.wait_for("review-due").waiting()


def test_a_notice_that_his_act_ended_does_not_stand_after_another(story: Story) -> None:
    """LUT-IN.4: he puts governors in place, and directs on the same day that the school be closed; a power is in force."""
    failed(story).do(DIRECTOR, "propose-powers", powers_proposed=["section 64"])
    story.do("chair-of-governors", "answer-consultation")
    story.do(DIRECTOR, "use-powers", powers_used=["section 64"], powers_interval="1 month")
    acts(acts(story, "board"), "closure")
    assert heard(story, "The Secretary of State acts, the authority's notice stands") == []


def test_an_intervention_goes_on_beside_his_act(story: Story) -> None:
    """LUT-IN.1 LUT-IN.5: an academy order for an inadequate school; the powers that are proposed go on until it converts."""
    intervene(story).do(DIRECTOR, "group-meets", next_step="powers")
    acts(story, "academy order")
    assert "until the school is an academy" in text(story, "chair-of-governors", "The Secretary of State acts, interv")
    assert "propose-powers" in story.waiting()


def test_powers_over_an_inadequate_school_may_be_proposed_again_later(story: Story) -> None:
    """LUT-IN.5: once he allows it; what ended with his act does not end the next proposal."""
    intervene(story).do(DIRECTOR, "group-meets", next_step="powers", group_interval="1 month")
    acts(story, "board").wait_for("group-due").do(DIRECTOR, "group-meets", next_step="powers")
    assert "propose-powers" in story.waiting()


def test_the_trust_is_met_next_by_the_day_on_which_it_was_met(story: Story) -> None:
    """LUT-AC.1: a meeting of 14 September 2026 that is typed ten days later; a month on is Wednesday 14 October."""
    story.start("sia", "luton-ri-academy", "120006").wait_for("meeting-due").later(10)
    answers = {"trust_result": "assured", "trust_interval": "1 month", "ceo_met_on": "2026-09-14"}
    assert str(story.do("sia", "meet-ceo", **answers).due("meeting-due").date()) == "2026-10-14"


def test_a_unit_s_intervention_offers_a_pre_warning_notice(story: Story) -> None:
    """LUT-IN.4: section 59 of the Education and Inspections Act 2006 does not name pupil referral units."""
    labels = options(intervene(story, "120018"), "group-meets", "next_step")
    assert labels == ["Carry on, and meet again", "A pre-warning notice"]


def options(story: Story, element: str, key: str) -> list[str]:
    """The labels that a question of an open task offers."""
    [task] = [each for each in story.engine.tasks.open(story.case) if each.element == element]
    with story.engine.reading() as session:
        detail = queries.task(session, task.id)
    [field] = [each for each in load_form(detail.form).fields if each.key == key]
    return [each.label for each in Asking(dict(detail.variables), Feel.shared()).options(field)]


def test_whoever_appoints_the_foundation_governors_hears_that_a_conversion_ends_an_intervention(story: Story) -> None:
    """LUT-IN.1: they were told that it began; as an academy the school has no such governors any more."""
    intervene(story, "120005").converts("120005")
    assert "foundation-governor-appointer" in heard(story, "Intervention ends, now an academy")
