"""Dates in Redcar and Cleveland's forms lie where the case lets them: after the decision, the notice, the appeal."""

from __future__ import annotations

from tests.processes.redcar import COMMUNITY, DIRECTOR, HOE, give_notice
from tests.processes.redcar import NOTICE as PROCESS
from tests.processes.story import Story


def test_a_notice_is_not_given_before_it_was_determined(story: Story) -> None:
    """RED-8A.2: determined on 7 September, recorded a week later."""
    story.start(HOE, PROCESS, COMMUNITY).do(HOE, "determine-notice").later(7)
    assert "notice_given_on" in story.refused(HOE, "give-notice", notice_given_on="2026-09-04")


def test_representations_come_after_the_notice(story: Story) -> None:
    """RED-8A.5"""
    give_notice(story.start(HOE, PROCESS, COMMUNITY), 3).later(7)
    said = {"representations_received_on": "2026-09-04", "representations_say": "No."}
    assert "representations_received_on" in story.report_refused(HOE, "representations-made", COMMUNITY, **said)


def test_the_further_notice_comes_after_the_first(story: Story) -> None:
    """RED-8A.8"""
    give_notice(story.start(HOE, PROCESS, COMMUNITY), 3).wait_for("compliance-ends")
    story.do(HOE, "check-compliance", notice_outcome="not complied")
    assert "further_notice_on" in story.refused(HOE, "further-notice", further_notice_on="2026-09-01")


def test_results_are_shared_after_the_visit(story: Story) -> None:
    """RED-6.3: visited on 7 September."""
    story.start("sia", "redcar-categorisation", COMMUNITY).do("intelligence-hub-manager", "data-pack").do(
        "sia", "visit"
    )
    story.do("governor-support", "answer-questions").do(HOE, "propose-category")
    assert "letter_on" in story.refused("sia", "share-results", letter_on="2026-09-01")


def not_complied(story: Story) -> Story:
    """RED-8A.8: given on 7 September, the fifteen days end with the 22nd, and the notice is not complied with."""
    period = {"compliance_length": 15, "compliance_unit": "days"}
    give_notice(story.start(HOE, PROCESS, COMMUNITY), 3, **period).wait_for("compliance-ends")
    return story.do(HOE, "check-compliance", notice_outcome="not complied")


def test_the_further_notice_is_not_given_within_the_compliance_period(story: Story) -> None:
    """RED-8A.8: the 22nd is the period's last day."""
    told = not_complied(story).refused(HOE, "further-notice", further_notice_on="2026-09-22")
    assert told == {
        "further_notice_on": [
            "The date of the further written notice must be the same as or after 23 September 2026",
        ]
    }


def consulted(story: Story) -> Story:
    """RED-8B.3: the governing body answers on 30 September."""
    not_complied(story).do(HOE, "further-notice").do(HOE, "propose-powers").later(7)
    return story.do("chair-of-governors", "answer-consultation").later(7)


def test_powers_are_not_decided_before_the_consultation_is_over(story: Story) -> None:
    """RED-8B.3: "before the local authority exercises these powers it will consult"."""
    refused = consulted(story).refused(DIRECTOR, "decide-powers", powers_decided_on="2026-09-29")
    assert refused == {"powers_decided_on": ["The day of the decision must be the same as or after 30 September 2026"]}


def test_powers_are_not_in_force_before_they_are_decided(story: Story) -> None:
    """RED-8B.2, RED-8B.3: decided on 7 October."""
    consulted(story).do(DIRECTOR, "decide-powers", powers_decided_on="2026-10-07")
    assert "governors_from" in story.refused(HOE, "use-powers", governors_from="2026-10-06")


def test_the_visit_of_a_round_is_not_that_of_an_earlier_one(story: Story) -> None:
    """RED-4.1: three rounds a year."""
    story.start("sia", "redcar-categorisation", COMMUNITY).do("intelligence-hub-manager", "data-pack")
    assert "visited_on" in story.refused("sia", "visit", visited_on="2026-03-02")
