"""What a form promises in words holds wherever an answer could be met."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from engine.clock import VirtualClock
from engine.forms import load_form
from tests.engine.running import NOW
from tests.engine.spiff.cases import bpmn
from tests.processes.promises import ROOT, promises
from tests.webapp.conftest import Browser, engine_of
from tests.webapp.conftest import _settings as settings_of
from tests.webapp.pages.test_chronology import pack
from webapp import create_app

#: Beside officers who are asked in the case too, the one who manages it and is named in no promise.
STRANGERS = ("quality-of-education-group", "process-owner")
FORMS = sorted({each.form for each in promises()})


def secrets(form: str) -> dict[str, str]:
    """An answer to each question that the form keeps to certain roles, which is found nowhere else."""
    asked = load_form((ROOT / "forms" / f"{form}.form").read_bytes())
    texts = (each for each in asked.fields if each.confidential is not None and each.kind in ("textarea", "textfield"))
    return {each.key: f"SECRET-{form.partition('/')[2]}-{each.key}" for each in texts if not each.readonly}


WRITTEN = [form for form in FORMS if secrets(form)]


def looking(keys: list[str]) -> bytes:
    """A form of a later task that quotes these answers, in its text and in questions."""
    text = {"type": "text", "text": " ".join(f"{{{{ {key} }}}}" for key in keys)}
    quoted = [{"type": "textfield", "key": key, "label": key, "readonly": True} for key in keys]
    more = {"type": "textfield", "key": "more", "label": "More", "conditional": {"hide": f'={keys[0]} = "x"'}}
    return json.dumps({"type": "default", "id": "look", "components": [text, *quoted, more]}).encode()


@pytest.fixture(scope="module")
def kept(seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Flask, dict[str, tuple[int, int, int]]]:
    """A case for each form: its confidential questions are answered, and a task waits whose form quotes them. By form the case,
    the task that was done and the one that waits."""
    folder = tmp_path_factory.mktemp("promises")
    for file in seeded.glob("seeded.db*"):
        shutil.copy(file, folder / file.name)
    app = create_app(settings_of(seeded, f"sqlite:///{folder / 'seeded.db'}", VirtualClock(NOW)))
    engine, found = engine_of(app), {}
    for number, form in enumerate(WRITTEN):
        values, name = secrets(form), f"{form.partition('/')[2]}.form"
        diagram = bpmn(
            f'<startEvent id="s"/><userTask id="a" name="Writes" camunda:formKey="{form}" camunda:candidateGroups="seo"/>'
            f'<userTask id="b" name="Reads" camunda:formKey="barnsley/look-{number}" camunda:candidateGroups="seo,{STRANGERS[0]}"/>'
            '<endEvent id="e"/>',
            "s>a a>b b>e",
            key=f"promise-{number}",
        )
        files = {
            f"promise-{number}.bpmn": diagram,
            name: (ROOT / "forms" / f"{form}.form").read_bytes(),
            f"look-{number}.form": looking(list(values)),
        }
        engine.deployments.deploy(files, "barnsley", by="owner", strict=False)
        case = engine.cases.start(f"promise-{number}", authority="barnsley", school="100001")
        first = engine.tasks.open(case)[0].id
        engine.tasks.complete(first, values, by="somebody@barnsley.example.org")
        found[form] = (case, first, engine.tasks.open(case)[0].id)
    return app, found


@pytest.fixture(params=STRANGERS, scope="module")
def stranger(kept: tuple[Flask, Any], request: pytest.FixtureRequest) -> Iterator[Browser]:
    yield Browser(kept[0].test_client()).sign_in(request.param)


ADDRESSES = {
    "page": "/cases/{case}",
    "task": "/tasks/{waits}",
    "task that was done": "/tasks/{done}",
    "chronology": "/cases/{case}/chronology",
    "search in the chronology": "/cases/{case}/chronology?search=SECRET",
    "chronology of the school": "/schools/100001/chronology",
    "files": "/cases/{case}/files",
    "inbox": "/tasks?search=SECRET",
    "search": "/cases?search=SECRET&status=all",
    "export": "/cases/export.csv?status=all",
    "notices": "/notices",
    "school": "/schools/100001",
}


@pytest.mark.parametrize("form", WRITTEN)
def test_another_officer_meets_the_answer_nowhere(
    kept: tuple[Flask, dict[str, tuple[int, int, int]]], stranger: Browser, form: str
) -> None:
    case, done, waits = kept[1][form]
    met = {
        what: answer
        for what, address in ADDRESSES.items()
        if "SECRET-" in (answer := stranger.get(address.format(case=case, done=done, waits=waits))[1])
    }
    assert list(met) == []


@pytest.mark.parametrize("form", WRITTEN)
def test_whoever_is_named_reads_the_answer(kept: tuple[Flask, dict[str, tuple[int, int, int]]], form: str) -> None:
    case = kept[1][form][0]
    values = secrets(form)
    asked = load_form((ROOT / "forms" / f"{form}.form").read_bytes()).confidential()
    roles = asked[next(iter(values))]
    role = "seo" if "seo" in roles else min(roles)
    page = Browser(kept[0].test_client()).sign_in(role).get(f"/cases/{case}/chronology")[1]
    assert next(iter(values.values())) in page


@pytest.mark.parametrize("form", WRITTEN)
def test_a_pack_that_a_manager_makes_for_another_officer_has_no_such_answer(
    kept: tuple[Flask, dict[str, tuple[int, int, int]]], form: str
) -> None:
    manager = Browser(kept[0].test_client()).sign_in("process-owner")
    made = pack(manager, f"/cases/{kept[1][form][0]}/pack?reader={STRANGERS[0]}")
    assert b"SECRET-" not in made.read("story.json")


class TestTheEvidenceAtBarnsley:
    """It goes to the Head of the BSA and to nobody else, until the Head of the BSA has escalated the case."""

    SUMMARY = "Weak phonics, found in June."

    @pytest.fixture
    def given(self, app: Flask, case: int) -> int:
        engine_of(app).tasks.complete(1, {"evidence_summary": self.SUMMARY}, by="seo@barnsley.example.org")
        return case

    def decide(self, app: Flask, decision: str) -> None:
        task = engine_of(app).tasks.open(1)[0].id
        values = {"head_of_bsa_decision": decision, "head_of_bsa_reason": "x", "school_category": "getting to good"}
        engine_of(app).tasks.complete(task, values, by="head-of-bsa@barnsley.example.org")

    def reads(self, browser: Browser, role: str) -> bool:
        return self.SUMMARY in browser.sign_in(role).get("/cases/1/chronology")[1]

    def test_at_first_only_its_roles_read_it(self, browser: Browser, given: int) -> None:
        assert {role: self.reads(browser, role) for role in ("seo", "head-of-bsa", "service-director")} == {
            "seo": True,
            "head-of-bsa": True,
            "service-director": False,
        }

    def test_escalated_it_is_for_all_who_see_the_case(self, app: Flask, browser: Browser, given: int) -> None:
        self.decide(app, "escalate")
        assert self.reads(browser, "service-director")
        assert self.SUMMARY in browser.get("/cases/1")[1]

    def test_without_escalation_it_stays_kept(self, app: Flask, browser: Browser, given: int) -> None:
        self.decide(app, "no further action")
        assert not self.reads(browser, "service-director")

    def test_whoever_writes_it_is_told_who_reads_it(self, browser: Browser, case: int) -> None:
        page = browser.sign_in("seo").get("/tasks/1")[1]
        assert "Confidential: only you and these roles will see it for now: Head of the Barnsley" in page
