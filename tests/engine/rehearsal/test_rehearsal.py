"""A process is played on a clock of its own, on the real engine, and nothing of it is written to the installation's tables."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from engine import Config, Engine, Scope
from engine.calendar.timers import ZONE
from engine.cli.rehearse import rehearse
from engine.clock import VirtualClock
from engine.errors import DeploymentRefused, RehearsalNotFound, RehearsalUnreadable
from engine.people.authorities import Authority, Role
from engine.rehearsal import (
    Chooser,
    Line,
    Move,
    Prepared,
    Recording,
    Setting,
    Troupe,
    diary,
    difference,
    explore,
    outcome,
    play,
    read,
    scene,
)
from engine.rehearsal.words import said
from engine.store.tables import Base
from tests.conftest import START
from tests.engine.lint.drawing import draw, prop

OWNER = Scope("here", frozenset({"seo"}), "owner@here.example.org")
NOTIFY = (
    '<serviceTask id="tell" name="Tell the head" camunda:type="external" camunda:topic="notify"><extensionElements>'
    '<camunda:inputOutput><camunda:inputParameter name="to">seo</camunda:inputParameter><camunda:inputParameter '
    'name="subject">Now</camunda:inputParameter><camunda:inputParameter name="text">Now</camunda:inputParameter>'
    "</camunda:inputOutput></extensionElements></serviceTask>"
)
MESSAGE = '<message id="m" name="inspected"/>'
FORM = {
    "type": "default",
    "id": "form",
    "components": [
        {
            "type": "radio",
            "key": "outcome",
            "label": "What now?",
            "values": [{"label": "Enough", "value": "enough"}, {"label": "Wait", "value": "wait"}],
            "validate": {"required": True},
        }
    ],
}


def process(wait: str = "2 weeks", due: str = "5 working days") -> bytes:
    """Somebody decides; it is enough, or a while is waited and the head is told; an inspection ends the waiting."""
    task = (
        f'<userTask id="decide" name="Decide" camunda:formKey="here/form" camunda:candidateGroups="seo" '
        f'camunda:dueDate="{due}">{prop(clause="A-1")}</userTask>'
    )
    timer = f"<timerEventDefinition><timeDuration>{wait}</timeDuration></timerEventDefinition>"
    body = (
        f'<startEvent id="begin"/>{task}<exclusiveGateway id="which" default="which_done"/>'
        f'<userTask id="hold" name="Hold" camunda:formKey="here/form" camunda:candidateGroups="seo"/>'
        f'<boundaryEvent id="over" name="A while is over" attachedToRef="hold">{timer}</boundaryEvent>'
        '<boundaryEvent id="inspection" attachedToRef="hold"><messageEventDefinition messageRef="m"/></boundaryEvent>'
        f'{NOTIFY}<endEvent id="done"/>'
    )
    flows = 'begin>decide decide>which which>hold[outcome = "wait"] which>done over>tell tell>done hold>done inspection>done'
    return draw(body, flows, MESSAGE, key="small").encode()


@pytest.fixture
def deployed(engine: Engine) -> Engine:
    """The process is deployed."""
    files = {"p.bpmn": process(), "forms/here/form.form": json.dumps(FORM).encode()}
    engine.deployments.deploy(files, "here", strict=False)
    return engine


@pytest.fixture
def prepared(deployed: Engine) -> Prepared:
    """A stage with the deployed process."""
    return deployed.rehearsals.of_version(_definition(deployed), START, OWNER)


def _definition(engine: Engine) -> int:
    from engine import queries

    with engine.reading(OWNER) as session:
        return queries.latest_definition(session, "small").id


RECORDING = Recording("small", START, {"phase": "primary", "type": "community"})


def at(day: int, month: int = 9, hour: int = 10) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=ZONE)


def _year(prepared: Prepared, **more: Any) -> Troupe:
    return Troupe(prepared, Setting(RECORDING, at(1, 12), **more), Chooser())


def _lines(prepared: Prepared, **more: Any) -> list[str]:
    return [f"{line.at.astimezone(ZONE):%-d %b} {said(line)}" for line in diary(_year(prepared, **more).live())]


# -- a year -------------------------------------------------------------------------------------------------------


def test_a_year_s_diary_says_who_is_asked_what_when_and_by_which_clause(prepared: Prepared) -> None:
    lines = diary(_year(prepared, answers={"decide": [{"outcome": "wait"}]}, silent=frozenset({"hold"})).live())
    asked = next(line for line in lines if line.what == "task")
    assert said(asked) == "Decide is asked, due on 14 September 2026"
    assert asked.roles == ("seo",)
    assert asked.clauses == ("A-1",)


def _line(prepared: Prepared, what: str, outcome: str = "wait") -> Line:
    """The first line of its kind in a year in which this is decided."""
    lines = diary(_year(prepared, answers={"decide": [{"outcome": outcome}]}, silent=frozenset({"hold"})).live())
    return next(line for line in lines if line.what == what)


def test_a_diary_says_which_answers_were_given_in_the_form_s_words(prepared: Prepared) -> None:
    assert _line(prepared, "answered").more == (("What now?", "Wait"),)


@pytest.mark.parametrize(
    ("outcome", "says", "tested"),
    [
        ("wait", "It goes on to “Hold”", "Wait"),
        ("enough", "It goes on to end event without a name, since no other way’s condition is true", "Enough"),
    ],
)
def test_a_diary_says_why_a_way_was_taken(prepared: Prepared, outcome: str, says: str, tested: str) -> None:
    line = _line(prepared, "way", outcome)
    assert (said(line), line.more) == (says, (("What now?", tested),))


def test_nobody_is_missed_by_mail_that_is_not_sent(database_url: str, clock: VirtualClock, tmp_path: Path) -> None:
    """An invented school has no people, and is written to by nobody."""
    roles = {"seo": Role("seo", "SEO", "officer", frozenset(), "", "")}
    config = Config(authorities={"here": Authority("here", "Here", "", "here", roles, (), {})}, mail_folder=tmp_path)
    engine = Engine(database_url, clock=clock, config=config)
    engine.deployments.deploy(
        {"p.bpmn": process(), "forms/here/form.form": json.dumps(FORM).encode()}, "here", strict=False
    )
    lines = diary(_year(engine.rehearsals.of_version(_definition(engine), START, OWNER)).live())
    assert [said(line) for line in lines if line.what == "trouble"] == []


def test_people_answer_on_the_next_school_day_and_time_passes_to_each_date(prepared: Prepared) -> None:
    assert _lines(prepared, answers={"decide": [{"outcome": "wait"}]}, silent=frozenset({"hold"})) == [
        "7 Sep A case begins: small",
        "7 Sep Decide is asked, due on 14 September 2026",
        "8 Sep Decide is done",
        "8 Sep It goes on to “Hold”",
        "8 Sep Hold is asked, without a date",
        "23 Sep A while is over: its time has come (2 weeks counted from the day after Tuesday 8 September 2026 "
        "end with Tuesday 22 September 2026; a period never moves)",
        "23 Sep Hold is withdrawn",
        "23 Sep Tell the head: “Now” is sent",
        "23 Sep The case ends: small",
    ]


def test_people_who_take_until_the_last_day(prepared: Prepared) -> None:
    assert "14 Sep Decide is done" in _lines(prepared, pace="last day")


def test_a_silent_task_is_told_of_as_late(prepared: Prepared) -> None:
    assert "15 Sep Decide: “Late: Decide, Rehearsal Lane School” is sent" in _lines(
        prepared, silent=frozenset({"decide"})
    )


def test_nothing_is_written_to_the_installation(deployed: Engine) -> None:
    def rows() -> dict[str, int]:
        with deployed.database.reading() as session:
            count = select(func.count())
            with session.get_bind().connect() as connection:  # type: ignore[union-attr]
                return {
                    t.name: connection.scalar(count.select_from(t)) or 0
                    for t in Base.metadata.sorted_tables
                    if connection.dialect.has_table(connection, t.name)
                }

    before = rows()
    _year(deployed.rehearsals.of_version(_definition(deployed), START, OWNER)).live()
    assert rows() == before


def test_every_answer_that_decides_is_given_once_and_silence_kept(prepared: Prepared) -> None:
    found = explore(prepared, Setting(RECORDING, at(1, 12)))
    assert found.left == 0
    assert {name for _, name in found.unreached} == {"inspection"}
    assert ("decide", "outcome", "wait") in {each for life in found.lives for each in life.otherwise}
    assert ("hold", "", "") in {each for life in found.lives for each in life.otherwise}


# -- step by step --------------------------------------------------------------------------------------------------


def test_a_scene_shows_tokens_tasks_data_and_what_may_happen(prepared: Prepared) -> None:
    moves = (Move(at(8), "complete", "decide", {"outcome": "wait"}),)
    seen = scene(play(prepared, replace(RECORDING, moves=moves)))
    assert seen.diagrams[0].active == ("hold",)
    assert [task.row.name for task in seen.tasks] == ["Hold"]
    assert [each.message for each in seen.happenings] == ["inspected"]
    assert seen.variables[0]["outcome"] == "wait"
    assert seen.next_due == at(23, hour=8)


def test_a_message_from_outside_is_reported(prepared: Prepared) -> None:
    moves = (Move(at(8), "complete", "decide", {"outcome": "wait"}), Move(at(9), "report", "inspected", {}))
    played = play(prepared, replace(RECORDING, moves=moves))
    assert played.ended()
    assert "inspection" in played.path()


def test_a_move_that_cannot_be_made_says_why_and_what_waits(prepared: Prepared) -> None:
    played = play(prepared, replace(RECORDING, moves=(Move(at(8), "complete", "hold", {}),)))
    (refused,) = played.refused
    assert refused.reason == "It is not asked then."
    assert refused.waiting == ("decide",)


# -- saved ---------------------------------------------------------------------------------------------------------


def test_a_recording_is_the_same_after_its_json(prepared: Prepared) -> None:
    played = _year(prepared).live()
    kept = replace(played.recording, expected=outcome(played))
    assert read(kept.as_json()) == replace(kept, moves=tuple(replace(m, task=None) for m in kept.moves))
    assert difference(play(prepared, read(kept.as_json()))) == ""


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("no", "it is no JSON"),
        ("{}", "process"),
        ('{"process": "p", "begins": "2026-09-07T09:00", "moves": [{"at": "2026-09-07T09:00"}]}', "move 1 neither"),
        ('{"process": "p", "begins": "2026-09-07T09:00", "school": {"phase": "x"}}', "school"),
        ("[" * 100_000, "it is no JSON"),
    ],
)
def test_what_is_no_rehearsal_says_why(text: str, reason: str) -> None:
    with pytest.raises(RehearsalUnreadable, match=reason):
        read(text)


@pytest.fixture
def saved(deployed: Engine, prepared: Prepared) -> Engine:
    """A rehearsal in which a while is waited is saved as a test case."""
    moves = (Move(at(8), "complete", "decide", {"outcome": "wait"}),)
    recording = replace(RECORDING, moves=moves, until=at(1, 10), name="A while is waited")
    assert deployed.rehearsals.save(prepared, recording, OWNER) == ""
    return deployed


def test_a_saved_rehearsal_knows_what_is_to_come_of_it(saved: Engine) -> None:
    (row,) = saved.rehearsals.saved("small", OWNER)
    assert row.recording.expected is not None
    assert row.recording.expected.path == ("begin", "decide", "which", "over", "tell", "done")
    assert ("over", "2026-09-23") in row.recording.expected.dates
    assert row.recording.expected.ended


def test_a_deployment_that_goes_otherwise_than_a_saved_rehearsal_is_refused(saved: Engine) -> None:
    with pytest.raises(DeploymentRefused) as refused:
        saved.deployments.deploy({"p.bpmn": process(wait="3 weeks")}, "here", strict=False)
    (found,) = (each for each in refused.value.findings if each.severity == "error")
    assert found.code == "PW-994"
    assert "“A while is waited” goes otherwise" in found.message
    assert '"over" on 2026-09-30, not "over" on 2026-09-23' in found.message


def test_a_deployment_that_goes_as_saved_is_taken(saved: Engine) -> None:
    changed = process().replace(b'name="Hold"', b'name="Wait"')
    assert saved.deployments.deploy({"p.bpmn": changed}, "here", strict=False).processes == {"small": 2}


def test_a_check_says_what_a_deployment_would(saved: Engine) -> None:
    found = saved.deployments.check({"p.bpmn": process(wait="3 weeks")}, "here", strict=False)
    assert "PW-994" in {each.code for each in found}


def test_a_removed_rehearsal_stands_against_nothing(saved: Engine) -> None:
    (row,) = saved.rehearsals.saved("small", OWNER)
    saved.rehearsals.remove(row.id, OWNER)
    assert saved.deployments.deploy({"p.bpmn": process(wait="3 weeks")}, "here", strict=False).new
    with pytest.raises(RehearsalNotFound):
        saved.rehearsals.remove(row.id, OWNER)


def test_another_authority_has_no_part_in_it(saved: Engine) -> None:
    assert saved.rehearsals.saved("small", Scope("town")) == []
    with pytest.raises(RehearsalNotFound):
        saved.rehearsals.remove(1, Scope("town"))


# -- on the command line -------------------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with the process and its form on disk."""
    for folder in ("processes/here", "forms/here", "config/authorities", "config/calendars"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "config/authorities/here.yaml").write_text("id: here\nname: Here\nroles: [{id: seo, name: Officer}]\n")
    (tmp_path / "processes/here/small.bpmn").write_bytes(process())
    (tmp_path / "forms/here/form.form").write_text(json.dumps(FORM))
    return tmp_path


def _run(project: Path, *arguments: str) -> Any:
    from click.testing import CliRunner

    words = [str(project / "processes/here/small.bpmn"), *arguments, "--config", str(project / "config")]
    return CliRunner().invoke(rehearse, words)


def test_a_year_on_the_command_line(project: Path) -> None:
    result = _run(project, "--since", "2026-09-07")
    assert "Mon 7 Sep 2026 09:00  Decide is asked, due on 14 September 2026 [seo] (A-1)" in result.output


def test_a_saved_rehearsal_on_the_command_line(project: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    kept.write_text(_run(project, "--since", "2026-09-07", "--json").output)
    assert _run(project, str(kept)).output == f"{kept}: as saved\n"
    (project / "processes/here/small.bpmn").write_bytes(process(due="9 working days"))
    changed = _run(project, str(kept))
    assert changed.exit_code == 1
    assert "the dates are others" in changed.output


def test_every_answer_on_the_command_line(project: Path) -> None:
    result = _run(project, "--since", "2026-09-07", "--every-answer")
    assert "with every answer that decides anything" in result.output
    assert "Never reached: inspection" in result.output
