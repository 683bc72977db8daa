"""The pack: one zip file with the story as PDF and as JSON, the diagrams that ran, and checksums over all of it."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from webapp.dates import ZONE
from webapp.evidence import checksums
from webapp.evidence.pdf import Picture, printed

_README = """{title}

Made {made} by {by}, {authority}, for: {reader}.

story.pdf          the story to read and print{accessible}
story.json         the same as data: every entry, with its time, person, clauses and answers, and the list of redactions
diagrams/          the path that each case took, as SVG, and the process that ran, as BPMN 2.0
SHA256SUMS         the SHA-256 of each of these files

Whether the pack is as it was made:  pathways pack verify FILE.zip
or, in the unpacked folder:          sha256sum --check SHA256SUMS
"""


@dataclass(frozen=True)
class Drawn:
    """A diagram of the pack: the picture with the path taken in a file ``name``.svg, and the BPMN ``process`` that ran."""

    picture: Picture
    name: str
    process: str
    bpmn: bytes


def pack(document: Mapping[str, Any], diagrams: Sequence[Drawn], made: datetime) -> bytes:
    """The zip. The same document gives the same bytes. Raises NotPrintable."""
    pdf = printed(document, [each.picture for each in diagrams])
    files = {
        "story.pdf": pdf.content,
        "story.json": json.dumps(document, ensure_ascii=False, indent=1).encode(),
        "README.txt": _readme(document, pdf.accessible).encode(),
    }
    for each in diagrams:
        files[f"diagrams/{each.name}.svg"] = each.picture.svg.encode()
        files[f"diagrams/{each.process}.bpmn"] = each.bpmn
    return zipped({**files, checksums.NAME: checksums.sums(files)}, made)


def _readme(document: Mapping[str, Any], accessible: bool) -> str:
    lacks = "" if accessible else "; some letters are in no typeface of it: story.json has them whole"
    said = {name: document[name] for name in ("title", "authority", "reader")}
    return _README.format(**said, made=document["made"]["said"], by=document["made"]["by"], accessible=lacks)


def zipped(files: Mapping[str, bytes], made: datetime) -> bytes:
    """Files as a zip, each with the moment of the pack as its time."""
    buffer, at = io.BytesIO(), made.astimezone(ZONE).timetuple()[:6]
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, at)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(info, content)
    return buffer.getvalue()
