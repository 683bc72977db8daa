"""``pathways compare``: two files or folders on disk, in words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from engine.cli.compare import compare_files
from tests.engine.lint.drawing import around

TASK = '<userTask id="t" name="Answer" camunda:formKey="here/form" camunda:candidateGroups="{}"/>'


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Two projects that differ in who does a task and in the words of its question."""
    for name, role in (("old", "seo"), ("new", "head")):
        for folder in ("processes/here", "forms/here", "config/authorities"):
            (tmp_path / name / folder).mkdir(parents=True)
        roles = "roles:\n  - {id: seo, name: Officer}\n  - {id: head, name: Head of service}\n"
        (tmp_path / name / "config/authorities/here.yaml").write_text(roles)
        question = {"type": "textfield", "key": "a", "label": f"What does the {name} one ask?"}
        (tmp_path / name / "forms/here/form.form").write_text(json.dumps({"components": [question]}))
        (tmp_path / name / "processes/here/p.bpmn").write_text(around(TASK.format(role)))
    return tmp_path / "old/processes/here/p.bpmn", tmp_path / "new/processes/here/p.bpmn"


def _run(*arguments: object) -> Result:
    return CliRunner().invoke(compare_files, [str(one) for one in arguments])


def test_a_diagram_with_the_forms_that_it_uses(folders: tuple[Path, Path]) -> None:
    result = _run(*folders)
    assert result.exit_code == 1
    assert "User task “Answer”: roles changed from “Officer” to “Head of service”." in result.output
    assert "Question “What does the new one ask?” was called “What does the old one ask?”." in result.output


def test_the_same_file(folders: tuple[Path, Path]) -> None:
    result = _run(folders[0], folders[0])
    assert result.exit_code == 0
    assert result.output == "Nothing is different.\n"


def test_whole_folders_as_json(folders: tuple[Path, Path]) -> None:
    found = json.loads(_run(*(path.parents[2] for path in folders), "--json").output)
    assert [section["kind"] for section in found["sections"]] == ["diagram", "form"]
    assert found["sections"][0]["changes"][0]["after"] == "Head of service"


def test_what_is_no_diagram_says_why(tmp_path: Path) -> None:
    (tmp_path / "no.bpmn").write_text("no")
    result = _run(tmp_path / "no.bpmn", tmp_path / "no.bpmn")
    assert result.exit_code == 1
    assert "is not well-formed XML" in result.output
