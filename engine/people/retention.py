"""How long the records of cases are kept: the council's retention schedule, in the authority's file.

.. code-block:: yaml

    retention:                    # optional: without it, Pathways' own default holds (DEFAULT), and the doctor says so
      usual: {archive: P1Y, delete: P7Y, why: Retention schedule, line 4.2}
      processes:                  # optional: what a process keeps longer, or not so long, by its key
        barnsley-complaint: {archive: P6M, delete: P6Y, why: Retention schedule, line 4.7}
        barnsley-review: {archive: P1Y, delete: never, why: Kept for the county record office}

``archive`` is how long after its end a case stays in the lists, ``delete`` how long after its end it is due for deletion: whole
years and months (ISO 8601), counted in London. No law and no policy that Pathways runs gives a figure for them: it is the
council's own to set.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from engine.calendar.rhythms import add_months

#: What the file says in place of a time for what is never deleted.
NEVER = "never"
_TIME = re.compile(r"P(?:(\d{1,3})Y)?(?:(\d{1,4})M)?")
#: Months beyond which nobody plans: a date must exist.
_MOST = 200 * 12

#: How many months ahead people set a day, as until when a case is kept back or somebody is covered for: a slip in the year
#: keeps nothing for ever.
AHEAD = 10 * 12


def last_day(today: date) -> date:
    """The last day that anybody may set: until which a case is kept back, or on which a task is due."""
    return add_months(today, AHEAD)


@dataclass(frozen=True)
class Rule:
    """What holds of the ended cases of a process, in months after their end; ``delete`` is None for what is never deleted.

    ``why`` is by which line of the council's schedule; ``own`` whether the council has said it.
    """

    archive: int
    delete: int | None
    why: str
    own: bool = True

    def archived_on(self, ended: date) -> date:
        """The day on which a case that ended on a day goes into the archive."""
        return add_months(ended, self.archive)

    def due_on(self, ended: date) -> date | None:
        """The day on which it is due for deletion."""
        return None if self.delete is None else add_months(ended, self.delete)

    @property
    def kept(self) -> str:
        """How long it is kept, in words."""
        return "kept for good" if self.delete is None else f"kept for {in_words(self.delete)} after the end"


#: What holds where a council has said nothing. A start to work from, and nobody's policy.
DEFAULT = Rule(12, 84, "Pathways’ own default: the council has set none", own=False)


@dataclass(frozen=True)
class Retention:
    """The schedule of an authority: what holds unless something else is said, and by the keys of processes what is."""

    usual: Rule = DEFAULT
    processes: Mapping[str, Rule] = field(default_factory=dict)

    def of(self, process: str) -> Rule:
        """What holds of the cases of a process."""
        return self.processes.get(process, self.usual)


#: The schedule of an authority that says nothing.
NOTHING_SAID = Retention()


def in_words(months: int) -> str:
    """A number of months as people say it."""
    years, rest = divmod(months, 12)
    said = [(years, "year"), (rest, "month")]
    parts = [f"{number} {word}{'' if number == 1 else 's'}" for number, word in said if number]
    return " and ".join(parts) or "no time"


class _Time(fields.Field[int]):
    """Whole years and months, as their months."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> int:
        found = _TIME.fullmatch(value) if isinstance(value, str) and value != "P" else None
        if found is None:
            raise ValidationError(f"“{value}” is no time such as P7Y or P1Y6M (years and months)")
        months = int(found[1] or 0) * 12 + int(found[2] or 0)
        if months > _MOST:
            raise ValidationError(f"“{value}” is more than {_MOST // 12} years: say never for what is always kept")
        return months


class _Deletion(_Time):
    """The same, or never."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        return None if value == NEVER else super()._deserialize(value, attr, data, **more)


class RuleSchema(Schema):
    """One line of the schedule."""

    archive = _Time(required=True)
    delete = _Deletion(required=True)
    why = fields.String(required=True, validate=validate.Length(min=1))

    @validates_schema(skip_on_field_errors=True)
    def archived_first(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse what would be due for deletion at its end, or before it is archived."""
        if data["delete"] is not None and data["delete"] < max(data["archive"], 1):
            raise ValidationError("a case is archived before it is deleted, and kept for a month at least", "delete")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Rule:
        """The rule."""
        return Rule(**data)


class RetentionSchema(Schema):
    """The schedule of an authority."""

    usual = fields.Nested(RuleSchema, required=True)
    processes = fields.Dict(keys=fields.String(), values=fields.Nested(RuleSchema), load_default=dict)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Retention:
        """The schedule."""
        return Retention(**data)
