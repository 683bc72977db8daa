"""Redcar and Cleveland's warning notice: its period, what overrides it, the powers of intervention, and their return."""

from __future__ import annotations

import pytest

from engine import Engine
from engine.clock import VirtualClock
from engine.errors import AnswerKept
from tests.processes.story import Story

PROCESS, HOE = "redcar-warning-notice", "head-of-education"
COMMUNITY, AIDED, FOUNDATION, ACADEMY = "110001", "110002", "110005", "110006"


@pytest.fixture
def story(engine: Engine, clock: VirtualClock) -> Story:
    return Story(engine, clock, "redcar-cleveland")


def give_notice(story: Story, copies: int, **period: object) -> Story:
    """RED-8A.2, RED-8A.4: the notice, and a copy to each who gets one."""
    story.do(HOE, "determine-notice").do(HOE, "give-notice", **period)
    assert story.waiting() == ["send-copies"] * copies
    for _ in range(copies):
        story.do("sia", "send-copies")
    return story


def use_powers(story: Story, *bodies: str) -> Story:
    """RED-8B.1 to 8B.3: told, consulted, decided and used."""
    story.do(HOE, "propose-powers")
    assert story.waiting() == ["answer-consultation"] * len(bodies)
    for body in bodies:
        story.do(body, "answer-consultation", consultation_view="partly")
    return story.do(HOE, "decide-powers", powers_used=["additional governors"]).do(HOE, "use-powers")


def test_a_notice_that_is_not_complied_with_leads_to_powers_and_back(story: Story) -> None:
    """RED-8A.1, RED-8A.2, RED-8A.3, RED-8A.4, RED-8A.8, RED-8B.1, RED-8B.2, RED-8B.3, RED-8C.1."""
    story.start(HOE, PROCESS, AIDED)
    give_notice(story, 4, compliance_length=15, compliance_unit="days")
    assert [copy["to"] for copy in story.variables["copies"]] == [
        "headteacher",
        "Ofsted",
        "diocesan authority",
        "person who appoints the foundation governors",
    ]
    # Given on Monday 7 September 2026, the fifteenth day after is Tuesday 22 September: what follows comes on the 23rd.
    assert str(story.due("compliance-ends").date()) == "2026-09-23"
    story.wait_for("compliance-ends").do(HOE, "check-compliance", notice_outcome="not complied").do(
        HOE, "further-notice"
    )
    use_powers(story, "chair-of-governors", "diocesan-representative")
    # Half a term on from Wednesday of week 4 of autumn 1: Wednesday of week 4 of autumn 2, which begins on 2 November 2026.
    assert str(story.due("review-due").date()) == "2026-11-25"
    story.wait_for("review-due").do("sia", "review-improvement", improved="not yet")
    story.wait_for("review-due").do("sia", "review-improvement", improved="yes")
    assert story.waiting() == ["give-back"], "what was taken is given back, and confirmed in writing"
    story.do(HOE, "give-back")
    answers = story.variables["consultation_answers"]
    assert [(a["who"], a["view"]) for a in answers] == [("Governing body", "partly"), ("Diocesan authority", "partly")]
    assert story.ended
    assert {"use-powers", "give-back", "powers-restored"} <= set(story.trace)


def test_a_notice_that_is_complied_with_ends_the_case(story: Story) -> None:
    """RED-8A.3 in working days, RED-8A.4 for a community school: two copies."""
    give_notice(story.start(HOE, PROCESS, COMMUNITY), 2, compliance_length=10, compliance_unit="working days")
    # Ten working days counted from Tuesday 8 September end with Monday 21 September 2026.
    assert str(story.due("compliance-ends").date()) == "2026-09-22"
    story.wait_for("compliance-ends").do(HOE, "check-compliance", notice_outcome="complied").do(HOE, "confirm-complied")
    assert story.ended
    assert story.trace[-1] == "complied"


