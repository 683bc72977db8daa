"""A document as a PDF: tagged, numbered, with contents, in the form of PDF/UA-1 (ISO 14289-1)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from engine.errors import PathwaysError


class NotPrintable(PathwaysError):
    """The document could not be made as a PDF: {reason}. Nothing was changed; tell whoever looks after Pathways."""


@dataclass(frozen=True)
class Picture:
    """A diagram to print: its ``name``, SVG, what it says in words (``alt``), and the line below it."""

    name: str
    svg: str
    alt: str
    caption: str


@dataclass(frozen=True)
class Printed:
    """A PDF. ``accessible``: it is PDF/UA-1; else it is tagged all the same, and has letters that its typeface lacks."""

    content: bytes
    accessible: bool


def printed(
    document: Mapping[str, Any], pictures: Sequence[Picture] = (), layout: str = "evidence/pack.typ"
) -> Printed:
    """The document as a PDF, laid out by a file of webapp/templates. Raises NotPrintable.

    The letters of some scripts are in no typeface here; then PDF/UA cannot be promised, and the PDF is made without it.
    """
    try:
        import typst
    except ImportError as missing:
        raise NotPrintable(reason="its program (typst) is not installed here: make sets it up") from missing
    template = resources.files("webapp").joinpath(f"templates/{layout}").read_bytes()
    shown = [{"name": p.name, "svg": p.svg, "alt": p.alt, "caption": p.caption} for p in pictures]
    inputs = {"document": json.dumps(document), "pictures": json.dumps(shown)}
    try:
        return Printed(
            typst.compile(template, format="pdf", sys_inputs=inputs, pdf_standards=["ua-1"]), accessible=True
        )
    except typst.TypstError as refused:
        if "could not be displayed" not in str(refused):
            raise NotPrintable(reason=str(refused)) from refused
    return Printed(typst.compile(template, format="pdf", sys_inputs=inputs), accessible=False)
