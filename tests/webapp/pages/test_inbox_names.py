"""The inbox speaks the policies' own words: what they call a task, a tier and a process is what its people read."""

from __future__ import annotations

import re
from html import unescape

from flask import Flask

from engine.clock import VirtualClock
from tests.processes.barnsley import COMMUNITY, HEP, meeting, raise_concern, stage_2
from tests.processes.story import Story
from tests.processes.test_cheshire_east_iop import AIDED, SMT, enter
from tests.webapp.conftest import Browser, engine_of

_ROW = re.compile(
    r'<th scope="row"[^>]*><a [^>]*>(?P<task>[^<]*)</a>.*?data-label="Process">(?P<process>.*?)</td>', re.S
)


def inbox(app: Flask, role: str, authority: str) -> dict[str, str]:
    """What the inbox of the person with this role shows: {task: process}."""
    _, page = Browser(app.test_client()).sign_in(role, authority).get("/tasks")
    return {unescape(row["task"]): _text(row["process"]) for row in _ROW.finditer(page)}


def _text(cell: str) -> str:
    """A cell as it is read: without tags, each run of white space one space."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", cell)).split())


def test_barnsley_asks_for_the_evidence_summary_and_the_head_of_bsa_decides(
    everywhere: Flask, clock: VirtualClock
) -> None:
    story = Story(engine_of(everywhere), clock, "barnsley").start("seo", "barnsley-escalation", COMMUNITY)
    assert "SEO evidence summary" in inbox(everywhere, "seo", "barnsley")
    story.do("seo", "document-evidence")
    assert "Head of BSA decision" in inbox(everywhere, "head-of-bsa", "barnsley")


def test_barnsley_asks_the_head_of_bsa_again_before_stage_3(everywhere: Flask, clock: VirtualClock) -> None:
    story = Story(engine_of(everywhere), clock, "barnsley")
    stage_2(raise_concern(story, COMMUNITY).do("seo", "set-up-sisg"))
    meeting(story.do(HEP, "notice-to-improve"), "not improving").do(HEP, "governance-measures")
    story.do(HEP, "systemic-solutions")
    assert "Head of BSA decision: stage 3" in inbox(everywhere, "head-of-bsa", "barnsley")


def test_cheshire_east_consults_the_diocese_in_tier_2(everywhere: Flask, clock: VirtualClock) -> None:
    story = enter(Story(engine_of(everywhere), clock, "cheshire-east"), "intensive", AIDED)
    story.do(SMT, "agree-entry", entry_agreed="yes")
    line = f"diocesan-representative@cheshire-east.example.org,Bea Inventson,diocesan-representative,{AIDED},2026-01-01"
    engine_of(everywhere).people.import_file(f"email,name,role,school,from\n{line}\n".encode(), "cheshire-east")
    found = inbox(everywhere, "diocesan-representative", "cheshire-east")
    assert found["Consult diocese"].endswith("Tier 2: intensive")


def test_cheshire_east_agrees_support_in_tier_1(everywhere: Flask, clock: VirtualClock) -> None:
    enter(Story(engine_of(everywhere), clock, "cheshire-east"), "targeted")
    found = inbox(everywhere, "mi-officer", "cheshire-east")
    assert found["Targeted support"].endswith("Tier 1: targeted")


def test_luton_follows_the_school_monitoring_panel_process_map(everywhere: Flask, clock: VirtualClock) -> None:
    Story(engine_of(everywhere), clock, "luton").start("sia", "luton-monitoring-panel", "120001")
    assert "School monitoring panel process map" in inbox(everywhere, "sia", "luton").values()
