"""A case with a secret in every place that takes one: answers, a list, a file, a draft, a message, what fails by an answer.

Whatever is kept to the Service Director begins with ``MARK``; what may be read by all who see the case does not.
"""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Column, select

from engine.clock import VirtualClock
from engine.store.tables import Base
from tests.engine.running import NOW
from tests.engine.spiff.cases import bpmn, prop
from tests.webapp.conftest import Browser, engine_of, give
from tests.webapp.conftest import _settings as settings_of
from webapp import create_app

MARK = "MARKED"
DIRECTOR = "service-director"
#: Somebody else with that role, who has written nothing of it.
READER = "lead-member@barnsley.example.org"
SCHOOL = "100001"
KEPT = {"properties": {"confidential": DIRECTOR}}


def _question(key: str, kind: str = "textfield", **more: Any) -> dict[str, Any]:
    return {"type": kind, "key": key, "label": key.capitalize(), **more}


def _form(name: str, *components: dict[str, Any]) -> bytes:
    return json.dumps({"type": "default", "id": name, "components": list(components)}).encode()


ROWS = {"type": "dynamiclist", "path": "rows", "label": "Rows", "components": [_question("row")], **KEPT}
#: Quotes what is kept, in every way in which a form can.
QUOTING = (
    {"type": "text", "text": "It says {{ salary }} and {{ begun }}."},
    _question("salary", readonly=True),
    {**ROWS, "readonly": True},
    _question("begun", description="Before it was {{ begun }}.", properties={"prefill": "keep"}),
    _question("picked", "radio", valuesExpression="=[note, later]"),
    _question("more", conditional={"hide": f'=salary = "x" or begun = "y" or note = "{MARK[0]}"'}),
)
FORMS = {
    "begin.form": _form("begin", _question("begun", **KEPT)),
    "ask.form": _form(
        "ask",
        _question("salary", **KEPT),
        _question("note", "textarea", **KEPT),
        ROWS,
        _question(
            "later",
            properties={"confidential": DIRECTOR, "confidentialUntil": "=opened != null and opened = true"},
        ),
        _question("plain"),
    ),
    "look.form": _form("look", *QUOTING),
    "told.form": _form("told", *QUOTING),
}
#: What fails by an answer, each after an hour.
FAILS = {
    "timer": '<intermediateCatchEvent id="{id}" name="Waits"><timerEventDefinition><timeDuration>= salary</timeDuration>'
    "</timerEventDefinition></intermediateCatchEvent>",
    "date": '<scriptTask id="{id}" name="Works out" scriptFormat="feel" camunda:resultVariable="x"><script>= date(salary) + 1</script></scriptTask>',
    "loop": '<scriptTask id="{id}" name="Goes through" scriptFormat="feel" camunda:resultVariable="x"><script>= 1</script>'
    '<multiInstanceLoopCharacteristics camunda:collection="= salary" camunda:elementVariable="each"/></scriptTask>',
    "due": '<userTask id="{id}" name="Is due" camunda:candidateGroups="clerk" camunda:dueDate="= salary"/>',
    "whom": '<userTask id="{id}" name="Is given" camunda:assignee="= salary"/>',
    "meeting": '<sendTask id="{id}" name="Invites" camunda:type="external" camunda:topic="notify"><extensionElements><camunda:inputOutput>'
    '<camunda:inputParameter name="to">seo</camunda:inputParameter><camunda:inputParameter name="subject">Said</camunda:inputParameter><camunda:inputParameter name="text">Said</camunda:inputParameter><camunda:inputParameter name="meeting">= salary</camunda:inputParameter>'
    "</camunda:inputOutput></extensionElements></sendTask>",
    "way": '<exclusiveGateway id="{id}" name="Which way?" default="f_{id}_d{id}"/><task id="d{id}"/>',
}


def _branches() -> tuple[str, str]:
    body, sequence = "", ""
    for name, element in FAILS.items():
        body += f'<intermediateCatchEvent id="t{name}"><timerEventDefinition><timeDuration>PT1H</timeDuration>'
        body += f'</timerEventDefinition></intermediateCatchEvent>{element.format(id=name)}<endEvent id="e{name}"/>'
        ends = "way>eway[salary] way>dway dway>eway" if name == "way" else f"{name}>e{name}"
        sequence += f" p>t{name} t{name}>{name} {ends}"
    return body, sequence


