"""The shipped processes have no errors, and slips of the kind that people make in them are found."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.feel import Feel
from engine.lint import Finding
from engine.lint.bundle import check_bundle, expanded, read_bundle, read_file
from engine.lint.project import Project, check_files

ROOT = Path(__file__).resolve().parents[3]
SHIPPED = sorted(path.name for path in (ROOT / "processes").iterdir() if path.is_dir())


@pytest.mark.parametrize("authority", SHIPPED)
def test_the_shipped_processes_have_no_errors(authority: str) -> None:
    paths = expanded([ROOT / "processes" / authority, ROOT / "forms" / authority])
    findings = check_files(paths, Project(ROOT), Feel.shared())
    assert [str(one) for one in findings if one.severity == "error"] == []


#: Slips that owners make: the file, what stands in it, what is written instead, and the rule that finds it.
SLIPS = [
    ("processes/barnsley/barnsley-escalation.bpmn", 'head_of_bsa_decision = "e', 'head_of_bsa_decison = "e', "PW-870"),
    ("processes/barnsley/barnsley-complaint.bpmn", '= "primary"', '= "Primary"', "PW-872"),
    (
        "processes/barnsley/barnsley-complaint.bpmn",
        '= settings.complaint_answer"',
        '= settings.complaint_answr"',
        "PW-870",
    ),
    ("processes/redcar-cleveland/redcar-category-follow-up.bpmn", '>= category = "3"', ">= category = true", "PW-873"),
    (
        "processes/redcar-cleveland/redcar-category-follow-up.bpmn",
        '>= category = "3"',
        '>= strng(category) = "3"',
        "PW-874",
    ),
    ("processes/barnsley/barnsley-concerns-academy.bpmn", '= "resolved"', '= "solved"', "PW-872"),
    ("processes/luton/luton-ri-academy.bpmn", 'trust_result = "good"', "trust_result", "PW-876"),
    ("processes/luton/luton-ri-academy.bpmn", 'verdict.how = "requires improvement"', "Is it still RI?", "PW-875"),
    ("processes/luton/luton-ri-maintained.bpmn", "school.maintained", "school.maintaned", "PW-870"),
    ("processes/luton/luton-ri-maintained.bpmn", 'name="timerRule"', 'name="timerrule"', "PW-861"),
    ("processes/barnsley/barnsley-risk-review.bpmn", 'name="forEachWhen"', 'name="forEachwhen"', "PW-861"),
    (
        "forms/barnsley/evidence-summary.form",
        "list contains(areas_of_concern",
        "list contains(area_of_concern",
        "PW-870",
    ),
    ("processes/barnsley/barnsley-risk-level.dmn", "<text>risk_data</text>", "<text>risk_dta</text>", "PW-881"),
    ("processes/barnsley/barnsley-risk-level.dmn", '<text>"inadequate"</text>', "<text>inadequate</text>", "PW-881"),
    ("processes/barnsley/barnsley-risk-level.dmn", '<text>"medium"</text>', '<text>"Medium"</text>', "PW-883"),
    (
        "processes/barnsley/barnsley-risk-level.dmn",
        '<text>"some concern"</text>',
        '<text>"some concerns"</text>',
        "PW-883",
    ),
]


def _slipped(path: str, old: str, new: str) -> list[Finding]:
    """What is found in a shipped file with a slip in it, beside all that is shipped."""
    data = read_file(ROOT / path).decode()
    assert old in data, f"{path} no longer holds {old}"
    authority = path.split("/")[1]
    bundle = read_bundle({path: data.replace(old, new, 1).encode()}, authority, True, Feel.shared())
    return check_bundle(bundle, Project(ROOT).known(authority), Feel.shared(), True)


@pytest.mark.parametrize(("path", "old", "new", "code"), SLIPS, ids=[new for _, _, new, _ in SLIPS])
def test_a_slip_is_found(path: str, old: str, new: str, code: str) -> None:
    errors = {one.code for one in _slipped(path, old, new) if one.severity == "error"}
    assert errors == {code}
