"""Barnsley's annual risk assessment, the review of the register, and the escalation that a high risk begins."""

from __future__ import annotations

from typing import Any

import pytest

from engine import queries
from engine.errors import FormInvalid
from tests.processes.barnsley import due, known, on_its_date, told
from tests.processes.story import Story

ASSESSMENT, REVIEW, ESCALATION = "barnsley-risk-assessment", "barnsley-risk-review", "barnsley-escalation"
COMMUNITY, HIGH, SECONDARY, INDEPENDENT, NURSERY = "100001", "100005", "100010", "100017", "100025"
HLS = "head-of-learning-and-standards"
SOUND = {"risk_data": "secure", "risk_ofsted": "good", "risk_leadership": "secure", "new_headteacher": "no"}


def assess(story: Story, level: str, **evidence: str) -> Story:
    """BAR-QA-2.2 to 4.2: the evidence, the level and the programme."""
    story.do("seo", "gather-evidence", **{**SOUND, **evidence}).do(HLS, "consult-head", risk_level=level)
    return story.do("seo", "plan-support")


@pytest.mark.parametrize(
    ("evidence", "level"),
    [
        ({}, "no risk"),
        ({"new_headteacher": "yes"}, "low"),
        ({"risk_leadership": "some concern"}, "low"),
        ({"risk_data": "some concern", "new_headteacher": "yes"}, "low"),
        ({"risk_ofsted": "requires improvement"}, "medium"),
        ({"risk_data": "serious concern"}, "medium"),
        ({"risk_leadership": "serious concern"}, "medium"),
        ({"risk_data": "serious concern", "risk_leadership": "serious concern"}, "high"),
        ({"risk_ofsted": "inadequate"}, "high"),
    ],
)
def test_the_level_follows_from_the_evidence(story: Story, evidence: dict[str, str], level: str) -> None:
    """BAR-QA-2.2, BAR-QA-2.4, BAR-QA-2.5: a new headteacher puts the school in a category of support."""
    story.start("seo", ASSESSMENT, COMMUNITY).do("seo", "gather-evidence", **{**SOUND, **evidence})
    assert story.variables["worked_out_risk"] == level


@pytest.mark.parametrize(
    ("level", "visits", "reports"),
    [
        ("high", "up to 24 SEO visits a year", "six written reports a year"),
        ("medium", "at least half-termly visits", "at least three written reports a year"),
        ("low", "termly visits", "three written reports"),
        ("no risk", "two visits a year", "two written reports"),
    ],
)
def test_support_follows_from_the_level(story: Story, level: str, visits: str, reports: str) -> None:
    """BAR-QA-4.1: table 1; BAR-QA-2.3: agreed with the Head of Learning and Standards."""
    story.start("seo", ASSESSMENT, COMMUNITY).do("seo", "gather-evidence", **SOUND).do(
        HLS, "consult-head", risk_level=level
    )
    assert story.variables["support"] == {"visits": visits, "reports": reports}
    assert story.category_of(COMMUNITY) == level


def test_each_august_a_case_begins_for_each_school_and_the_letter_goes_in_september(story: Story) -> None:
    """BAR-QA-2.1, BAR-QA-3.4."""
    assert str(story.beat(ASSESSMENT, "results-published").date()) == "2027-08-25"
    story.start_by_timer(ASSESSMENT, "results-published", COMMUNITY)
    assert len(story.cases(ASSESSMENT)) == 24
    assert story.cases(ASSESSMENT, NURSERY), "a maintained nursery school is a school of the authority"
    assert not story.cases(ASSESSMENT, INDEPENDENT)
    assess(story, "low")
    assert str(story.due("first-september").date()) == "2027-09-01"
    story.wait_for("first-september").do("seo", "send-letter")
    assert story.ended
    assert story.trace[-1] == "assessed"


def test_with_everybody_on_the_due_date_the_letter_goes_early_in_september(story: Story) -> None:
    """BAR-QA-2.1, BAR-QA-3.4: 25 August 2027 is a Wednesday, and the 30th a bank holiday."""
    story.start_by_timer(ASSESSMENT, "results-published", COMMUNITY)
    on_its_date(story, "seo", "gather-evidence", **SOUND)
    on_its_date(story, HLS, "consult-head", risk_level="low")
    story.engine.jobs.run_due()
    assert "plan-support" in story.waiting(), "the letter does not wait for the programme"
    assert str(due(story, "send-letter")) == "2027-09-07"


@pytest.mark.parametrize("level", ["medium", "high"])
def test_a_level_found_in_the_year_is_told_at_once(story: Story, level: str) -> None:
    """BAR-QA-3.5: by letter and visit, in any month; and a high risk begins the escalation at once (BAR-QA-4.3)."""
    story.start("seo", ASSESSMENT, COMMUNITY).do("seo", "gather-evidence", **SOUND)
    story.do(HLS, "consult-head", risk_level=level)
    assert story.waiting() == ["letter-and-visit", "plan-support"]
    story.engine.jobs.run_due()
    assert len(story.cases(ESCALATION, COMMUNITY)) == (1 if level == "high" else 0)


