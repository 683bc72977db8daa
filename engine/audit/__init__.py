"""The audit trail: every change, each view of what is confidential, sign-ins and refusals, in one chain an authority.

What a transaction changes is noted as it is written (changes.py); at its end, what the changes mean is said by the rules of
their tables (rules.py, tables.py, cases.py), and the entries are put at the end of their chains (chain.py), in the same
transaction. What is no change (a view, a refusal, a sign-in) is told with :func:`record` by the code that sees it.
"""

from __future__ import annotations

from engine.audit import tables
from engine.audit.changes import unwatched, watched
from engine.audit.entries import About, Confidential, Draft
from engine.audit.origin import Origin, coming_from, origin, set_origin
from engine.audit.recorder import Recorder, record

__all__ = [
    "About",
    "Confidential",
    "Draft",
    "Origin",
    "Recorder",
    "coming_from",
    "origin",
    "record",
    "set_origin",
    "tables",
    "unwatched",
    "watched",
]
