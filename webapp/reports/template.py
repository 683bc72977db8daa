"""The templates of reports, ``config/reports/<authority>/<name>.md``: what a council edits without code.

A file begins with what the report is, between two lines of ``---``, as YAML; below stands its text, Markdown with Jinja::

    ---
    title: Quarterly report to the senior management team
    writers: [qa-manager]     # roles; where a task asks for the report, those whose task it is
    readers: [smt]            # optional: roles that read it once it is approved
    every: quarter            # month, quarter, term or year: which days the first draft is about
    school: true              # optional: it is about one school
    ---

What the text may use is said in docs/how-to/change-a-report.md and made in :mod:`webapp.reports.drawing`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from marshmallow import Schema, ValidationError, fields, validate

from engine.errors import ReportTemplateWrong

#: How often a report is made, and how many months its first draft looks back; a term's is looked up in the calendar.
EVERY = {"month": 1, "quarter": 3, "term": 4, "year": 12}
_MARK = "---"
#: A line that is in italics as a whole and has nothing drawn in it.
_ASKS = re.compile(r"^[ \t]*\*(?![*\s])([^*{}\n]+)\*[ \t]*\r?$", re.MULTILINE)


class _Head(Schema):
    title = fields.String(required=True, validate=validate.Length(min=1, max=200))
    writers = fields.List(fields.String(), required=True, validate=validate.Length(min=1))
    readers = fields.List(fields.String(), load_default=list)
    every = fields.String(required=True, validate=validate.OneOf(EVERY))
    school = fields.Boolean(load_default=False)


@dataclass(frozen=True)
class Template:
    """A template: its ``name`` is folder and file, such as "barnsley/quarterly"; ``text`` is Markdown with Jinja."""

    name: str
    title: str
    writers: tuple[str, ...]
    readers: tuple[str, ...]
    every: str
    school: bool
    text: str

    @property
    def asks(self) -> list[str]:
        """What it asks people to write: its lines that are in italics as a whole, ``*Write what has changed.*``."""
        return [found[1].strip() for found in _ASKS.finditer(self.text)]

    def unwritten(self, text: str) -> list[str]:
        """Which of these still stand in a report's text."""
        said = " ".join(text.split())
        return [each for each in dict.fromkeys(self.asks) if " ".join(each.split()) in said]

    @property
    def authority(self) -> str:
        """Whose it is."""
        return self.name.split("/")[0]


def load(folder: Path, name: str) -> Template:
    """The template of a name. Raises ReportTemplateWrong."""
    parts = name.split("/")
    file = folder.joinpath(*parts).with_suffix(".md")
    if len(parts) != 2 or not all(part and part.strip(".") == part for part in parts) or not file.is_file():
        raise ReportTemplateWrong(template=name, reason="there is no such file in config/reports")
    try:
        return read(name, file.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise ReportTemplateWrong(template=name, reason=f"it is not in UTF-8 ({error.reason})") from error


def read(name: str, text: str) -> Template:
    """The template that a file's text says. Raises ReportTemplateWrong."""
    first, *rest = text.lstrip("\ufeff").split("\n")
    if first.strip() != _MARK or _MARK not in map(str.strip, rest):
        raise ReportTemplateWrong(
            template=name, reason='it does not begin with its title and roles between two lines "---"'
        )
    end = list(map(str.strip, rest)).index(_MARK)
    head = _head(name, "\n".join(rest[:end]))
    return Template(
        name=name,
        title=head["title"],
        writers=tuple(head["writers"]),
        readers=tuple(head["readers"]),
        every=head["every"],
        school=head["school"],
        text="\n".join(rest[end + 1 :]).strip(),
    )


def _head(name: str, said: str) -> Mapping[str, Any]:
    try:
        known = yaml.safe_load(said)
        return dict(_Head().load(known if isinstance(known, dict) else {}))
    except yaml.YAMLError as error:
        raise ReportTemplateWrong(template=name, reason=" ".join(str(error).split())) from error
    except ValidationError as error:
        messages = error.messages if isinstance(error.messages, dict) else {}
        wrong = "; ".join(f"{field}: {', '.join(map(str, said))}" for field, said in messages.items())
        raise ReportTemplateWrong(template=name, reason=wrong) from error


def of_authority(folder: Path, authority: str) -> list[Template]:
    """The templates of an authority, by title. Raises ReportTemplateWrong."""
    files = sorted((folder / authority).glob("*.md")) if authority else []
    return sorted((load(folder, f"{authority}/{file.stem}") for file in files), key=lambda each: each.title)
