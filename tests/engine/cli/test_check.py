"""``pathways check``: files on disk, in a project's folders."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from engine.cli.check import check
from engine.lint import rules
from tests.engine.lint.drawing import around

TASK = '<userTask id="t" name="Answer" camunda:formKey="here/{}" camunda:candidateGroups="{}"/>'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of one authority, with one role, one form and one diagram."""
    for folder in ("processes/here", "forms/here", "config/authorities"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "config/authorities/here.yaml").write_text(
        "id: here\nname: Here\nroles:\n  - {id: seo, name: Officer}\n"
    )
    form = {"type": "default", "id": "here-form", "schemaVersion": 18, "components": []}
    (tmp_path / "forms/here/form.form").write_text(json.dumps(form))
    _draw(tmp_path, "p", "form", "seo")
    return tmp_path


def _draw(project: Path, name: str, form: str, role: str) -> Path:
    path = project / f"processes/here/{name}.bpmn"
    path.write_text(around(TASK.format(form, role)).replace('process id="p"', f'process id="{name}"'))
    return path


def _run(*arguments: object) -> Result:
    return CliRunner().invoke(check, [str(one) for one in arguments])


def test_a_good_project_passes(project: Path) -> None:
    result = _run(project / "processes")
    assert result.exit_code == 0, result.output
    assert "1 file checked: 0 errors, 1 warning." in result.output


def test_unknown_forms_and_roles_are_found_in_the_folders(project: Path) -> None:
    path = _draw(project, "bad", "gone", "mayor")
    result = _run(path)
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert lines[0] == str(path)
    assert 'line 1: PW-703 error: t "Answer": there is no form "here/gone".' in result.output
    assert 'PW-704 error: t "Answer": there is no role "mayor".' in result.output


def test_a_question_without_its_authors_words_is_a_warning_that_names_them(project: Path) -> None:
    question = {"type": "datetime", "key": "held_on", "dateLabel": "When?", "validate": {"required": True}}
    path = project / "forms/here/form.form"
    path.write_text(json.dumps({"type": "default", "id": "here-form", "components": [question]}))
    result = _run(path)
    assert result.exit_code == 0
    assert 'PW-992 warning: at "When?" (properties): ask its author for' in result.output
    assert '"error" ("Enter the date of the visit") and "name" ("the date of the visit")' in result.output


def _ask(project: Path, **properties: str) -> Path:
    """A form with one question that has these properties."""
    words = {"error": "Enter the name", "name": "the name", **properties}
    question = {"type": "textfield", "key": "who", "label": "Who?", "properties": words}
    path = project / "forms/here/form.form"
    path.write_text(json.dumps({"type": "default", "id": "f", "components": [question]}, indent=2))
    return path


def test_an_answer_kept_for_a_role_that_does_not_exist_is_an_error_on_its_line(project: Path) -> None:
    result = _run(_ask(project, confidential="sao"))
    assert 'line 12: PW-992 error: at "Who?" (properties.confidential): there is no role "sao".' in result.output


def test_an_answer_kept_for_a_role_of_the_authority_is_right(project: Path) -> None:
    assert _run(_ask(project, confidential="seo")).exit_code == 0


def test_a_misspelt_property_of_a_question_is_an_error_that_says_what_was_meant(project: Path) -> None:
    result = _run(_ask(project, confidental="seo"))
    assert '"confidental" does nothing: did you mean confidential?' in result.output


def test_all_types_of_components_are_listed_where_one_is_not_known(project: Path) -> None:
    path = project / "forms/here/form.form"
    path.write_text(json.dumps({"type": "default", "id": "f", "components": [{"type": "image"}]}))
    assert "radio, select, separator, text, textarea, textfield." in _run(path).output


def test_every_question_of_the_repositorys_forms_has_its_words() -> None:
    result = _run(Path(__file__).resolve().parents[3] / "forms")
    assert ": 0 errors" in result.output
    assert "PW-992" not in result.output


def test_plain_files_need_neither(project: Path) -> None:
    assert _run("--plain", _draw(project, "bad", "gone", "mayor")).exit_code == 0


def test_a_file_outside_any_project_is_checked_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "p.bpmn"
    path.write_text(around(TASK.format("any", "any")))
    assert _run(path).exit_code == 0