_BODY, _SEQUENCE = _branches()
CALLED = bpmn(
    '<startEvent id="s"/><userTask id="inner" name="Reads inside" camunda:formKey="barnsley/look" '
    'camunda:candidateGroups="seo,quality-of-education-group"/><endEvent id="e"/>',
    "s>inner inner>e",
    key="kept-called",
)
CASE = bpmn(
    '<startEvent id="s" camunda:formKey="barnsley/begin"/>'
    '<userTask id="a" name="Writes" camunda:formKey="barnsley/ask" camunda:candidateGroups="seo,service-director"/>'
    f'<parallelGateway id="p"/>{_BODY}'
    '<userTask id="b" name="Reads" camunda:formKey="barnsley/look" '
    'camunda:candidateGroups="seo,quality-of-education-group,headteacher">'
    f'{prop(onBehalf="seo,process-owner")}</userTask><endEvent id="eb"/>'
    '<userTask id="c" name="Writes again" camunda:formKey="barnsley/ask" camunda:candidateGroups="seo,service-director"/>'
    '<endEvent id="ec"/>'
    '<intermediateCatchEvent id="m" name="Is told" camunda:formKey="barnsley/told">'
    f"{prop(reportedBy='seo,quality-of-education-group')}"
    '<messageEventDefinition messageRef="heard"/></intermediateCatchEvent><endEvent id="em"/>'
    '<intermediateThrowEvent id="throw" name="Tells"><extensionElements><camunda:inputOutput>'
    '<camunda:inputParameter name="salary">= salary</camunda:inputParameter><camunda:inputParameter name="copied">= salary</camunda:inputParameter>'
    '</camunda:inputOutput></extensionElements><messageEventDefinition messageRef="nobody"/></intermediateThrowEvent>'
    '<endEvent id="et"/>'
    '<callActivity id="call" calledElement="kept-called"><extensionElements><camunda:in variables="all"/></extensionElements>'
    '</callActivity><endEvent id="ecall"/>',
    f"s>a a>p p>b b>eb p>c c>ec p>m m>em p>throw throw>et p>call call>ecall {_SEQUENCE}",
    '<message id="heard" name="something-heard"/><message id="nobody" name="nobody-hears"/>',
    "kept",
)
ANSWERS = {
    "salary": f"{MARK}-SALARY",
    "note": f"{MARK}-NOTE",
    "rows": [{"row": f"{MARK}-ROW"}],
    "later": f"{MARK}-LATER",
    "plain": "Seen by all",
}


@dataclass(frozen=True)
class Kept:
    """The application, the case, its tasks by element, and its file."""

    app: Flask
    case: int
    tasks: Mapping[str, int]
    file: int

    def copied(self, folder: Path) -> Kept:
        """The same once more, for what changes it."""
        clock = VirtualClock(engine_of(self.app).clock.now())
        database = Path(self.app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///"))
        for file in database.parent.glob(f"{database.name}*"):
            (shutil.copytree if file.is_dir() else shutil.copy)(file, folder / file.name)
        root = Path(self.app.config["ROOT"])
        app = create_app(settings_of(root, f"sqlite:///{folder / database.name}", clock))
        return replace(self, app=app)

    def browser(self, role: str, authority: str = "barnsley") -> Browser:
        return Browser(self.app.test_client()).sign_in(role, authority)


def made(seeded: Path, folder: Path) -> Kept:
    """All of it, in a folder of its own."""
    for file in seeded.glob("seeded.db*"):
        shutil.copy(file, folder / file.name)
    clock = VirtualClock(NOW)
    app = create_app(settings_of(seeded, f"sqlite:///{folder / 'seeded.db'}", clock))
    engine, me = engine_of(app), f"{DIRECTOR}@barnsley.example.org"
    engine.deployments.deploy(
        {"kept-called.bpmn": CALLED, "kept.bpmn": CASE, **FORMS}, "barnsley", by="owner", strict=False
    )
    case = engine.cases.start(
        "kept", "Kept case", authority="barnsley", school=SCHOOL, variables={"begun": f"{MARK}-BEGUN"}, by=me
    )
    by, first = engine.people.scope("barnsley", [DIRECTOR], me), engine.tasks.open(case)[0].id
    secret = io.BytesIO(f"{MARK}-CONTENT".encode())
    file = engine.attachments.add(case, f"{MARK}-FILE.txt", secret, by, task=first, roles=[DIRECTOR])
    engine.tasks.complete(first, ANSWERS, by=me)
    for _ in range(12):
        clock.advance(timedelta(days=1))
        engine.jobs.run_due()
    give(app, READER, ["lead-member", "seo", DIRECTOR])
    tasks = {each.element: each.id for each in engine.tasks.open(case)} | {"a": first}
    kept = Kept(app, case, tasks, file)
    director = kept.browser(DIRECTOR)
    director.post(f"/tasks/{tasks['c']}", draft="later", salary=f"{MARK}-DRAFT", note=f"{MARK}-DRAFTED")
    director.post(
        f"/tasks/{tasks['b']}/link", role="headteacher", email="new@example.org", reason="Asked", confidential="1"
    )
    director.post(f"/tasks/{first}/correction", reason="It was misheard.", text=f"{MARK}-CORRECTION")
    return kept


def ids(app: Flask) -> dict[str, list[Any]]:
    """All ids that there are, by the table."""
    with engine_of(app).reading() as session:
        return {
            name: list(session.scalars(select(table.primary_key.columns.values()[0])))
            for name, table in Base.metadata.tables.items()
            if len(table.primary_key.columns) == 1
        }


def opened(content: bytes) -> bytes:
    """What is in an archive (a pack, a workbook, a Word file), however deep; anything else as it is."""
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return b"\n".join(name.encode() + b" " + opened(archive.read(name)) for name in archive.namelist())


def texts(app: Flask, table: str) -> Iterator[str]:
    """Each row of a table as text."""
    columns: list[Column[Any]] = list(Base.metadata.tables[table].columns)
    with engine_of(app).reading() as session:
        for row in session.execute(select(*columns)):
            yield " ".join(str(each) for each in row)
