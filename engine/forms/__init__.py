"""Forms: form-js JSON (schema of form-js 1.23) read, shown, validated and turned into process variables.

A newcomer's way through: :func:`load_form` (``reader``) makes a :class:`Form` of plain :class:`Component`
objects (``model``); :meth:`Form.read` picks what was typed out of a POST (``posted``), drops what is hidden
(``conditions``), and validates the rest by a marshmallow schema made from the same JSON (``schema``,
``answers``), with messages in the style of the GOV.UK Design System (``wording``). :func:`check_form`
(``checking``) is what lint asks.

Nothing here knows HTTP or HTML.
"""

from engine.errors import FormInvalid, FormUnreadable
from engine.forms.answers import showable
from engine.forms.checking import Finding, check_form, confidential_roles, expressions
from engine.forms.conditions import Asking, as_text, mentions, open_condition, written_options
from engine.forms.dates import PARTS, DateFault, in_words, read_date
from engine.forms.form import Form, asking_of, is_shown, load_form
from engine.forms.model import AtTime, Component, Evaluates, Kept, Option, Rules, may_see
from engine.forms.places import line_of, lines
from engine.forms.plausible import plausible
from engine.forms.posted import MAX_ROWS, Posted, Typed, blank_row, is_blank, typed_of
from engine.forms.text import fill

__all__ = [
    "MAX_ROWS",
    "PARTS",
    "Asking",
    "AtTime",
    "Component",
    "DateFault",
    "Evaluates",
    "Finding",
    "Form",
    "FormInvalid",
    "FormUnreadable",
    "Kept",
    "Option",
    "Posted",
    "Rules",
    "Typed",
    "as_text",
    "asking_of",
    "blank_row",
    "check_form",
    "confidential_roles",
    "expressions",
    "fill",
    "in_words",
    "is_blank",
    "is_shown",
    "line_of",
    "lines",
    "load_form",
    "may_see",
    "mentions",
    "open_condition",
    "plausible",
    "read_date",
    "showable",
    "typed_of",
    "written_options",
]
