"""Pictures of evidence, small enough for a page. They are drawn anew from their pixels, so that nothing else of the file, such as
where it was taken, is given out with them."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import IO

from PIL import Image, ImageOps

from engine.errors import NoPreview

#: The media types of pictures that have a preview, and how Pillow calls them.
PICTURES = {"image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF"}
#: The longer side of a preview, in pixels; how many pixels a picture may have that is opened for one.
LONGEST_SIDE, MOST_PIXELS = 1_000, 50_000_000


@dataclass(frozen=True)
class Preview:
    """A picture to be shown: its bytes and their media type."""

    content: bytes
    media_type: str


def preview(name: str, content: IO[bytes], media_type: str) -> Preview:
    """A small picture of a file. Raises NoPreview where it is no picture, too large, or broken."""
    if media_type not in PICTURES:
        raise NoPreview(file=name, reason="only pictures and PDFs have one")
    try:
        with Image.open(content, formats=[PICTURES[media_type]]) as found:
            if found.width * found.height > MOST_PIXELS:
                raise NoPreview(file=name, reason="it has too many pixels")
            found.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            return _drawn(ImageOps.exif_transpose(found))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as broken:
        raise NoPreview(file=name, reason="it cannot be read as a picture") from broken


def _drawn(picture: Image.Image) -> Preview:
    """The pixels alone, as a JPEG, or as a PNG where some are transparent."""
    out = io.BytesIO()
    if picture.has_transparency_data:
        picture.convert("RGBA").save(out, "PNG")
        return Preview(out.getvalue(), "image/png")
    picture.convert("RGB").save(out, "JPEG", quality=80)
    return Preview(out.getvalue(), "image/jpeg")
