"""What the modeller's panel says of answers that are shown once more where the diagram says nothing of it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.engine.spiff.cases import bpmn

ROOT = Path(__file__).resolve().parent.parent.parent
NOTIFY = (
    '<serviceTask id="b" camunda:type="external" camunda:topic="notify"><extensionElements><camunda:inputOutput>'
    '<camunda:inputParameter name="to">{to}</camunda:inputParameter></camunda:inputOutput></extensionElements></serviceTask>'
)
CATEGORY = '<serviceTask id="b" camunda:type="external" camunda:topic="category"/>'
THROW = '<intermediateThrowEvent id="b"><messageEventDefinition/></intermediateThrowEvent>'
NO = "No: nothing that weighs follows at once"


def said(folder: Path, body: str, flows: str = "s>a a>b b>w w>e") -> str:
    """What the panel says of the user task a of a diagram; w is a user task, and e the end."""
    file = folder / "p.bpmn"
    both = f'<startEvent id="s"/><userTask id="a"/>{body}<userTask id="w"/><endEvent id="e"/>'
    file.write_bytes(bpmn(both, flows))
    script = ["node", str(ROOT / "tests/browser/weighs.mjs"), str(file), "headteacher"]
    done = subprocess.run(script, cwd=ROOT, capture_output=True, text=True, check=True)
    return str(json.loads(done.stdout)["a"])


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (NOTIFY.format(to="clerk,headteacher"), "tells somebody outside"),
        (CATEGORY, "categorises the school"),
        (THROW, "escalates the case"),
        ('<callActivity id="b" calledElement="other"/>', "escalates the case"),
        ('<subProcess id="b"><startEvent id="i"/><endEvent id="j"/></subProcess>', ""),
        (NOTIFY.format(to="clerk"), ""),
        (NOTIFY.format(to="deputy-headteacher"), ""),
        ('<userTask id="b"/>', ""),
    ],
)
def test_what_follows_at_once_decides(tmp_path: Path, body: str, why: str) -> None:
    assert said(tmp_path, body) == (f"Yes, where what follows {why}" if why else NO)


def test_that_the_case_may_end_is_said(tmp_path: Path) -> None:
    gateway = '<exclusiveGateway id="g"/>'
    assert said(tmp_path, gateway, "s>a a>g g>e g>w[x] w>e") == "Yes, where what follows ends the case"


def test_what_comes_after_another_task_does_not_count(tmp_path: Path) -> None:
    assert said(tmp_path, "", "s>a a>w w>e") == NO
