"""What Redcar and Cleveland's stories share: a round to its category, reports, the notice, the powers in use."""

from __future__ import annotations

from tests.processes.story import Story

NOTICE, FOLLOW_UP, HOE = "redcar-warning-notice", "redcar-category-follow-up", "head-of-education"
DIRECTOR = "director-of-people-services"
CATEGORISATION = "redcar-categorisation"
COMMUNITY, AIDED, FOUNDATION, ACADEMY = "110001", "110002", "110005", "110006"


def report(story: Story, message: str, urn: str, role: str = HOE, **answers: object) -> Story:
    """Somebody reports what has happened, with the answers of the event's form."""
    return story.report(role, message, urn, **answers)


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
    return story.do(DIRECTOR, "decide-powers", powers_used=["additional governors"]).do(HOE, "use-powers")


def propose(story: Story, category: str, **judged: str) -> Story:
    """RED-5.1, RED-4.1, RED-6.5, RED-6.3: from the data pack to the letter."""
    story.do("intelligence-hub-manager", "data-pack").do("sia", "visit")
    story.do("governor-support", "answer-questions", **judged).do(HOE, "propose-category", category=category)
    return story.do("sia", "share-results")


def settle(story: Story, category: str, urn: str = COMMUNITY) -> Story:
    """RED-6.1: nobody appeals; what follows is a case of its own."""
    propose(story.start("sia", CATEGORISATION, urn), category).wait_for("no-appeal")
    return story.follow(FOLLOW_UP, urn)
