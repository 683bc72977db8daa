"""Names and types: which variables may be set at each element, what each may be, and whether an expression fits them.

A newcomer's way through: :mod:`shapes` says what a value may be; :mod:`reading` reads one expression over the names of
:mod:`scopes`, with :mod:`operators` for what compares or reckons and :mod:`wording` for what is said of it;
:mod:`nothing` finds the parts of one that are always null;
:mod:`sources` gives what comes from outside a diagram (forms, tables, the school, settings); :mod:`graph` says what may
come before what in one process, :mod:`flows` what sets variables in it, and :mod:`elements` what an element says of them
in the diagram; :mod:`world` puts them together for all processes that are known. :meth:`World.at` is the table that
lint, the modeller and whoever else asks what may be set where read.
"""

from engine.lint.names.nothing import nothing
from engine.lint.names.reading import Reading, read
from engine.lint.names.scopes import OPEN, Scope, Table, Variable
from engine.lint.names.shapes import Shape
from engine.lint.names.sources import Inspects
from engine.lint.names.wording import Remark
from engine.lint.names.world import Surroundings, World

__all__ = [
    "OPEN",
    "Inspects",
    "Reading",
    "Remark",
    "Scope",
    "Shape",
    "Surroundings",
    "Table",
    "Variable",
    "World",
    "nothing",
    "read",
]
