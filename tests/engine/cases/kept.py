"""A council that keeps records by a schedule: a case of a school, with an answer, a file, comments, mail and a message."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from engine import Config, Engine, Said, Scope
from engine.people.authorities import Authority
from engine.people.directory import Member
from engine.people.retention import Retention, Rule
from engine.queries.links import Asked
from engine.services.packs import MadePack
from tests.engine.running import clock_of, role, running, task
from tests.engine.spiff.cases import bpmn

SAM, GOV, BOSS = "sam@example.org", "gov@example.org", "boss@example.org"
ROLES = {SAM: {"seo"}, GOV: {"governance"}, BOSS: {"director"}}
YEAR = timedelta(days=366)
SCHOOLS = b"urn,name,phase,type\n100001,Elm,primary,community\n100002,Oak,primary,community\n"
FORM = (
    b'{"type": "default", "id": "asked", "components": ['
    b'{"type": "textfield", "key": "said", "label": "Said"}, '
    b'{"type": "textfield", "key": "secret", "label": "Secret", "properties": {"confidential": "head"}}]}'
)
PROCESS = bpmn(
    '<startEvent id="s"/><userTask id="a" name="Hear the school" camunda:candidateGroups="seo" '
    'camunda:formKey="town/asked"/><endEvent id="e"/>',
    "s>a a>e",
)
RULE = Rule(12, 84, "Line 4.2")


def members(*_: Any) -> Iterable[Member]:
    return [Member(name, name.partition("@")[0].title(), name, frozenset(roles)) for name, roles in ROLES.items()]


def town(kept: Retention) -> Authority:
    roles = {"seo": role("seo", "start"), "director": role("director", "manage")}
    roles |= {"governance": role("governance", "records"), "head": role("head")}
    return Authority("town", "Town", "", "town", roles, (), {}, retention=kept)


def keeping(database_url: str, folder: Path, kept: Retention | None = None) -> Engine:
    """An engine of that council, with the process deployed."""
    config = Config(
        authorities={"town": town(kept or Retention(RULE))}, files=folder / "files", mail_folder=folder / "mail"
    )
    engine = running(database_url, config=config, directory=members)
    engine.schools.import_file(SCHOOLS, "town")
    files = {"processes/town/p.bpmn": PROCESS, "forms/town/asked.form": FORM}
    engine.deployments.deploy(files, "town", by="owner", strict=False)
    return engine


def who(engine: Engine, name: str) -> Scope:
    return engine.people.scope("town", ROLES[name], name)


def ended(engine: Engine, school: str = "100001", said: str = "Weak phonics in Year 1") -> int:
    """A case that has ended today, with all that a case may have."""
    sam = who(engine, SAM)
    case = engine.cases.start("p", school=school, by=sam)
    ident = task(engine, "a", case)
    engine.attachments.add(case, "notes.txt", io.BytesIO(b"Evidence."), sam)
    engine.comments.add(Said(case, "Look at this, @Boss@example.org", ident), sam)
    link = engine.links.make(Asked(ident, "head", "guest@example.org", "New head."), sam)
    engine.links.send(link, "https://pathways.example.org/link/x", sam)
    engine.packs.keep(MadePack("the governors", "They asked.", 3, 0, "ab" * 32, case), who(engine, BOSS))
    engine.tasks.complete(ident, {"said": said, "secret": "Divorce"}, by=sam)
    engine.tasks.correct(ident, "It was Year 2.", "Mistyped.", sam)
    return case


def later(engine: Engine, years: int = 0, days: int = 0) -> None:
    """So much later, a worker looks."""
    clock_of(engine).advance(years * YEAR + timedelta(days=days))
    engine.retention.follow()