def test_a_new_headteacher_brings_a_category_of_support_in_any_month(story: Story) -> None:
    """BAR-QA-2.5: reported, it begins an assessment; the table says low at least, and nobody may agree on no risk."""
    report = {"new_headteacher_name": "Alex Newly", "new_headteacher_on": "2026-09-07"}
    story.receive("new-headteacher", COMMUNITY, **report).follow(ASSESSMENT, COMMUNITY)
    story.do("seo", "gather-evidence", risk_data="secure", risk_ofsted="good", risk_leadership="secure")
    assert story.variables["worked_out_risk"] == "low"
    with pytest.raises(FormInvalid):
        story.do(HLS, "consult-head", risk_level="no risk")
    story.do(HLS, "consult-head", risk_level="low")
    assert story.category_of(COMMUNITY) == "low"


def test_a_new_headteacher_reported_while_an_assessment_runs_counts_in_it(story: Story) -> None:
    """BAR-QA-2.5."""
    story.start("seo", ASSESSMENT, COMMUNITY).receive("new-headteacher", COMMUNITY, new_headteacher_on="2026-09-07")
    assert len(story.cases(ASSESSMENT, COMMUNITY)) == 1
    story.do("seo", "gather-evidence", risk_data="secure", risk_ofsted="good", risk_leadership="secure")
    assert story.variables["worked_out_risk"] == "low"


def test_a_high_risk_begins_the_escalation_once(story: Story) -> None:
    """BAR-QA-4.2, BAR-QA-4.3: where none is running for the school."""
    assess(story.start("seo", ASSESSMENT, COMMUNITY), "high").do("seo", "letter-and-visit")
    assert story.ended
    assert ("challenge-board", f"High risk: {story.variables['school']['name']}") in story.told
    story.follow(ESCALATION, COMMUNITY)
    assert story.waiting() == ["document-evidence"]
    story.receive("high-risk", COMMUNITY)
    assert len(story.cases(ESCALATION, COMMUNITY)) == 1
    assert "high-risk-noted" in story.trace
    assert story.waiting() == ["document-evidence"], "the case that runs goes on"


def test_a_case_begun_by_a_high_risk_asks_for_the_areas_of_concern(story: Story) -> None:
    """BAR-ESC: nobody has named them yet, and the Head of the BSA reads the evidence of each."""
    story.receive("high-risk", COMMUNITY).follow(ESCALATION, COMMUNITY)
    areas = ["behaviour and attitudes"]
    story.do("seo", "document-evidence", areas_of_concern=areas, evidence_behaviour="Many are late.")
    assert story.variables["areas_of_concern"] == areas
    assert "evidence_quality_of_education" not in story.variables
    shown = story.shown("head-of-bsa", "consider-evidence")
    assert "evidence_behaviour" in shown
    assert "evidence_staff_safety" not in shown


@pytest.mark.parametrize("school", [COMMUNITY, SECONDARY])
def test_a_high_risk_leads_to_a_sisg_in_any_school(story: Story, school: str) -> None:
    """BAR-QA-4.3: whatever its phase and category; the evidence goes to the Head of the BSA first (BAR-ESC-0.3)."""
    story.receive("high-risk", school).follow(ESCALATION, school)
    story.do("seo", "document-evidence", areas_of_concern=["quality of education"])
    story.do("head-of-bsa", "consider-evidence", head_of_bsa_decision="escalate", ieb_in_place="no")
    assert story.waiting() == ["set-up-sisg"]


def test_a_high_risk_does_not_end_without_action(story: Story) -> None:
    """BAR-QA-4.3."""
    story.receive("high-risk", COMMUNITY).follow(ESCALATION, COMMUNITY)
    story.do("seo", "document-evidence", areas_of_concern=["quality of education"])
    with pytest.raises(FormInvalid):
        story.do("head-of-bsa", "consider-evidence", head_of_bsa_decision="no further action")


def test_a_high_risk_found_while_a_case_runs_gives_it_a_sisg(story: Story) -> None:
    """BAR-QA-4.3."""
    story.start("seo", ESCALATION, SECONDARY, areas_of_concern=["quality of education"]).receive("high-risk", SECONDARY)
    story.do("seo", "document-evidence")
    story.do("head-of-bsa", "consider-evidence", head_of_bsa_decision="escalate", ieb_in_place="no")
    assert story.waiting() == ["set-up-sisg"]


