"""What a form keeps to certain roles stays out of other people's pages, prefilled answers and data for scripts."""

from __future__ import annotations

from flask import Flask

from tests.webapp.conftest import Browser, engine_of


def to_the_update(app: Flask) -> int:
    """A case at the SEO's update after a SISG with confidential minutes; the chair of governors' summary waits too."""
    engine = engine_of(app)
    for element, values in (
        ("document-evidence", {"evidence_summary": "Weak."}),
        ("consider-evidence", {"head_of_bsa_decision": "escalate", "school_category": "getting to good"}),
        ("set-up-sisg", {}),
        ("hold-sisg", {"sisg_minutes": "TOP-SECRET-MINUTES"}),
        ("update-on-progress", {"sisg_next": "consider stage 2", "sisg_interval": "1 month"}),
        ("share-summary", {}),
        ("seo-on-stage-2", {"stage_2_seo": "escalate"}),
        ("hep-on-stage-2", {"stage_2_hep": "escalate"}),
        ("notice-to-improve", {}),
        ("call-meeting", {}),
        ("external-report", {}),
        ("internal-report", {}),
    ):
        task = next(t for t in engine.tasks.open(1) if t.element == element)
        engine.tasks.complete(task.id, values, by="seo@barnsley.example.org")
    return engine.tasks.open(1)[0].id


def test_minutes_do_not_reach_a_clerk_by_the_page_of_a_task(app: Flask, browser: Browser, case: int) -> None:
    task = to_the_update(app)
    status, page = browser.sign_in("clerk").get(f"/tasks/{task}")
    assert status == 200
    assert "Accountability meeting: record" in page
    assert "TOP-SECRET-MINUTES" not in page
    assert "Weak." not in page, "the page carries nothing of the case that its form does not need"
    assert "TOP-SECRET-MINUTES" not in browser.get("/cases/1")[1]


def test_people_from_outside_read_only_what_their_own_roles_recorded(app: Flask, browser: Browser, case: int) -> None:
    to_the_update(app)
    task = next(t for t in engine_of(app).tasks.open(1) if t.element == "hold-meeting")
    engine_of(app).tasks.complete(
        task.id, {"meeting_agreed_actions": "Phonics training."}, by="clerk@barnsley.example.org"
    )
    _, page = browser.sign_in("clerk").get("/cases/1")
    assert "Phonics training." in page
    assert "Weak." not in page
    assert "Weak." in browser.sign_in("service-director").get("/cases/1")[1]
