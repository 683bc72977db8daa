"""PW-89x: messages over all diagrams of an authority."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.feel import Feel
from engine.lint import Finding, Known, check
from engine.lint.bundle import check_bundle, read_bundle
from engine.lint.project import check_files
from tests.engine.lint.drawing import (
    MESSAGE,
    ON_MESSAGE,
    ON_SIGNAL,
    SIGNAL,
    Case,
    Checker,
    around,
    draw,
    inputs,
    parsed,
    prop,
    prove,
)

CODES = {"PW-891", "PW-892"}
ALONE = Known(roles=frozenset({"seo"}), whole=True)
OTHER = MESSAGE.replace("Hello", "Helo")


def catches(roots: str = MESSAGE, key: str = "p", **properties: str) -> str:
    event = f'<intermediateCatchEvent id="c">{prop(**properties)}{ON_MESSAGE}</intermediateCatchEvent>'
    return draw(f'<startEvent id="s"/>{event}<endEvent id="e"/>', "s>c c>e", roots, key)


def throws(roots: str = MESSAGE, key: str = "q", **properties: str) -> str:
    event = f'<intermediateThrowEvent id="t">{prop(**properties)}{ON_MESSAGE}</intermediateThrowEvent>'
    return draw(f'<startEvent id="s"/>{event}<endEvent id="e"/>', "s>t t>e", roots, key)


REPORTED = catches(reportedBy="seo")
ANSWERED = around(
    f'<sendTask id="t" messageRef="m"/><intermediateCatchEvent id="c">{ON_MESSAGE}</intermediateCatchEvent>',
    "s>t t>c c>e",
    MESSAGE,
)


def handed_over(name: str) -> str:
    """A message that hands over a reason, and what waits for it with a payload of this name."""
    waits = f'<intermediateCatchEvent id="c">{prop(payload=f"{name}: text")}{ON_MESSAGE}</intermediateCatchEvent>'
    send = f'<sendTask id="t" messageRef="m">{inputs(reason="Late")}</sendTask>'
    return around(send + waits, "s>t t>c c>e", MESSAGE)


def alarmed(thrown: str) -> str:
    """What waits for a signal, after one is thrown."""
    waits = f'<intermediateCatchEvent id="c">{ON_SIGNAL}</intermediateCatchEvent>'
    throw = f'<intermediateThrowEvent id="t"><signalEventDefinition signalRef="{thrown}"/></intermediateThrowEvent>'
    return around(throw + waits, "s>t t>c c>e", SIGNAL + '<signal id="h" name="Alrm"/>')


def kinds(payload: str) -> str:
    """What waits for a message with this payload, that hands over a text."""
    waits = f'<intermediateCatchEvent id="c">{prop(payload=payload)}{ON_MESSAGE}</intermediateCatchEvent>'
    return around(f'<sendTask id="t" messageRef="m">{inputs(reason="Late")}</sendTask>' + waits, "s>t t>c c>e", MESSAGE)


def twice(second: str) -> str:
    """A message that is thrown twice, each time with one parameter, and what waits for its reason."""
    waits = f'<intermediateCatchEvent id="c">{prop(payload="reason: text")}{ON_MESSAGE}</intermediateCatchEvent>'
    send = '<sendTask id="{}" messageRef="m">{}</sendTask>'
    first = send.format("t", inputs(reason="Late")) + send.format("u", inputs(**{second: "Late"}))
    return around(first + waits, "s>t t>u u>c c>e", MESSAGE)


OPTIONS = "reason: &quot;Late&quot; | &quot;Early&quot;"

CASES = [
    Case("PW-895", twice("reasn"), twice("reason"), strict=True, known=ALONE),
    Case("PW-897", kinds(OPTIONS.replace("Late", "late")), kinds(OPTIONS), strict=True, known=ALONE),
    Case("PW-896", alarmed("h"), alarmed("g"), strict=True, known=ALONE),
    Case("PW-897", kinds("reason: number"), kinds("reason: text"), strict=True, known=ALONE),
    Case("PW-891", catches(), REPORTED, strict=True, known=ALONE),
    Case("PW-891", catches(reportedBy="nobody"), ANSWERED, strict=True, known=ALONE),
    Case("PW-892", throws(), ANSWERED, strict=True, known=ALONE),
    Case("PW-893", catches(reportedBy="seo, nobody"), REPORTED, strict=True, known=ALONE),
    Case("PW-894", throws(keepFor="1 September"), throws(keepFor="2 weeks")),
    Case("PW-894", throws(keepFor="R/P1D"), throws(keepFor="P10D")),
    Case("PW-894", throws(keepFor="soon"), throws(keepFor="15 working days")),
    Case("PW-895", handed_over("reasn"), handed_over("reason"), strict=True, known=ALONE),
    Case("PW-862", catches(keepFor="2 weeks", reportedBy="seo"), REPORTED, strict=True, known=ALONE),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_messages(case: Case) -> None:
    prove(case)


def orphans(*drawn: str, known: Known | None = ALONE, strict: bool = True) -> list[Finding]:
    """What is found of messages in diagrams that are checked together."""
    diagrams = [parsed(xml, f"{number}.bpmn") for number, xml in enumerate(drawn)]
    return [one for one in check(diagrams, known, Checker(), strict) if one.code in CODES]


def test_one_that_is_thrown_and_one_that_waits_go_together() -> None:
    assert not orphans(catches(), throws())


def test_a_diagram_that_is_deployed_already_may_be_the_other_end() -> None:
    deployed = Known(others=(parsed(throws()),), whole=True)
    assert not orphans(catches(), known=deployed)


def test_one_report_is_enough_for_all_that_wait_for_a_message() -> None:
    deployed = Known(others=(parsed(REPORTED),), whole=True)
    assert not orphans(catches(key="other"), known=deployed)


def test_without_the_other_diagrams_nothing_is_said() -> None:
    assert not orphans(catches(), throws(OTHER), known=Known())


def test_plain_diagrams_may_talk_to_anybody() -> None:
    assert not orphans(catches(), throws(OTHER), strict=False)


def test_a_process_that_does_not_run_throws_nothing() -> None:
    drawn = throws().replace('isExecutable="true"', 'isExecutable="false"').replace("</bpmn:definitions>", "")
    drawn += '<bpmn:process id="r" isExecutable="true"/></bpmn:definitions>'
    assert [one.code for one in orphans(catches(), drawn)] == ["PW-891"]


def test_a_task_with_a_topic_throws_nothing() -> None:
    sends = around('<sendTask id="t" messageRef="m" camunda:type="external" camunda:topic="notify"/>', roots=MESSAGE)
    assert [one.code for one in orphans(catches(key="other"), sends)] == ["PW-891"]


def test_a_slip_in_a_name_is_named() -> None:
    first, _ = orphans(catches(), throws(OTHER))
    assert 'Did you mean "Helo"?' in first.remedy


def bundled(drawn: str, deployed: tuple[str, ...]) -> list[tuple[str, str]]:
    """What is found of messages, in which file, when one diagram is deployed beside others."""
    others = tuple(parsed(xml, f"deployed-{number}.bpmn") for number, xml in enumerate(deployed))
    known = Known(others=others, whole=True)
    bundle = read_bundle({"new.bpmn": drawn.encode()}, "", True, Feel.shared())
    found = check_bundle(bundle, known, Feel.shared(), True)
    return [(one.file, one.code) for one in found if one.code in CODES]


def test_what_loses_its_sender_by_a_new_version_is_found_in_its_own_file() -> None:
    silent = draw('<startEvent id="s"/><endEvent id="e"/>', "s>e", key="q")
    assert bundled(silent, (throws(), catches())) == [("deployed-1.bpmn", "PW-891")]


def test_what_loses_its_receiver_by_a_new_version_is_found_in_its_own_file() -> None:
    deaf = draw('<startEvent id="s"/><endEvent id="e"/>', "s>e")
    assert bundled(deaf, (throws(), catches())) == [("deployed-0.bpmn", "PW-892")]


def test_what_was_so_before_refuses_no_other_diagram() -> None:
    other = draw('<startEvent id="s"/><endEvent id="e"/>', "s>e", key="other")
    assert bundled(other, (catches(),)) == []


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with an authority of two diagrams, one of which throws what the other waits for."""
    folder = tmp_path / "processes" / "town"
    folder.mkdir(parents=True)
    (tmp_path / "forms").mkdir()
    (folder / "catches.bpmn").write_text(catches(), encoding="utf-8")
    (folder / "throws.bpmn").write_text(throws(), encoding="utf-8")
    return folder


