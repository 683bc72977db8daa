"""Small pictures of evidence: drawn anew, of pictures alone."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from engine.errors import NoPreview
from engine.people import previews
from engine.people.previews import preview


def drawn(kind: str, size: tuple[int, int] = (2_000, 500), mode: str = "RGB", **given: object) -> io.BytesIO:
    out = io.BytesIO()
    Image.new(mode, size, "red").save(out, kind, **given)
    out.seek(0)
    return out


def test_a_large_picture_becomes_small_and_loses_what_is_not_its_pixels() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "Camera of somebody"
    found = preview("a.jpg", drawn("JPEG", exif=exif), "image/jpeg")
    with Image.open(io.BytesIO(found.content)) as small:
        assert (small.size, found.media_type) == ((250, 1_000), "image/jpeg")
        assert not small.getexif()


def test_what_is_transparent_stays_so() -> None:
    assert preview("a.png", drawn("PNG", (10, 10), "RGBA"), "image/png").media_type == "image/png"
    assert preview("a.gif", drawn("GIF", (10, 10)), "image/gif").media_type == "image/jpeg"


@pytest.mark.parametrize(
    ("content", "kind", "why"),
    [
        (io.BytesIO(b"\x89PNG\r\n\x1a\nbroken"), "image/png", "cannot be read as a picture"),
        (drawn("PNG", (10, 10)), "image/jpeg", "cannot be read as a picture"),
        (io.BytesIO(b"text"), "text/plain; charset=utf-8", "only pictures and PDFs"),
    ],
)
def test_anything_else_has_none(content: io.BytesIO, kind: str, why: str) -> None:
    with pytest.raises(NoPreview, match=why):
        preview("a", content, kind)


def test_a_picture_that_would_fill_the_memory_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previews, "MOST_PIXELS", 99)
    with pytest.raises(NoPreview, match="too many pixels"):
        preview("a.png", drawn("PNG", (10, 10)), "image/png")
