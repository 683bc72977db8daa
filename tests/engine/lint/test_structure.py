"""PW-0xx: the file as a whole."""

from __future__ import annotations

import pytest

from engine.lint import check
from engine.lint.structure import LONGEST_ID, LONGEST_KEPT, LONGEST_ROLE
from engine.store.text import NAME_LENGTH, ROLE_LENGTH
from tests.engine.lint.drawing import Case, around, draw, flows, inputs, inside, parsed, process, prove, whole

GOOD = around('<task id="t"/>')
TWO_STARTS = '<startEvent id="s"/><startEvent id="s2"/><task id="t"/><endEvent id="e"/>'


def _of_process(attributes: str) -> str:
    steps = '<startEvent id="s"/><task id="t"/><endEvent id="e"/>'
    return whole(process(steps, "s>t t>e", attributes=f'isExecutable="true" {attributes}'))


def _with_message(length: int) -> str:
    return around('<task id="t"/>', roots=f'<message id="m" name="{"n" * length}"/>')


def _user_task(attribute: str, value: str) -> str:
    return around(f'<userTask id="t" camunda:{attribute}="{value}"/>')


def _notice(to: str) -> str:
    given = inputs(to=to, subject="A", text="B")
    return around(f'<sendTask id="t" camunda:type="external" camunda:topic="notify">{given}</sendTask>')


CASES = [
    Case("PW-001", around('<task id="t"/><textAnnotation id="s"/>'), GOOD),
    Case("PW-002", around('<task id="t"/><userTask name="Nameless"/>'), GOOD),
    Case("PW-003", around('<task id="t"/><task id="1 b"/>'), GOOD),
    Case(
        "PW-004",
        whole(
            process('<startEvent id="s"/><endEvent id="e"/>', "s>e", attributes='isExecutable="false"'),
        ),
        GOOD,
        strict=True,
    ),
    Case("PW-005", around('<task id="t"/><tusk id="u"/>'), GOOD),
    Case("PW-006", around('<task id="t" isForCompensation="maybe"/>'), around('<task id="t"/>')),
    Case("PW-007", draw(""), GOOD),
    Case("PW-008", draw('<startEvent id="s"/><endEvent id="e"/>', "s>e", key="q"), GOOD, strict=True),
    Case("PW-010", draw('<task id="a"/>'), GOOD, strict=True),
    Case(
        "PW-011",
        inside('<startEvent id="a"/><startEvent id="b"/><endEvent id="c"/>', "a>c b>c"),
        inside('<startEvent id="a"/><endEvent id="c"/>', "a>c"),
    ),
    Case("PW-012", draw(TWO_STARTS, "s>t s2>t t>e"), GOOD),
    Case("PW-013", draw('<startEvent id="s"/><task id="t"/>', "s>t"), GOOD),
    Case("PW-014", around(f'<task id="t" name="{"n" * 1_001}"/>'), around(f'<task id="t" name="{"n" * 1_000}"/>')),
    Case("PW-014", around(f'<task id="t"/><textAnnotation id="{"n" * 201}"/>'), GOOD),
    Case("PW-014", _of_process(f'name="{"n" * 251}"'), _of_process(f'name="{"n" * 250}"')),
    Case("PW-014", _with_message(251), _with_message(250)),
    Case("PW-015", _of_process(f'camunda:candidateStarterGroups="{"r" * 61}"'), GOOD),
    Case("PW-015", _user_task("candidateGroups", f"seo,{'r' * 61}"), _user_task("candidateGroups", f"seo,{'r' * 60}")),
    Case("PW-015", _user_task("candidateGroups", "r" * 61), _user_task("candidateGroups", f"= [{'r' * 61}]")),
    Case("PW-015", _user_task("formKey", "k" * 251), _user_task("formKey", "k" * 250)),
    Case("PW-015", _user_task("assignee", "p" * 251), _user_task("assignee", "p" * 250)),
    Case("PW-015", _notice("r" * 61), _notice("r" * 60)),
    Case("PW-013", draw('<endEvent id="e"/><task id="t"/>', "t>e"), draw('<task id="t"/>')),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_structure(case: Case) -> None:
    prove(case)


def test_two_files_may_not_hold_the_same_process() -> None:
    first, second = parsed(GOOD, "one.bpmn"), parsed(GOOD, "two.bpmn")
    assert [(one.code, one.file) for one in check([first, second], strict=False)] == [("PW-009", "two.bpmn")]
    other = parsed(GOOD.replace('id="p"', 'id="q"'), "two.bpmn")
    assert check([first, other], strict=False) == []


def test_a_foreign_element_is_named_as_foreign() -> None:
    xml = around('<task id="t"/><other:box id="o"/>')
    [finding] = check([parsed(xml)], strict=False)
    assert finding.code == "PW-005"
    assert "another namespace" in finding.message


def test_what_has_no_process_that_runs_is_checked_as_if_it_did_when_plain() -> None:
    xml = whole(
        process(
            f'<startEvent id="s"/><endEvent id="e"/>{flows("s>e")}<complexGateway id="c"/>',
            attributes='isExecutable="false"',
        )
    )
    codes = {one.code: one.severity for one in check([parsed(xml)], strict=False)}
    assert codes["PW-004"] == "warning"
    assert codes["PW-901"] == "error"


def test_what_lint_lets_through_fits_its_column() -> None:
    assert (LONGEST_KEPT, LONGEST_ROLE) == (NAME_LENGTH, ROLE_LENGTH)
    assert LONGEST_ID <= NAME_LENGTH
