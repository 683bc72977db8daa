"""Luton's monitoring panels."""

from __future__ import annotations

from typing import Any

import pytest

from engine import queries
from engine.errors import FormInvalid
from tests.processes.story import Story

PANEL, MEETING, DIRECTOR = "luton-monitoring-panel", "luton-professionals-meeting", "service-director"
COMMUNITY, ACADEMY, INDEPENDENT, IN_D, NURSERY = "120001", "120010", "120020", "120022", "120025"
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


@pytest.mark.parametrize(
    ("answers", "category"),
    [
        (BEST, "A"),
        ({**BEST, "helps_others": "some"}, "B"),
        (SOUND, "B"),
        ({**BEST, "teaching": "sound"}, "B"),
        ({**SOUND, "helps_others": "none"}, None),
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
def test_the_criteria_make_the_category(story: Story, answers: dict[str, Any], category: str | None) -> None:
    """LUT-1.4: A and B need all criteria, C and D one or more, and a school that fits none has none; LUT-1.5: first year after D, and notices."""
    story.start("sia", PANEL, COMMUNITY).do("sia", "criteria", **answers)
    assert story.variables["worked_out_category"] == category


def test_three_panels_discuss_all_schools_each_term(story: Story) -> None:
    """LUT-1.1, LUT-1.2: A and B, C and D, and independent schools; academies too."""
    # The next term after 7 September 2026 is spring: the 4th of January 2027 is an INSET day, so the 5th.
    for panel in ("panel-ab", "panel-cd", "panel-independent"):
        assert str(story.beat(PANEL, panel).date()) == "2027-01-05"
    story.start_by_timer(PANEL, "panel-ab", COMMUNITY)
    assert len(story.cases(PANEL)) == 25
    assert story.cases(PANEL, NURSERY), "a maintained nursery school is a school of the authority"
    assert len(story.cases(PANEL, ACADEMY)) == 1
    with story.engine.reading() as session:
        assert sorted(row.total for row in queries.batches(session)) == [1, 9, 15]
    story.follow(PANEL, INDEPENDENT)
    assert story.waiting() == ["panel-independent-school"]
    story.do("panel-chair", "panel-independent-school", particular_concern="no")
    assert story.ended
    assert story.trace[-1] == "no-concern"
    assert story.category_of(INDEPENDENT) == ""


def test_the_panel_agrees_the_category(story: Story) -> None:
    """LUT-1.1: the panel's category goes on the school's record."""
    story.start("sia", PANEL, COMMUNITY).do("sia", "criteria", **SOUND)
    story.do("panel-chair", "panel-discusses", panel_category="C", particular_concern="no")
    assert story.ended
    assert story.category_of(COMMUNITY) == "C"


@pytest.mark.parametrize(
    ("answers", "category"), [(SOUND, "C"), (BEST, "C"), ({**SOUND, "results": "below for over a year"}, "D")]
)
def test_a_school_that_leaves_category_d_is_in_c_first(story: Story, answers: dict[str, Any], category: str) -> None:
    """LUT-1.5: whatever else it fulfils, in the first year."""
    story.start("sia", PANEL, IN_D).do("sia", "criteria", **answers)
    assert story.variables["worked_out_category"] == category


@pytest.mark.parametrize("begins", ["notice", "intervention"])
def test_a_school_with_a_notice_or_an_intervention_stays_in_category_d(story: Story, begins: str) -> None:
    """LUT-1.5: whatever the panel agrees, while it runs."""
    if begins == "notice":
        story.start(DIRECTOR, "luton-warning-notice", COMMUNITY).do(DIRECTOR, "write-notice", notice_kind="warning")
    else:
        story.start("sia", "luton-inadequate", COMMUNITY)
    story.start("sia", PANEL, COMMUNITY).do("sia", "criteria", **BEST)
    assert story.variables["worked_out_category"] == "D"
    with pytest.raises(FormInvalid):
        story.do("panel-chair", "panel-discusses", panel_category="A", particular_concern="no")
    story.do("panel-chair", "panel-discusses", panel_category="D", particular_concern="no")
    assert story.category_of(COMMUNITY) == "D"


@pytest.mark.parametrize(
    ("answers", "refused", "agreed"),
    [
        ({**BEST, "ofsted": "requires improvement"}, "B", "C"),
        ({**BEST, "ofsted": "inadequate"}, "C", "D"),
        (SOUND, "A", "B"),
        (BEST, None, "D"),
    ],
)
def test_the_panel_agrees_no_higher_category_than_the_criteria_give(
    story: Story, answers: dict[str, Any], refused: str | None, agreed: str
) -> None:
    """LUT-1.4: one criterion of C or D is enough, and A needs all of its own; a lower category may be agreed."""
    story.start("sia", PANEL, COMMUNITY).do("sia", "criteria", **answers)
    if refused:
        with pytest.raises(FormInvalid):
            story.do("panel-chair", "panel-discusses", panel_category=refused, particular_concern="no")
    story.do("panel-chair", "panel-discusses", panel_category=agreed, particular_concern="no")
    assert story.category_of(COMMUNITY) == agreed


def test_a_school_that_has_left_category_d_is_not_put_in_a(story: Story) -> None:
    """LUT-1.5: in its first year after category D it is in C."""
    story.start("sia", PANEL, IN_D).do("sia", "criteria", **BEST)
    with pytest.raises(FormInvalid):
        story.do("panel-chair", "panel-discusses", panel_category="A", particular_concern="no")


@pytest.mark.parametrize(
    ("action", "element", "end"),
    [
        ("none", None, "no-action"),
        ("support", "arrange-support", "support-arranged"),
        ("DfE", "tell-regulator", "regulator-told"),
    ],
)
def test_a_particular_concern_leads_to_a_professionals_meeting(
    story: Story, action: str, element: str | None, end: str
) -> None:
    """LUT-1.3, LUT-1.6: and to further action by the process map, as far as the text tells it."""
    story.start("sia", PANEL, ACADEMY).do("sia", "criteria", **SOUND)
    story.do("panel-chair", "panel-discusses", panel_category="B", panel_why="Attendance.", particular_concern="yes")
    assert story.follow(MEETING, ACADEMY).variables["panel_reason"] == "Attendance."
    story.do("panel-chair", "professionals-meeting", further_action=action)
    if element:
        assert story.waiting() == [element]
        story.do(DIRECTOR if action == "DfE" else "sia", element)
    assert story.ended
    assert story.trace[-1] == end


def test_support_that_is_still_open_keeps_no_school_from_the_next_panel(story: Story) -> None:
    """LUT-1.2 LUT-1.3: the school's turn is over when the panel has discussed it."""
    story.start("sia", PANEL, COMMUNITY).do("sia", "criteria", **SOUND)
    story.do("panel-chair", "panel-discusses", panel_category="B", particular_concern="yes")
    story.follow(MEETING, COMMUNITY).do("panel-chair", "professionals-meeting", further_action="support")
    story.start_by_timer(PANEL, "panel-ab", COMMUNITY)
    assert len(story.cases(PANEL, COMMUNITY)) == 2


def test_a_concern_that_cannot_wait_needs_no_panel(story: Story) -> None:
    """LUT-1.3: begun by hand, for an independent school too."""
    assert story.start("sia", MEETING, INDEPENDENT).waiting() == ["professionals-meeting"]


def test_a_second_concern_is_put_to_the_same_meeting(story: Story) -> None:
    """LUT-1.3: and told to those who hold it."""
    story.start("sia", MEETING, COMMUNITY).receive("particular-concern", COMMUNITY, panel_reason="Exclusions.")
    assert len(story.cases(MEETING, COMMUNITY)) == 1
    assert ("panel-chair", f"Another concern: {story.variables['school']['name']}") in story.told
    assert "another-told" in story.trace


def test_a_category_whose_criteria_are_not_met_needs_a_reason(story: Story) -> None:
    """LUT-1.4: a school that fits neither A nor B is put there only for a reason that stays on record."""
    story.start("sia", PANEL, COMMUNITY).do("sia", "criteria", **{**SOUND, "helps_others": "none"})
    chosen = {"panel_category": "A", "particular_concern": "no"}
    assert "panel_against" in story.refused("panel-chair", "panel-discusses", panel_against="", **chosen)
    story.do("panel-chair", "panel-discusses", panel_against="It begins to help others this term.", **chosen)
    assert story.variables["panel_against"] == "It begins to help others this term."