def test_a_new_headteacher_takes_back_a_no_risk_that_was_agreed(story: Story) -> None:
    """BAR-QA-2.5, BAR-QA-4.1: before the letter goes; it and the programme go by the new level."""
    story.start_by_timer(ASSESSMENT, "results-published", COMMUNITY)
    story.do("seo", "gather-evidence", **SOUND).do(HLS, "consult-head", risk_level="no risk")
    story.receive("new-headteacher", COMMUNITY, new_headteacher_on="2027-09-01")
    assert story.category_of(COMMUNITY) == "low"
    assert "termly visits" in told(story, "seo", "New headteacher")
    assert known(story.wait_for("first-september"), "send-letter")["risk_level"] == "low"


def test_a_review_does_not_take_a_new_headteachers_school_to_no_risk(story: Story) -> None:
    """BAR-QA-2.5: whoever says "no risk" confirms that nobody is in their first year."""
    story.start("seo", REVIEW, COMMUNITY)
    with pytest.raises(FormInvalid):
        story.do("seo", "evaluate", risk_level="no risk", no_new_headteacher=False)
    story.do("seo", "evaluate", risk_level="no risk")
    assert story.category_of(COMMUNITY) == "no risk"


def test_a_high_risk_gives_a_sisg_to_a_school_that_was_to_have_none(story: Story) -> None:
    """BAR-QA-4.3: the rule is asked again, while the Head of the BSA thinks about support outside a SISG."""
    story.start("seo", ESCALATION, SECONDARY, areas_of_concern=["quality of education"]).do("seo", "document-evidence")
    decided = {"head_of_bsa_decision": "escalate", "school_category": "getting to good"}
    story.do("head-of-bsa", "consider-evidence", **decided)
    assert story.waiting() == ["decide-without-sisg"]
    assert story.receive("high-risk", SECONDARY).waiting() == ["set-up-sisg"]


def test_a_case_begun_by_hand_asks_for_the_areas_once(story: Story) -> None:
    story.start("seo", ESCALATION, COMMUNITY, areas_of_concern=["safety of staff"])
    assert "areas_of_concern" not in story.shown("seo", "document-evidence")


def evaluated(story: Story, level: str) -> Story:
    return story.do("seo", "evaluate", risk_level=level)


def test_each_month_schools_at_risk_are_evaluated(story: Story) -> None:
    """BAR-QA-3.1, BAR-QA-8.1: and presented to senior members and the lead member."""
    # A month on from Monday 7 September 2026: Wednesday 7 October, a school day.
    assert str(story.beat(REVIEW, "monthly").date()) == "2026-10-07"
    story.start_by_timer(REVIEW, "monthly", COMMUNITY)
    with story.engine.reading() as session:
        assert queries.batches(session)[0].total == sum(
            s.category in ("high", "medium", "low") for s in queries.schools(session)
        )
    same = {"risk_level": story.variables["school"]["category"], "evaluation_with": "The headteacher"}
    story.do("seo", "evaluate", **same, evaluation_actions="Two more visits.")
    assert story.ended
    presented = told(story, "lead-member", "Evaluation")
    assert "The headteacher" in presented, "reviewed with the school"
    assert "Two more visits." in presented, "and its action plan adjusted"
    assert story.trace[-1] == "unchanged"
    assert {"lead-member", HLS, "service-director"} == {role for role, _ in story.told}


@pytest.mark.parametrize("level", ["medium", "high"])
def test_a_change_of_level_is_told_by_letter_and_visit(story: Story, level: str) -> None:
    """BAR-QA-3.5; a level that becomes high begins the escalation at once, before the letter (BAR-QA-4.3)."""
    evaluated(story.start("seo", REVIEW, COMMUNITY), level)
    story.engine.jobs.run_due()
    assert len(story.cases(ESCALATION, COMMUNITY)) == (1 if level == "high" else 0)
    story.do("seo", "letter-and-visit")
    assert story.trace[-1] == "told"
    assert story.category_of(COMMUNITY) == level


def test_each_week_updates_are_reviewed(story: Story) -> None:
    """BAR-QA-3.2, BAR-QA-8.1."""
    assert str(story.beat(REVIEW, "weekly-beat").date()) == "2026-09-14"
    story.start_by_timer(REVIEW, "weekly-beat").do("seo", "weekly-review", needed="In Year 6.", no_longer="")
    assert "In Year 6." in told(story, HLS, "Weekly review of actions")
    assert story.ended
    assert story.trace[-1] == "week-reviewed"
    assert str(story.beat(REVIEW, "weekly-beat").date()) == "2026-09-21"