def test_the_notice_ends_when_the_school_becomes_an_academy(story: Story) -> None:
    """RED-8A.7: the DfE is alerted in its place."""
    give_notice(story.start(HOE, PROCESS, COMMUNITY), 2, compliance_length=15, compliance_unit="days")
    assert story.converts(COMMUNITY).waiting() == ["alert-dfe"]
    story.do(HOE, "alert-dfe")
    assert story.ended
    assert "converted" in story.trace


def test_no_power_is_used_over_a_school_that_has_become_an_academy(story: Story) -> None:
    """RED-8B.1: the step is not taken, and a manager is told why."""
    give_notice(story.start(HOE, PROCESS, COMMUNITY), 2, compliance_length=15, compliance_unit="days")
    story.wait_for("compliance-ends").do(HOE, "check-compliance", notice_outcome="not complied")
    story.converts(COMMUNITY)
    with pytest.raises(AnswerKept, match="This school is an academy now"):
        story.do(HOE, "further-notice")
    assert story.waiting() == ["further-notice"]


def test_an_academy_gets_no_notice_and_the_dfe_is_alerted(story: Story) -> None:
    """RED-8A.7."""
    story.start(HOE, PROCESS, ACADEMY)
    assert story.waiting() == ["alert-dfe"]
    story.do(HOE, "alert-dfe")
    assert story.ended
    assert story.trace[-1] == "dfe-alerted"


def test_no_ground_no_notice(story: Story) -> None:
    """RED-8A.1: begun by category 3 (RED-7.4), and the group determines that none is given."""
    story.receive("category-3", COMMUNITY).follow(PROCESS, COMMUNITY)
    story.do(HOE, "determine-notice", notice_decision="no notice")
    assert story.ended
    assert story.trace[-1] == "no-notice"


def test_representations_are_recorded_while_the_period_runs_on(story: Story) -> None:
    """RED-8A.5: at any moment of the period, and more than once."""
    give_notice(story.start(HOE, PROCESS, COMMUNITY), 2, compliance_length=15, compliance_unit="days")
    before = story.due("compliance-ends")
    for _ in range(2):
        story.receive("representations-made", COMMUNITY).do("sia", "record-representations")
    assert story.due("compliance-ends") == before
    assert not story.ended


def test_an_inadequate_judgement_overrides_the_notice(story: Story) -> None:
    """RED-8D.1: straight to eligibility, without a further notice; a foundation school's appointer is consulted (RED-8B.3)."""
    give_notice(story.start(HOE, PROCESS, FOUNDATION), 3, compliance_length=15, compliance_unit="days")
    story.receive("ofsted-inadequate", FOUNDATION)
    assert story.waiting() == ["propose-powers"]
    assert "further-notice" not in story.trace
    story.do(HOE, "propose-powers").do("chair-of-governors", "answer-consultation")
    story.do("foundation-governor-appointer", "answer-consultation").do(HOE, "decide-powers", powers_used=[])
    assert story.ended
    assert "no-powers" in story.trace


def test_the_secretary_of_state_directs_a_notice_and_gives_one(story: Story) -> None:
    """RED-8A.6: directed to give a notice; the Secretary of State's own notice then voids it."""
    story.receive("secretary-of-state-direction", COMMUNITY).follow(PROCESS, COMMUNITY)
    give_notice(story, 2, compliance_length=15, compliance_unit="days").receive("secretary-of-state-notice", COMMUNITY)
    assert story.ended
    assert story.trace[-1] == "void"


def test_category_3_begins_no_second_notice_while_one_runs(story: Story) -> None:
    """RED-7.4."""
    story.receive("category-3", COMMUNITY).receive("category-3", COMMUNITY).follow(PROCESS, COMMUNITY)
    assert len(story.cases(PROCESS, COMMUNITY)) == 1
    assert "category-3-noted" in story.trace
    assert story.waiting() == ["determine-notice"], "the case that runs goes on"
