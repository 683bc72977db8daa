"""Files as evidence: what may be added, under which name, and who may read it."""

from __future__ import annotations

import io
import lzma
import subprocess
import zipfile
import zlib
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO
from unicodedata import category, normalize

import puremagic

from engine.errors import FileRefused

#: What may be added, by the end of its name, and the media type under which it is given out.
TYPES: Mapping[str, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "txt": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
}
#: What a file of these types holds, which are all ZIP archives.
_INSIDE = {"docx": "word/", "xlsx": "xl/", "pptx": "ppt/"}
_TEXTS = ("txt", "csv")
#: Bytes that are read to see what a content is.
_HEAD = 4096
#: Bytes that are read of what a document says of its own type.
_LONGEST_TYPE = 200
#: What reading a zip that is damaged, encrypted or packed in a way that is not known raises, by its way of packing.
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
    NotImplementedError,
)
#: Characters of a name that are kept.
LONGEST = 120
#: Seconds that a scanner may take over one file.
SCAN_TIMEOUT = 120


@dataclass(frozen=True)
class Limits:
    """What an installation allows: bytes of one file, ends of names; a virus scanner's command, which gets the file's path."""

    size: int = 50_000_000
    types: Collection[str] = tuple(TYPES)
    scanner: tuple[str, ...] = ()


def safe_name(given: str) -> str:
    """What a file is called from now on: the last part of a path, without what a system or a header reads as more than a name."""
    last = PurePosixPath(normalize("NFC", given).replace("\\", "/")).name
    kept = "".join(" " if category(each)[0] in "CZ" else each for each in last if each not in '<>:"|?*/\\')
    name = " ".join(kept.split()).rstrip(". ")
    stem, dot, end = name.rpartition(".")
    if not dot:
        return name[:LONGEST] or "file"
    return f"{(stem.strip('. ') or 'file')[: LONGEST - len(end) - 1]}.{end}"


def media_type(name: str, content: IO[bytes], limits: Limits) -> str:
    """The media type of a content that is what its name says. Raises FileRefused for any other."""
    _, dot, end = name.lower().rpartition(".")
    if not dot or end not in limits.types or end not in TYPES:
        what = "files of this type are not taken" if dot else "its name has no ending that says of what type it is"
        raise FileRefused(file=name, reason=f"{what}. Save it as one of: {', '.join(limits.types)}")
    content.seek(0)
    head = content.read(_HEAD)
    content.seek(0)
    if not head:
        raise FileRefused(file=name, reason="it is empty")
    if not _is(end, head, content):
        raise FileRefused(file=name, reason=f"its content is not what a .{end} file holds. Save it anew and try again")
    content.seek(0)
    return TYPES[end]


def _is(end: str, head: bytes, content: IO[bytes]) -> bool:
    """Whether a content is of the type that its name says."""
    if end in _TEXTS:
        return _is_text(head)
    if end in _INSIDE or end.startswith("od"):
        return _is_office(end, content)
    with suppress(puremagic.PureError):
        found = {each.extension.lstrip(".") for each in puremagic.magic_string(head)}
        return bool(found & ({"jpg", "jpeg", "jfif"} if end in ("jpg", "jpeg") else {end}))
    return False


def _is_text(head: bytes) -> bool:
    return b"\0" not in head and not head.startswith((b"%PDF", b"PK\x03\x04", b"MZ"))


def _is_office(end: str, content: IO[bytes]) -> bool:
    """Whether an archive holds such a document, and no macros."""
    try:
        with zipfile.ZipFile(content) as archive:
            names = archive.namelist()
            if any(map(_is_macro, names)):
                return False
            if end in _INSIDE:
                return any(name.startswith(_INSIDE[end]) for name in names)
            with archive.open("mimetype") as said:  # not read whole: what is packed small may be of any size
                return said.read(_LONGEST_TYPE).decode("ascii", "replace").strip() == TYPES[end]
    except (*UNREADABLE, KeyError):
        return False


def _is_macro(name: str) -> bool:
    """Whether a file of an archive is of macros, of Microsoft's or of OpenDocument, in whatever letters."""
    low = name.lower().replace("\\", "/").lstrip("./")
    return low.endswith("vbaproject.bin") or low.startswith(("basic/", "scripts/"))


def scan(name: str, place: Path, limits: Limits) -> None:
    """Let the configured scanner look at a stored file. Raises FileRefused unless it finds nothing."""
    if not limits.scanner:
        return
    try:
        done = subprocess.run([*limits.scanner, str(place)], capture_output=True, timeout=SCAN_TIMEOUT, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        raise FileRefused(file=name, reason="it could not be looked at for viruses just now. Try again later") from None
    if done.returncode == 1:
        raise FileRefused(file=name, reason="the virus scanner found something in it")
    if done.returncode != 0:
        raise FileRefused(file=name, reason="it could not be looked at for viruses just now. Try again later")


def sized(name: str, content: IO[bytes], limits: Limits) -> None:
    """Raises FileRefused for a content that is larger than the limit."""
    size = content.seek(0, io.SEEK_END)
    content.seek(0)
    if size > limits.size:
        raise FileRefused(file=name, reason=f"it is larger than {limits.size // 1_000_000} MB")
