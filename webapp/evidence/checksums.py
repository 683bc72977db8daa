"""The checksums of a pack: a file of ``sha256sum`` over every other file in it, so that anybody can verify it.

``pathways pack verify FILE`` does, and so does ``sha256sum --check SHA256SUMS`` in the unpacked folder.
"""

from __future__ import annotations

import hashlib
import lzma
import re
import zipfile
import zlib
from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path

NAME = "SHA256SUMS"
#: A file of a pack is read up to this size, in bytes: what unpacks to more is no pack of ours.
MOST = 500_000_000
#: So many bytes of the checksums are read: many times those of a pack with thousands of files.
MOST_SUMS = 10_000_000
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")


@dataclass(frozen=True)
class Verdict:
    """What verifying found: how many files are as they were, and a sentence a ``problem``; none when all is well."""

    intact: int
    problems: tuple[str, ...]


def sums(files: Mapping[str, bytes]) -> bytes:
    """The text of the file of checksums: a line a file, by name."""
    lines = (f"{digest(content)}  {name}\n" for name, content in sorted(files.items()))
    return "".join(lines).encode()


def digest(content: bytes) -> str:
    """The SHA-256 of bytes, as hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def verify(path: Path) -> Verdict:
    """Look whether each file of a pack is as its checksums say, none is missing and none was added."""
    try:
        with zipfile.ZipFile(path) as pack:
            return _verify(pack)
    except (
        OSError,
        EOFError,
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        NotImplementedError,
        RuntimeError,
    ) as broken:
        return Verdict(0, (f"It cannot be read as a zip file: {broken}.",))


def _verify(pack: zipfile.ZipFile) -> Verdict:
    names = [info.filename for info in pack.infolist() if not info.is_dir()]
    if NAME not in names:
        return Verdict(0, (f"It has no file {NAME}, so it is no evidence pack of Pathways.",))
    with pack.open(NAME) as file:
        wanted, found = dict(_read(file.read(MOST_SUMS))), set(names) - {NAME}
    there = wanted.keys() & found
    changed = {name for name in there if _sum_of(pack, name) != wanted[name]}
    twice = {name for name in names if names.count(name) > 1}
    problems = [
        *_each(wanted.keys() - found, "{} is missing."),
        *_each(found - wanted.keys(), f"{{}} was added: {NAME} does not name it."),
        *_each(twice, "{} is in it twice."),
        *_each(changed, "{} was changed: its SHA-256 is another."),
    ]
    return Verdict(len(there - changed), tuple(problems if wanted else [f"{NAME} names no file."]))


def _each(names: Set[str], sentence: str) -> list[str]:
    return [sentence.format(name) for name in sorted(names)]


def _read(text: bytes) -> list[tuple[str, str]]:
    lines = text.decode(errors="replace").splitlines()
    return [(found[2], found[1]) for line in lines if (found := _LINE.fullmatch(line))]


def _sum_of(pack: zipfile.ZipFile, name: str) -> str:
    if pack.getinfo(name).file_size > MOST:
        return ""
    found = hashlib.sha256()
    with pack.open(name) as file:
        while chunk := file.read(1 << 20):
            found.update(chunk)
    return found.hexdigest()
