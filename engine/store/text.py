"""Text columns that refuse, on every database alike, what PostgreSQL would refuse.

SQLite takes a text of any length and with any character, so what works there would fail elsewhere, with an error of the
driver. The types here say what is wrong before anything is sent; :func:`engine.store.database.prepare` lets their errors
through as they are.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Dialect, String, Text
from sqlalchemy.sql.base import SchemaEventTarget
from sqlalchemy.types import TypeDecorator, TypeEngine

from engine.errors import TextTooLong, TextUnusable

#: Characters of a name: of a process, an element, a message, a person, a business key.
NAME_LENGTH = 250
#: Characters of the id of a role.
ROLE_LENGTH = 60


class _Checked(TypeDecorator[str]):
    """Text without what no text column of PostgreSQL holds: the character NUL, and half of a surrogate pair."""

    impl = String
    cache_ok = True
    _column: SchemaEventTarget | None = None

    def _set_parent(self, parent: SchemaEventTarget, outer: bool = False, **options: Any) -> None:
        """Keep the column, whose name comes later, for the message."""
        super()._set_parent(parent, outer=outer, **options)
        self._column = parent

    @property
    def what(self) -> str:
        """What the column holds, in words, such as "business key"; "text" for what is compared with a column."""
        name = str(getattr(self._column, "name", None) or "text")
        return "name of whoever did it" if name.split("_")[-1] == "by" else name.replace("_", " ")

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine[Any]:
        """Compare with a text of any length: nothing is as long, so nothing is found."""
        return _Checked()

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is not None and not (value.isascii() and "\0" not in value):
            refuse_unusable(value, self.what)
        return value


class Short(_Checked):
    """Text of at most so many characters. Raises TextTooLong for more, TextUnusable for what cannot be stored."""

    impl = String
    cache_ok = True

    def __init__(self, length: int) -> None:
        super().__init__(length)
        self.length = length

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is not None and len(value) > self.length:
            raise TextTooLong(what=self.what, limit=self.length, length=len(value))
        return super().process_bind_param(value, dialect)


class Name(Short):
    """The name of something, or its key or id."""

    cache_ok = True

    def __init__(self) -> None:
        super().__init__(NAME_LENGTH)


class Long(_Checked):
    """Text of any length. Raises TextUnusable for what cannot be stored."""

    impl = Text
    cache_ok = True


def refuse_unusable(value: str, what: str, nul: bool = True) -> None:
    """Raise TextUnusable for half of a surrogate pair, and for NUL unless the text is stored as JSON, which may hold it."""
    if nul and "\0" in value:
        raise TextUnusable(what=what, character="NUL (character 0)")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise TextUnusable(what=what, character=f"U+{ord(value[error.start]):04X}") from None
