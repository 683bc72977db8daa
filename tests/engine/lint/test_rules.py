"""The register of rules: every rule is documented, has its own test, and shows what a person needs."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

from engine.lint import SUBJECTS, check, rules
from engine.lint.core import MOST_FINDINGS, OURS, rule, short
from tests.engine.lint.drawing import Case, around, found, parsed

#: The files beside this one that have cases of rules.
FILES = sorted(Path(__file__).parent.glob("test_*.py"))
MODULES = [import_module(f"tests.engine.lint.{file.stem}") for file in FILES if file != Path(__file__)]
CASES = [case for module in MODULES for case in getattr(module, "CASES", ()) if isinstance(case, Case)]
# It takes two files, so it has a test of its own.
ELSEWHERE = {"PW-009"}


def test_every_rule_has_a_test() -> None:
    tested = {case.code for case in CASES} | ELSEWHERE
    assert {each.code for each in rules()} == tested, "write a Case for each new rule, in the module of its subject"


def test_every_rule_names_its_section_and_its_subject() -> None:
    subjects = {module.__name__.rsplit(".", 1)[-1] for module in SUBJECTS}
    for each in rules():
        assert each.section == OURS or re.match(r"BPMN 2\.0\.2 (§\d+(\.\d+)*|Table \d+\.\d+)$", each.section)
        assert each.subject in subjects
        assert re.fullmatch(r"PW-\d{3}", each.code)
        assert each.title.endswith(".")


def test_rules_of_one_subject_share_their_first_digits() -> None:
    hundreds: dict[str, set[str]] = {}
    for each in rules():
        hundreds.setdefault(each.subject, set()).add(each.code[:4])
    assert all(len(found) == 1 for found in hundreds.values())


def test_a_code_is_registered_once() -> None:
    with pytest.raises(ValueError, match="code of its own"):
        rule("PW-001", section=OURS)(lambda look: ())


def test_findings_of_one_rule_are_limited() -> None:
    tasks = "".join(f'<userTask id="u{number}"/>' for number in range(1_000))
    codes = [one.code for one in found(around('<task id="t"/>' + tasks))]
    assert codes.count("PW-115") == MOST_FINDINGS


def test_findings_are_sorted_and_say_where() -> None:
    xml = around('<task id="t"/>\n<userTask id="u" name="Late"/>\n<task id="v"/>')
    findings = check([parsed(xml)], strict=False)
    assert [one.line for one in findings] == sorted(one.line for one in findings)
    text = str(next(one for one in findings if one.element == "u"))
    assert text.startswith('p.bpmn:2: PW-115 error: u "Late": no sequence flow leads to it. Lead a sequence flow')


def test_what_a_diagram_says_is_cut_short_in_messages() -> None:
    assert len(short("x" * 10_000)) == 120
    assert short("a\nb\t c") == "a b c"
    name = "n" * 100_000
    for one in found(around(f'<task id="t"/><userTask id="u" name="{name}" camunda:formKey="{name}"/>'), strict=True):
        assert len(str(one)) < 1_000