def test_each_term_the_challenge_board_scrutinises_the_impact(story: Story) -> None:
    """BAR-QA-3.3: drawn from the live cases."""
    answers: dict[str, Any] = {"areas_of_concern": ["quality of education"]}
    story.start("seo", ESCALATION, HIGH, **answers)
    # The next term after 7 September 2026 is spring: the 4th of January 2027 is an INSET day.
    assert str(story.beat(REVIEW, "termly-beat").date()) == "2027-01-05"
    story.clock.set(story.beat(REVIEW, "termly-beat"))
    story.engine.jobs.run_due()
    story.case = next(case for case in story.cases(REVIEW) if "live-cases" in story.engine.cases.trace(case))
    assert "waits for SEO evidence summary" in story.variables["live_schools"]
    story.do(HLS, "impact-report").do("challenge-board", "scrutinise")
    assert story.ended
    assert story.trace[-1] == "scrutinised"


def test_each_quarter_indicators_go_to_cabinet(story: Story) -> None:
    """BAR-QA-7.1, BAR-QA-8.1."""
    story.start("seo", ESCALATION, HIGH, areas_of_concern=["quality of education"])
    # Three months on from 7 September 2026: Monday 7 December.
    assert str(story.beat(REVIEW, "quarterly-beat").date()) == "2026-12-07"
    story.clock.set(story.beat(REVIEW, "quarterly-beat"))
    story.engine.jobs.run_due()
    story.case = next(
        c for c in story.cases(REVIEW) if [t.element for t in story.engine.tasks.open(c)] == ["indicators"]
    )
    assert "waits for SEO evidence summary" in story.variables["live_schools"], "drawn from the live cases"
    story.do(HLS, "indicators")
    assert story.ended
    assert ("lead-member", "Quarterly performance report") in story.told


def test_an_escalated_school_is_at_low_or_no_risk_only_with_a_reason(story: Story) -> None:
    """BAR-QA-2.4: a notice may be running."""
    story.start("seo", ESCALATION, COMMUNITY).start("seo", ASSESSMENT, COMMUNITY).do("seo", "gather-evidence", **SOUND)
    assert "level_despite" in story.refused(HLS, "consult-head", risk_level="no risk", level_despite="")
    story.do(HLS, "consult-head", risk_level="no risk")
    assert story.category_of(COMMUNITY) == "no risk"


def test_the_annual_assessment_passes_over_no_school_with_one_of_the_year_open(story: Story) -> None:
    """BAR-QA-2.1: the letter of the year gives way to that of the annual assessment."""
    story.start("seo", ASSESSMENT, COMMUNITY)
    before = story.case
    story.start_by_timer(ASSESSMENT, "results-published", COMMUNITY)
    assert story.case != before
    assert story.engine.cases.get(before).status != "active"


def test_the_monthly_review_passes_over_no_school_with_one_open(story: Story) -> None:
    """BAR-QA-3.1: what is open of the month before stays to be done."""
    story.start_by_timer(REVIEW, "monthly", COMMUNITY).start_by_timer(REVIEW, "monthly", COMMUNITY)
    assert [story.engine.cases.get(each).status for each in story.cases(REVIEW, COMMUNITY)] == ["active"] * 2


def test_a_school_at_no_risk_is_in_a_category_of_support_from_its_new_headteacher_s_report(story: Story) -> None:
    """BAR-QA-2.5: automatically, though nobody assesses it."""
    assess(story.start("seo", ASSESSMENT, COMMUNITY), "no risk").do("seo", "letter-and-visit")
    assert story.category_of(COMMUNITY) == "no risk"
    story.report("seo", "new-headteacher", COMMUNITY)
    assert story.category_of(COMMUNITY) == "low"


def test_a_judgement_by_ofsted_begins_an_assessment_and_is_told(story: Story) -> None:
    """BAR-QA-2.2 BAR-QA-4.3: Ofsted's outcomes are evidence; a high risk begins the escalation, as ever."""
    story.report("head-of-bsa", "ofsted-judgement", COMMUNITY, judgement="inadequate").follow(ASSESSMENT, COMMUNITY)
    assert [role for role, subject in story.told if subject.startswith("Ofsted has judged")] == [
        "seo",
        "system-leader",
        HLS,
        "head-of-bsa",
        "head-of-education-partnerships",
        "service-director",
    ]
    story.do("seo", "gather-evidence", risk_ofsted="inadequate").do(HLS, "consult-head", risk_level="high")
    story.engine.jobs.run_due()
    assert len(story.cases(ESCALATION, COMMUNITY)) == 1


def test_a_judgement_while_an_assessment_runs_begins_it_anew(story: Story) -> None:
    """BAR-QA-2.2 BAR-QA-3.5: no letter goes with a level that the judgement has overtaken."""
    story.start("seo", ASSESSMENT, COMMUNITY).do("seo", "gather-evidence", **SOUND).do(HLS, "consult-head")
    story.report("seo", "ofsted-judgement", COMMUNITY, judgement="requires improvement", judgement_summary="Read it.")
    assert story.ended
    assert story.follow(ASSESSMENT, COMMUNITY).waiting() == ["gather-evidence"]
    assert story.variables["judgement_summary"] == "Read it."
