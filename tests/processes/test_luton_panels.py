"""Luton's monitoring panels, and the intervention in an inadequate school."""

from __future__ import annotations

from typing import Any

import pytest

from engine import Engine, queries
from engine.clock import VirtualClock
from tests.processes.story import Story

PANEL, INADEQUATE, DIRECTOR = "luton-monitoring-panel", "luton-inadequate", "service-director"
COMMUNITY, AIDED, ACADEMY, FOUNDATION, INDEPENDENT = "120001", "120002", "120006", "120005", "120020"
SOUND = {
    "results": "in line",
    "leadership": "strong",
    "teaching": "sound",
    "ofsted": "good",
    "helps_others": "some",
    "further_criteria": [],
}
BEST = {
    "results": "above",
    "leadership": "very strong",
    "teaching": "strong",
    "ofsted": "outstanding features",
    "helps_others": "local support school",
    "further_criteria": [],
}


@pytest.fixture
def story(engine: Engine, clock: VirtualClock) -> Story:
    return Story(engine, clock, "luton")


def category_of(story: Story, urn: str) -> str:
    with story.engine.reading() as session:
        return queries.school(session, urn).category


@pytest.mark.parametrize(
    ("answers", "category"),
    [
        (BEST, "A"),
        ({**BEST, "helps_others": "some"}, "B"),
        (SOUND, "B"),
        ({**SOUND, "results": "below"}, "C"),
        ({**SOUND, "leadership": "cause for concern"}, "C"),
        ({**SOUND, "teaching": "weak"}, "C"),
        ({**SOUND, "ofsted": "requires improvement"}, "C"),
        ({**SOUND, "further_criteria": ["gaps"]}, "C"),
        ({**BEST, "further_criteria": ["first year after D"]}, "C"),
        ({**SOUND, "results": "below for over a year"}, "D"),
        ({**SOUND, "leadership": "serious risk"}, "D"),
        ({**SOUND, "ofsted": "requires improvement twice"}, "D"),
        ({**SOUND, "ofsted": "inadequate"}, "D"),
        ({**BEST, "further_criteria": ["notice"]}, "D"),
        ({**SOUND, "further_criteria": ["gaps", "safety"]}, "D"),
    ],
)
def test_the_criteria_make_the_category(story: Story, answers: dict[str, Any], category: str) -> None:
    """LUT-1.4: A and B need all criteria, C and D one or more; LUT-1.5: first year after D, and notices."""
    story.start("sia", PANEL, COMMUNITY).do("sia", "criteria", **answers)
    assert story.variables["worked_out_category"] == category


def test_three_panels_discuss_all_schools_each_term(story: Story) -> None:
    """LUT-1.1, LUT-1.2: A and B, C and D, and independent schools; academies too."""
    # The next term after 7 September 2026 is spring: the 4th of January 2027 is an INSET day, so the 5th.
    for panel in ("panel-ab", "panel-cd", "panel-independent"):
        assert str(story.beat(PANEL, panel).date()) == "2027-01-05"
    story.start_by_timer(PANEL, "panel-ab", COMMUNITY)
    assert len(story.cases(PANEL)) == 24
    assert len(story.cases(PANEL, ACADEMY)) == 1
    with story.engine.reading() as session:
        assert sorted(row.total for row in queries.batches(session)) == [1, 9, 14]
    story.follow(PANEL, INDEPENDENT)
    assert story.waiting() == ["panel-independent-school"]
    story.do("panel-chair", "panel-independent-school", particular_concern="no")
    assert story.ended
    assert story.trace[-1] == "no-concern"
    assert category_of(story, INDEPENDENT) == ""


def test_the_panel_agrees_the_category(story: Story) -> None:
    """LUT-1.1: the panel's category goes on the school's record."""
    story.start("sia", PANEL, COMMUNITY).do("sia", "criteria", **SOUND)
    story.do("panel-chair", "panel-discusses", panel_category="C", particular_concern="no")
    assert story.ended
    assert category_of(story, COMMUNITY) == "C"


@pytest.mark.parametrize(
    ("action", "element", "end"),
    [
        ("none", None, "no-action"),
        ("support", "arrange-support", "support-arranged"),
        ("DfE", "tell-regulator", "support-arranged"),
    ],
)
def test_a_particular_concern_leads_to_a_professionals_meeting(
    story: Story, action: str, element: str | None, end: str
) -> None:
    """LUT-1.3, LUT-1.6: and to further action by the process map, as far as the text tells it."""
    story.start("sia", PANEL, ACADEMY).do("sia", "criteria", **SOUND)
    story.do("panel-chair", "panel-discusses", panel_category="B", particular_concern="yes")
    story.do("panel-chair", "professionals-meeting", further_action=action)
    if element:
        assert story.waiting() == [element]
        story.do(DIRECTOR if action == "DfE" else "sia", element)
    assert story.ended
    assert story.trace[-1] == end


