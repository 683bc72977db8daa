"""An authority as one zip: what an export holds, what an import would change, and what no archive may do. On both databases."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pytest

from engine import Config, Deployed, Engine, Scope
from engine.configuration import Setting, write_settings
from engine.errors import ArchiveUnusable, DeploymentRefused, DocumentOvertaken, PlanOver
from engine.services.archives import MOST_FILES, unpacked
from tests.engine.lint.drawing import around
from tests.engine.running import authority, role, running

PAT = Scope("here", frozenset({"owner"}), "pat@here.example.org")
LEE = Scope("there", frozenset({"owner"}), "lee@there.example.org")
DRAWN = around('<userTask id="t" name="Answer" camunda:candidateGroups="seo" camunda:formKey="here/ask"/>').encode()
FORM = b'{"type": "default", "id": "ask", "components": [{"type": "textfield", "key": "q", "label": "Why?"}]}'


@pytest.fixture
def engine(database_url: str) -> Engine:
    homes = {}
    for ident in ("here", "there"):
        home = authority(ident)
        homes[ident] = replace(home, roles={**home.roles, "owner": role("owner", "own-processes")}, settings={"a": 1})
    made = running(database_url, config=Config(authorities=homes))
    made.deployments.deploy({"processes/here/p.bpmn": DRAWN, "forms/here/ask.form": FORM}, "here", strict=False)
    return made


def packed(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in files.items():
            made.writestr(name, content)
    return out.getvalue()


def test_an_export_holds_everything(engine: Engine) -> None:
    files = unpacked(engine.archives.export(PAT))
    assert set(files) == {"processes/p.bpmn", "forms/here/ask.form", "settings.yaml", "roles.yaml"}
    assert files["processes/p.bpmn"] == DRAWN


def test_the_same_content_is_the_same_file(engine: Engine) -> None:
    assert engine.archives.export(PAT) == engine.archives.export(PAT)


def test_what_was_exported_has_nothing_to_import(engine: Engine) -> None:
    with pytest.raises(ArchiveUnusable, match="everything in it is deployed already"):
        engine.archives.propose(engine.archives.export(PAT), PAT)


def test_an_import_is_one_deployment_with_a_note(engine: Engine) -> None:
    settings = write_settings({"a": Setting("a", 2)})
    changed = FORM.replace(b"Why?", b"Why so?")
    kept = engine.archives.propose(packed({"settings.yaml": settings, "forms/here/ask.form": changed}), PAT)
    assert engine.configuration.standing("settings", PAT).version == 1
    done = engine.archives.confirm(kept, "From the neighbours", PAT)
    assert isinstance(done, Deployed)
    assert (dict(done.forms), dict(done.config)) == ({"here/ask": 2}, {"config:settings": 2})
    assert engine.configuration.standing("settings", PAT).note == "From the neighbours"
    with pytest.raises(PlanOver):
        engine.archives.confirm(kept, "Again", PAT)


def test_another_authority_takes_it_and_its_own_stays(engine: Engine) -> None:
    kept = engine.archives.propose(engine.archives.export(PAT), LEE)
    engine.archives.confirm(kept, "As the neighbours have it", LEE)
    assert set(engine.deployments.files(LEE)) == {"processes/there/p.bpmn", "forms/here/ask.form"}
    assert set(engine.deployments.files(PAT)) == {"processes/here/p.bpmn", "forms/here/ask.form"}


def test_what_is_wrong_in_one_file_lets_nothing_of_it_in(engine: Engine) -> None:
    files = {"forms/here/ask.form": FORM.replace(b"Why?", b"So?"), "settings.yaml": b"settings: 1"}
    kept = engine.archives.propose(packed(files), PAT)
    with pytest.raises(DeploymentRefused):
        engine.archives.confirm(kept, "All", PAT)
    assert engine.deployments.files(PAT)["forms/here/ask.form"] == FORM
    assert engine.configuration.standing("settings", PAT).version == 1


def test_what_came_between_is_not_taken_back(engine: Engine) -> None:
    kept = engine.archives.propose(packed({"settings.yaml": write_settings({"a": Setting("a", 2)})}), PAT)
    engine.configuration.hand_in("settings", write_settings({"a": Setting("a", 3)}), 1, "Meanwhile", PAT)
    with pytest.raises(DocumentOvertaken):
        engine.archives.confirm(kept, "Late", PAT)
    assert engine.configuration.standing("settings", PAT).note == "Meanwhile"


def test_what_somebody_else_looked_at_is_not_confirmed(engine: Engine) -> None:
    kept = engine.archives.propose(packed({"settings.yaml": write_settings({"a": Setting("a", 2)})}), PAT)
    with pytest.raises(PlanOver):
        engine.archives.confirm(kept, "Not mine", replace(PAT, username="sam@here.example.org"))


def test_who_looks_at_another_file_lets_the_first_go(engine: Engine) -> None:
    first = engine.archives.propose(packed({"settings.yaml": write_settings({"a": Setting("a", 2)})}), PAT)
    engine.archives.propose(packed({"settings.yaml": write_settings({"a": Setting("a", 3)})}), PAT)
    with pytest.raises(PlanOver):
        engine.archives.confirm(first, "The first", PAT)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("../settings.yaml", "which no export has"),
        ("/etc/passwd", "which no export has"),
        ("processes/../../x.bpmn", "which no export has"),
        ("processes\\x.bpmn", "which no export has"),
        ("processes/deep/x.bpmn", "which no export has"),
        ("forms/a/b/c.form", "which no export has"),
        ("readme.txt", "which no export has"),
        ("processes/x.exe", "which no export has"),
    ],
)
def test_a_file_that_no_export_has_is_refused(name: str, wrong: str) -> None:
    with pytest.raises(ArchiveUnusable, match=wrong):
        unpacked(packed({name: b"x"}))


def test_too_many_files_and_two_of_one_name_are_refused() -> None:
    with pytest.raises(ArchiveUnusable, match="2,000 are the most"):
        unpacked(packed({f"processes/p{number}.bpmn": b"x" for number in range(MOST_FILES + 1)}))
    with pytest.raises(ArchiveUnusable, match="twice"):
        unpacked(packed({"processes/p.bpmn": b"x", "processes/P.bpmn": b"y"}))


def test_a_file_that_unpacks_to_more_than_is_taken_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("settings.yaml", b" " * 6_000_000)
    assert len(out.getvalue()) < 10_000
    with pytest.raises(ArchiveUnusable, match="settings.yaml is too large"):
        unpacked(out.getvalue())


@pytest.mark.parametrize(
    "data", [b"", b"no zip", packed({"settings.yaml": b"a: 1"})[:40]], ids=["empty", "text", "broken"]
)
def test_what_is_no_zip_says_so(data: bytes) -> None:
    with pytest.raises(ArchiveUnusable, match="it cannot be read as a zip"):
        unpacked(data)


def test_an_empty_zip_has_nothing(engine: Engine) -> None:
    with pytest.raises(ArchiveUnusable, match="there is nothing in it"):
        engine.archives.propose(packed({}), PAT)


def test_a_process_or_a_form_that_somebody_deployed_meanwhile_is_not_taken_back(engine: Engine) -> None:
    settings = write_settings({"a": Setting("a", 2)})
    kept = engine.archives.propose(packed({"processes/p.bpmn": DRAWN, "settings.yaml": settings}), PAT)
    newer = DRAWN.replace(b'name="Answer"', b'name="Answer soon"')
    engine.deployments.deploy({"processes/here/p.bpmn": newer}, "here", strict=False)
    with pytest.raises(DocumentOvertaken):
        engine.archives.confirm(kept, "Late", PAT)
    assert engine.deployments.files(PAT)["processes/here/p.bpmn"] == newer
    assert engine.configuration.standing("settings", PAT).version == 1


@pytest.mark.parametrize(
    ("way", "head"),
    [(zipfile.ZIP_DEFLATED, 0), (zipfile.ZIP_LZMA, 9), (zipfile.ZIP_BZIP2, 6)],
    ids=["zip", "lzma", "bzip2"],
)
def test_a_damaged_file_says_so(way: int, head: int) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", way) as made:
        made.writestr("settings.yaml", b"hello world " * 1000)
    damaged = bytearray(out.getvalue())
    at = damaged.find(b"settings.yaml") + len("settings.yaml") + head
    damaged[at : at + 10] = b"\xff" * 10
    with pytest.raises(ArchiveUnusable, match="it cannot be read as a zip"):
        unpacked(bytes(damaged))
