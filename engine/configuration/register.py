"""The register of clauses: what an authority's policy asks for, one entry a duty, in the authority's own words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from engine.configuration.problems import Problem, wrong_text
from engine.yaml_files import as_yaml, given_yaml

#: What a clause asks for.
KINDS = ("start", "step", "decision", "timer", "role", "record", "access", "report", "rule")
ID = re.compile(r"[A-Z][A-Za-z0-9.-]{1,39}")
LONGEST_SAYS, LONGEST, MOST = 2_000, 200, 2_000


@dataclass(frozen=True)
class Duty:
    """A clause: where in which document it stands, which process carries it, what kind of duty it is, and what it says."""

    id: str
    says: str
    at: str = ""
    process: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Register:
    """An authority's clauses by id; ``sources`` are the titles of the documents by the beginning of their clauses' ids,
    ``processes`` what each process carries in a line."""

    duties: dict[str, Duty] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    processes: dict[str, str] = field(default_factory=dict)

    def source(self, ident: str) -> str:
        """The document that a clause stands in, by its key; empty where none is named."""
        return max((key for key in self.sources if ident.startswith(key)), key=len, default="")


def read_register(data: bytes) -> tuple[Register, list[Problem]]:
    """The register that a document holds, and what is wrong with it."""
    try:
        said = given_yaml(data) or {}
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        return Register(), [Problem((), f"it cannot be read: {' '.join(str(error).split())}")]
    if not isinstance(said, dict) or not isinstance(said.get("clauses") or [], list):
        return Register(), [Problem((), "it must say clauses: and then list them")]
    problems: list[Problem] = []
    duties: dict[str, Duty] = {}
    for row in said.get("clauses") or []:
        duty = _duty(row if isinstance(row, dict) else {})
        if duty.id in duties:
            problems.append(Problem((duty.id, "id"), "There is another clause with this id"))
        duties[duty.id] = duty
    found = Register(duties, _titles(said.get("sources")), _texts(said.get("processes")))
    return found, problems + list(check_register(found))


def _duty(row: dict[str, Any]) -> Duty:
    return Duty(**{name: str(row.get(name) or "").strip() for name in ("id", "says", "at", "process", "kind")})


def _titles(said: Any) -> dict[str, str]:
    rows = said.items() if isinstance(said, dict) else ()
    return {str(key): str(each.get("title", key) if isinstance(each, dict) else each) for key, each in rows}


def _texts(said: Any) -> dict[str, str]:
    return {str(key): str(each) for key, each in said.items()} if isinstance(said, dict) else {}


def check_register(register: Register) -> Iterator[Problem]:
    """What is wrong with a register, each on its clause and field."""
    if len(register.duties) > MOST:
        yield Problem((), f"It has {len(register.duties):,} clauses; {MOST:,} are the most")
    for duty in register.duties.values():
        for name, said in check_duty(duty).items():
            yield Problem((duty.id or "a clause", name), said)


def check_duty(duty: Duty) -> dict[str, str]:
    """What is wrong with a clause, by field."""
    lengths = {"says": LONGEST_SAYS, "at": LONGEST, "process": LONGEST}
    said = {name: wrong_text(getattr(duty, name), longest) for name, longest in lengths.items()}
    problems = {name: message for name, message in said.items() if message}
    if not ID.fullmatch(duty.id):
        problems["id"] = "Use letters, digits, full stops and hyphens, beginning with a capital, such as BAR-QA-2.1"
    if not duty.says:
        problems["says"] = "Enter what the policy asks for, in your own words"
    if duty.kind and duty.kind not in KINDS:
        problems["kind"] = f"Choose one of {', '.join(KINDS)}"
    return problems


def write_register(register: Register) -> bytes:
    """The document of a register."""
    duties = ({name: each for name, each in vars(duty).items() if each} for duty in register.duties.values())
    said: dict[str, Any] = {"sources": {key: {"title": title} for key, title in register.sources.items()}}
    said |= {"processes": dict(register.processes)} if register.processes else {}
    return as_yaml({**said, "clauses": [{"id": duty["id"], **duty} for duty in duties]})
