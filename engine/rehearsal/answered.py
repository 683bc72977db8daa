"""Questions and answers of a rehearsal in words, by the forms of its stage."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.decisions import value_in_words
from engine.errors import FormUnreadable
from engine.forms import Component, load_form, written_options
from engine.store.tables import FormDefinition, Resource


@dataclass(frozen=True)
class Questions:
    """The questions of all forms by their keys; of two by one key, that of the newest form."""

    fields: Mapping[str, Component]

    @classmethod
    def of(cls, session: Session) -> Questions:
        """Those of the stage that a session reads."""
        chosen = select(Resource.content).join(FormDefinition, FormDefinition.resource_id == Resource.id)
        return cls({each.key: each for each in _fields(session.scalars(chosen.order_by(FormDefinition.id)))})

    def pairs(self, values: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
        """What was answered, as question and answer; nothing for what was left empty."""
        return tuple(self.pair(key, value) for key, value in values.items() if value not in (None, "", []))

    def pair(self, key: str, value: Any) -> tuple[str, str]:
        """A question and its answer; what no form asks stands by its name."""
        field = self.fields.get(key)
        if field is None:
            return key, value_in_words(value)
        options = {each.value: each.label for each in written_options(field)}
        given = value if isinstance(value, list) else [value]
        return field.label or key, ", ".join(
            str(options.get(each) or value_in_words(each)) for each in given if _is_key(each)
        )


def _is_key(value: Any) -> bool:
    return not isinstance(value, list | dict)


def _fields(contents: Iterable[bytes]) -> Iterator[Component]:
    for content in contents:
        try:
            yield from load_form(json.loads(content)).fields
        except (FormUnreadable, ValueError):
            continue