def checked(file: Path) -> list[str]:
    return [one.code for one in check_files([file], feel=Feel.shared()) if one.code in CODES]


def test_a_file_checked_alone_sees_the_authority_s_others(project: Path) -> None:
    assert checked(project / "catches.bpmn") == []


def test_a_file_checked_alone_misses_what_no_other_throws(project: Path) -> None:
    (project / "throws.bpmn").unlink()
    assert checked(project / "catches.bpmn") == ["PW-891"]


def test_a_file_of_no_project_is_checked_without_others(tmp_path: Path) -> None:
    file = tmp_path / "p.bpmn"
    file.write_text(catches(), encoding="utf-8")
    assert checked(file) == []


def test_a_file_of_no_authority_is_checked_without_others(project: Path, tmp_path: Path) -> None:
    file = tmp_path / "draft.bpmn"
    file.write_text(catches(OTHER, key="draft"), encoding="utf-8")
    assert checked(file) == []


def test_a_role_that_may_report_and_is_none_is_told_once() -> None:
    drawn = parsed(catches(reportedBy="seo, nobody"))
    assert [one.code for one in check([drawn], ALONE, Checker(), True) if one.severity == "error"] == ["PW-893"]


def test_the_one_thrower_that_misspells_what_it_hands_over_is_named() -> None:
    found = [one for one in check([parsed(twice("reasn"))], ALONE, Checker(), True) if one.code == "PW-895"]
    assert [one.element for one in found] == ["u"]


def test_what_a_misspelt_parameter_was_to_be_is_named() -> None:
    found = [one for one in check([parsed(twice("reasn"))], ALONE, Checker(), True) if one.code == "PW-895"]
    assert found[0].remedy == "Did you mean reason by reasn?"


def test_a_value_outside_those_declared_is_named_with_them() -> None:
    drawn = parsed(kinds(OPTIONS.replace("Late", "late")))
    found = [one.message for one in check([drawn], ALONE, Checker(), True) if one.code == "PW-897"]
    assert found == ['its payload declares "reason" as one of "Early", "late", and "Late" is handed over.']


def test_what_the_register_sends_needs_nobody_who_throws_it() -> None:
    assert orphans(catches(MESSAGE.replace("Hello", "school-changed"))) == []
