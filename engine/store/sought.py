"""What somebody types of a name, and which names it finds: the same as the fields that complete it
(webapp/assets/app/autocomplete.js).

Capitals, accents, apostrophes and full stops are passed over, and words may stand in any order: "marys st" finds "St. Mary’s".
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from sqlalchemy import ColumnElement, String, and_, func
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

_PASSED_OVER = "'\u2018\u2019."
#: Letters with an accent: those of Latin-1, and of Latin Extended, which has the Welsh ones.
_ACCENTED = [each for each in map(chr, range(0xC0, 0x180)) if len(unicodedata.normalize("NFKD", each)) > 1]
_BARE = "".join(unicodedata.normalize("NFKD", each)[0] for each in _ACCENTED)


def plain(text: str) -> str:
    """A text as it is compared with what somebody types."""
    bare = (each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))
    return "".join(each for each in bare if each not in _PASSED_OVER).lower().strip()


def words(text: str) -> list[str]:
    """The words of what somebody types, as they are looked for."""
    return plain(text).split()


def says(said: str, text: str) -> bool:
    """Whether a text holds every word that somebody types."""
    compared = plain(said)
    return all(each in compared for each in words(text))


class _Plain(GenericFunction[str]):
    """A column as it is compared: SQLite asks :func:`plain`, which each connection knows."""

    name = "plain"
    type = String()
    inherit_cache = True


@compiles(_Plain, "postgresql")
def _translated(element: Any, compiler: Any, **given: Any) -> str:
    """PostgreSQL: what has nothing at its place in the second list is left out."""
    column = compiler.process(element.clauses, **given)
    accented = "".join(_ACCENTED)
    passed_over = _PASSED_OVER.replace("'", "''")
    return f"lower(translate({column}, '{accented}{passed_over}', '{_BARE}'))"


def mentions(column: Any, text: str) -> ColumnElement[bool]:
    """Whether a name holds every word that somebody types."""
    return and_(*(_Plain(column).contains(each, autoescape=True) for each in words(text) or [""]))


def key_mentions(column: Any, text: str) -> ColumnElement[bool]:
    """The same of a reference, of which there may be very many: only capitals are passed over, and whether an apostrophe is
    straight."""
    straight = re.sub("[\u2018\u2019]", "'", text).split()
    return and_(*(func.replace(column, "\u2019", "'").icontains(each, autoescape=True) for each in straight or [""]))