def test_json(project: Path) -> None:
    path = _draw(project, "bad", "gone", "seo")
    result = _run(path, "--json")
    answer = json.loads(result.output)
    assert result.exit_code == 1
    assert answer["errors"] == 1
    assert answer["files"] == [str(path)]
    [finding] = [one for one in answer["findings"] if one["severity"] == "error"]
    assert finding["code"] == "PW-703"
    assert finding["element"] == "t"
    assert finding["remedy"]


def test_what_cannot_be_read_is_a_finding(project: Path) -> None:
    hostile = project / "processes/here/hostile.bpmn"
    hostile.write_text('<!DOCTYPE x [<!ENTITY y "z">]><x>&y;</x>')
    result = _run(project / "processes", project / "nowhere.bpmn")
    assert result.exit_code == 1
    assert result.output.count("PW-000 error") == 2
    assert "document type" in result.output
    assert "cannot be opened" in result.output


def test_tables_and_forms_are_checked_too(project: Path) -> None:
    (project / "processes/here/table.dmn").write_text("<definitions/>")
    (project / "forms/here/broken.form").write_text("{")
    result = _run(project)
    assert result.exit_code == 1
    assert "PW-992 error" in result.output


def test_a_project_may_be_named(project: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "p.bpmn"
    elsewhere.write_text(around(TASK.format("gone", "seo")))
    assert _run(elsewhere, "--project", project).exit_code == 1


def test_the_rules_are_listed() -> None:
    result = _run("--rules")
    assert result.exit_code == 0
    assert len(result.output.splitlines()) == len(rules())


def test_nothing_to_check_is_a_mistake() -> None:
    assert _run().exit_code == 2


def test_a_folder_without_anything_to_read_is_a_mistake(tmp_path: Path) -> None:
    result = _run(tmp_path)
    assert result.exit_code == 1
    assert f"There is nothing to read in {tmp_path}" in result.output


def test_a_diagram_may_end_in_xml(tmp_path: Path) -> None:
    (tmp_path / "p.xml").write_text(around(TASK.format("any", "any")))
    assert "1 file checked: 0 errors" in _run(tmp_path).output


def test_two_files_with_one_process_are_found_as_deployment_finds_them(project: Path) -> None:
    again = project / "processes/here/again.bpmn"
    again.write_text((project / "processes/here/p.bpmn").read_text())
    assert 'PW-993 error: "p" stands in' in _run(project / "processes").output


def test_what_is_not_there_to_be_checked_against_is_said(tmp_path: Path) -> None:
    path = tmp_path / "processes/here/p.bpmn"
    path.parent.mkdir(parents=True)
    path.write_text(around('<task id="t" name="T"/>'))
    said = _run(path).output
    assert f"Not checked: roles and settings, since there is no config/authorities in {path.parent}." in said


def test_a_diagram_whose_ending_is_in_capitals_is_read(project: Path) -> None:
    path = project / "processes/here/P.BPMN"
    path.write_text(around('<task id="t" name="T"/>'))
    assert "PW-993" not in _run(path).output


def test_a_decision_file_without_a_decision_is_an_error(project: Path) -> None:
    path = project / "processes/here/empty.dmn"
    path.write_text('<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="D" namespace="n"/>')
    assert "it holds no decision" in _run(path).output


@pytest.mark.parametrize(
    ("name", "content", "called"),
    [
        ("p.dmn", around('<task id="t"/>'), "a BPMN diagram"),
        ("p.form", around('<task id="t"/>'), "a BPMN diagram"),
        ("p.bpmn", '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"/>', "a decision table"),
        ("p.xml", ' {"components": []}', "a form"),
    ],
)
def test_a_file_by_the_name_of_another_kind_is_told_what_it_is(
    tmp_path: Path, name: str, content: str, called: str
) -> None:
    (tmp_path / name).write_text(content)
    said = _run(tmp_path / name).output
    assert f"PW-000 error: it is {called} by what it holds, and its name ends in {(tmp_path / name).suffix}." in said
    assert "1 error" in said


def test_what_the_xml_parser_says_is_said_for_people(tmp_path: Path) -> None:
    (tmp_path / "deep.bpmn").write_text("<a>" * 300)
    (tmp_path / "odd.bpmn").write_text("<a>&#1;</a>")
    said = _run(tmp_path).output
    assert "its elements are nested more than 100 deep" in said
    assert "the character with the number 1 is none that XML may hold" in said
    assert "xmlParse" not in said
