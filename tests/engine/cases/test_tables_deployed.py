"""Decision tables that are deployed alone, after the diagrams that ask them: in the database, as process owners do it."""

from __future__ import annotations

import json

import pytest

from engine import Engine
from engine.errors import DeploymentRefused
from tests.engine.lint.test_tables import GOOD, _table
from tests.engine.lint.test_tables_alone import OLD, asked, under

OPTIONS = [{"label": each.title(), "value": each} for each in ("good", "inadequate")]
QUESTION = {"type": "radio", "id": "Field_j", "key": "judgement", "label": "Which?", "values": OPTIONS}
FORM = {"type": "default", "id": "f", "schemaVersion": 18, "components": [{**QUESTION, "validate": {"required": True}}]}
FILES = {"judge.form": json.dumps(FORM).encode(), "p.bpmn": asked().encode()}
BOTH = OLD.replace(b"</definitions>", under("other")[OLD.index(b"<decision ") :])


@pytest.fixture
def deployed(engine: Engine) -> Engine:
    engine.deployments.deploy({**FILES, "levels.dmn": OLD}, "here", by="owner", strict=False)
    return engine


def found(engine: Engine, table: bytes) -> list[tuple[str, str]]:
    return [(each.severity, each.code) for each in engine.deployments.check({"levels.dmn": table}, "here")]


def test_a_table_that_gives_several_results_is_refused_where_a_deployed_diagram_takes_one(deployed: Engine) -> None:
    with pytest.raises(DeploymentRefused, match="COLLECT may give several results"):
        deployed.deployments.deploy({"levels.dmn": _table(*GOOD, policy="COLLECT")}, "here", by="owner")


def test_a_table_that_nothing_feeds_any_more_is_refused(deployed: Engine) -> None:
    with pytest.raises(DeploymentRefused, match="nothing can have set"):
        deployed.deployments.deploy({"levels.dmn": _table(*GOOD, asked="judgment")}, "here", by="owner")


def test_a_table_under_another_id_is_warned_of(deployed: Engine) -> None:
    assert found(deployed, under("level_of")) == [("warning", "PW-993")]


def test_a_table_that_fits_is_taken(deployed: Engine) -> None:
    assert found(deployed, _table('"good" -> "low"', '- -> "high"')) == []


def test_a_decision_is_read_from_its_newest_file_whatever_older_files_say(engine: Engine) -> None:
    engine.deployments.deploy({"levels.dmn": BOTH, **FILES}, "here", by="owner", strict=False)
    newest = _table('"good" -> "low"', '"inadequate" -> "urgent"')
    engine.deployments.deploy({"levels.dmn": newest}, "here", by="owner", strict=False)
    again = engine.deployments.check({"p.bpmn": asked().encode()}, "here")
    assert [each.code for each in again if each.severity == "error" and "urgent" in each.remedy] == ["PW-872"]
