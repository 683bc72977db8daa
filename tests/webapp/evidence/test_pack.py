"""The zip that is handed over."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

from tests.engine.running import NOW
from tests.webapp.evidence.test_pdf import SVG, document
from webapp.evidence import checksums
from webapp.evidence.pack import Drawn, pack
from webapp.evidence.pdf import Picture

DRAWN = Drawn(Picture("Way", SVG, "alt", "caption"), "case-1-p-version-2", "p-version-2", b"<bpmn/>")


def test_a_pack_holds_the_story_the_diagrams_and_sums_that_verify(tmp_path: Path) -> None:
    content = pack(document(), [DRAWN], NOW)
    with zipfile.ZipFile(io.BytesIO(content)) as made:
        assert set(made.namelist()) == {
            "story.pdf",
            "story.json",
            "README.txt",
            "diagrams/case-1-p-version-2.svg",
            "diagrams/p-version-2.bpmn",
            "SHA256SUMS",
        }
        assert json.loads(made.read("story.json"))["title"] == "Chronology"
        assert b"pathways pack verify" in made.read("README.txt")
    path = tmp_path / "pack.zip"
    path.write_bytes(content)
    assert checksums.verify(path).intact == 5


def test_a_pack_says_where_its_pdf_lacks_letters() -> None:
    with zipfile.ZipFile(io.BytesIO(pack(document(title="Smile \U0001f642"), [], NOW))) as made:
        assert b"some letters are in no typeface of it" in made.read("README.txt")
