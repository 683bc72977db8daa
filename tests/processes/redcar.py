"""What the stories of Redcar and Cleveland's warning notices and powers share: reports, the notice, the powers in use."""

from __future__ import annotations

from engine import EventReport
from tests.processes.story import Story

NOTICE, FOLLOW_UP, HOE = "redcar-warning-notice", "redcar-category-follow-up", "head-of-education"
COMMUNITY, AIDED, FOUNDATION, ACADEMY = "110001", "110002", "110005", "110006"


def report(story: Story, message: str, urn: str, role: str = HOE, **answers: object) -> Story:
    """Somebody reports what has happened, with the answers of the event's form."""
    story.engine.messages.report(EventReport(message, answers, urn), story.scope(role))
    story.engine.jobs.run_due()
    return story


def judged_inadequate(story: Story, urn: str) -> Story:
    """RED-8D.1: Ofsted's judgement is reported."""
    return report(story, "ofsted-inadequate", urn, judged_as="special measures", judged_published_on="2026-09-04")


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