def intervene(story: Story, school: str) -> Story:
    """LUT-IN.1 to LUT-IN.3: up to the group's first meeting."""
    story.start("sia", INADEQUATE, school)
    assert category_of(story, school) == "D"
    story.do("sia", "statement-of-action").do(DIRECTOR, "convene-group")
    # Half a term on from Monday of week 2 of autumn 1 (7 September 2026): Monday 9 November.
    assert str(story.due("group-due").date()) == "2026-11-09"
    return story.wait_for("group-due")


def test_an_inadequate_school_until_it_is_good(story: Story) -> None:
    """LUT-IN.1, LUT-IN.2, LUT-IN.3, LUT-IN.4 (complied with), LUT-1.5."""
    intervene(story, COMMUNITY).do(DIRECTOR, "group-meets", next_step="carry on")
    story.wait_for("group-due").do(DIRECTOR, "group-meets", next_step="notice")
    story.do(DIRECTOR, "write-notice", notice_kind="warning", compliance_length=15, compliance_unit="days")
    story.wait_for("period-ends").do(DIRECTOR, "check-notice", notice_outcome="complied")
    story.wait_for("group-due").do(DIRECTOR, "group-meets", next_step="good")
    assert story.ended
    assert story.trace[-1] == "intervention-ends"


def test_the_notice_ends_when_the_school_becomes_an_academy(story: Story) -> None:
    """LUT-IN.4: the notice is handed over to the DfE, and the group meets on."""
    intervene(story, COMMUNITY).do(DIRECTOR, "group-meets", next_step="notice")
    story.do(DIRECTOR, "write-notice", notice_kind="warning", compliance_length=15, compliance_unit="days")
    assert story.converts(COMMUNITY).waiting() == ["tell-dfe"]
    story.do(DIRECTOR, "tell-dfe")
    assert "group-due" in {timer.element for timer in timers(story)}


def timers(story: Story) -> list[queries.TimerRow]:
    with story.engine.reading() as session:
        return queries.timers(session, instance=story.case)


@pytest.mark.parametrize(
    ("school", "bodies"),
    [
        (AIDED, ["chair-of-governors", "diocesan-representative"]),
        (FOUNDATION, ["chair-of-governors", "foundation-governor-appointer"]),
    ],
)
def test_powers_are_consulted_on_side_by_side(story: Story, school: str, bodies: list[str]) -> None:
    """LUT-IN.5, and LUT-IN.4: a notice that is not complied with leads to powers."""
    intervene(story, school).do(DIRECTOR, "group-meets", next_step="notice")
    story.do(DIRECTOR, "write-notice", notice_kind="warning", compliance_length=15, compliance_unit="days")
    story.wait_for("period-ends").do(DIRECTOR, "check-notice", notice_outcome="not complied").do(
        DIRECTOR, "propose-powers"
    )
    assert story.waiting() == ["answer-consultation"] * 2
    for body in bodies:
        story.do(body, "answer-consultation")
    assert len(story.variables["consultation_answers"]) == 2
    story.do(DIRECTOR, "use-powers", powers_used=["section 64", "section 66"])
    assert story.due("group-due"), "the group goes on"


def test_powers_without_a_notice_and_the_end_by_a_new_judgement(story: Story) -> None:
    """LUT-IN.5: an inadequate school needs no notice first; LUT-IN.1: begun by the message of the RI process."""
    story.receive("judged-inadequate", COMMUNITY).follow(INADEQUATE, COMMUNITY)
    story.do("sia", "statement-of-action").do(DIRECTOR, "convene-group").wait_for("group-due")
    story.do(DIRECTOR, "group-meets", next_step="powers").do(DIRECTOR, "propose-powers")
    assert "write-notice" not in story.trace
    story.receive("school-recovered", COMMUNITY)
    assert story.ended
    assert {"note-recovery", "intervention-ends"} <= set(story.trace)


def test_another_judgement_begins_no_second_case(story: Story) -> None:
    """LUT-IN.1."""
    story.receive("judged-inadequate", COMMUNITY).receive("judged-inadequate", COMMUNITY).follow(INADEQUATE, COMMUNITY)
    assert len(story.cases(INADEQUATE, COMMUNITY)) == 1
    assert "judged-again-noted" in story.trace
    assert story.waiting() == ["statement-of-action"]
