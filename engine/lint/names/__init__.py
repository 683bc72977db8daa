"""Names and types: which variables may be set at each element, what each may be, and whether an expression fits them.

A newcomer's way through: :mod:`shapes` says what a value may be; :mod:`reading` reads one expression over a scope of
names; :mod:`sources` gives what comes from outside a diagram (forms, tables, the school, settings); :mod:`graph` says
what may come before what in one process; :mod:`world` puts them together for all processes that are known.
:meth:`World.at` is the table that lint, the modeller and whoever else asks what may be set where read.
"""

from engine.lint.names.reading import OPEN, Reading, Remark, Scope, Table, Variable, read
from engine.lint.names.shapes import Shape
from engine.lint.names.sources import Inspects
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
    "read",
]
