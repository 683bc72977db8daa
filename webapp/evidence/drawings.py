"""The diagrams of a story, each drawn with the path that its case took."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from engine import queries
from engine.diagram.picture import Marks, picture
from engine.queries import CaseRow, PathRow
from webapp.evidence.pack import Drawn
from webapp.evidence.pdf import Picture


def drawings(session: Session, cases: Sequence[CaseRow]) -> list[Drawn]:
    """A drawing a case and diagram that it has been in."""
    return [_drawn(path) for path in queries.paths(session, cases)]


def _drawn(path: PathRow) -> Drawn:
    file, name = f"{path.key}-version-{path.version}", f"{path.name}, version {path.version}"
    svg = picture(path.xml, f"{file}.bpmn", name, Marks(path.done, path.now, path.flows))
    alt = f"The diagram of {name}, with the path that case {path.case} took. The entries below tell it in words."
    shown = Picture(f"Case {path.case}: {path.name}", svg, alt, name)
    return Drawn(shown, f"case-{path.case}-{file}", file, path.xml)
