"""A process that others call is rehearsed with what its caller hands it, made up."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from engine.calendar.timers import ZONE
from engine.cli.rehearse import _world, rehearse
from engine.lint.names import Shape, shapes
from engine.rehearsal import beginnings, prepare_stage
from engine.rehearsal.files import around, gather
from engine.rehearsal.handed import made_up
from tests.conftest import ROOT
from tests.engine.lint.drawing import draw

AT = datetime(2026, 9, 7, 9, tzinfo=ZONE)
CALLED = draw(
    '<startEvent id="s"/><scriptTask id="u" scriptFormat="feel" camunda:resultVariable="text"><script>= reason + "."</script>'
    '</scriptTask><intermediateCatchEvent id="t"><timerEventDefinition><timeDuration>= string(length) + " days"</timeDuration>'
    '</timerEventDefinition></intermediateCatchEvent><scriptTask id="v" scriptFormat="feel" camunda:resultVariable="told">'
    '<script>= if because = null then text else because</script></scriptTask><endEvent id="e"/>',
    "s>u u>t t>v v>e",
    key="called",
)


def calls(how: str) -> str:
    given = (
        '<scriptTask id="a" scriptFormat="feel" camunda:resultVariable="reason"><script>= "Late"</script></scriptTask>'
        '<scriptTask id="b" scriptFormat="feel" camunda:resultVariable="length"><script>= 1 + 2</script></scriptTask>'
        '<scriptTask id="c" scriptFormat="feel" camunda:resultVariable="because"><script>= "It is late"</script></scriptTask>'
    )
    call = f'<callActivity id="call" calledElement="called"><extensionElements>{how}</extensionElements></callActivity>'
    return draw(f'<startEvent id="s"/>{given}{call}<endEvent id="e"/>', "s>a a>b b>c c>call call>e", key="calling")


ALL = '<camunda:in variables="all"/>'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "called.bpmn").write_text(CALLED)
    (tmp_path / "calling.bpmn").write_text(calls(ALL))
    return tmp_path


def given(folder: Path) -> dict[str, Any]:
    """With what a rehearsal of the called process begins."""
    file = folder / "called.bpmn"
    authority, files = gather(file)
    prepared = prepare_stage(_world(ROOT / "config"), authority, files, AT, around=lambda: around(file))
    [way] = beginnings(prepared, "called", AT)
    return dict(way.payload)


def test_it_is_handed_what_it_reads_and_only_its_caller_sets(folder: Path) -> None:
    assert given(folder) == {"length": 1, "reason": "Late"}


def test_what_it_tests_for_null_it_does_without(folder: Path) -> None:
    assert "because" not in given(folder)


def test_a_process_that_nothing_calls_is_handed_nothing(folder: Path) -> None:
    (folder / "calling.bpmn").unlink()
    assert given(folder) == {}


def test_what_the_caller_hands_over_by_another_name_is_known_too(folder: Path) -> None:
    renamed = '<camunda:in source="reason" target="why"/><camunda:in source="length" target="length"/>'
    (folder / "called.bpmn").write_text(CALLED.replace("reason", "why"))
    (folder / "calling.bpmn").write_text(calls(renamed))
    assert given(folder) == {"length": 1, "why": "Late"}


@pytest.mark.parametrize(
    ("shape", "value"),
    [
        (shapes.options(["b", "a"]), "a"),
        (Shape(frozenset({"text"}), iso=True), "2026-09-07"),
        (shapes.of("text"), "Noted."),
        (shapes.of("number"), 1),
        (shapes.of("boolean"), True),
        (shapes.of("list"), []),
        (shapes.listed(shapes.options(["a"])), ["a"]),
        (shapes.context({"on": shapes.of("date")}), {"on": "2026-09-07"}),
        (Shape(), "Noted."),
    ],
)
def test_a_value_of_a_kind_is_made_up(shape: Shape, value: object) -> None:
    assert made_up(shape, AT) == value


@pytest.mark.parametrize(
    "process", ["barnsley/barnsley-powers", "barnsley/barnsley-section-60", "luton/luton-school-review"]
)
def test_shipped_processes_that_others_call_are_lived(process: str) -> None:
    told = CliRunner().invoke(rehearse, [str(ROOT / f"processes/{process}.bpmn"), "--config", str(ROOT / "config")])
    assert told.exit_code == 0, told.output
    assert "A case begins" in told.output
