"""Where the contents of files are kept that people hand in: a folder beside the database, each under a name of our own."""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from engine.errors import FilesNotKept

_PIECE = 1 << 20


@dataclass(frozen=True)
class Stored:
    """A content that was stored: the key under which it is found again, its length in bytes and its SHA-256 in hexadecimal."""

    key: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Folder:
    """A folder of contents. What people call their file is no part of any path."""

    path: Path

    def put(self, content: IO[bytes]) -> Stored:
        """Store a content whole, or not at all. Raises FilesNotKept where the folder cannot be written."""
        key = secrets.token_hex(16)
        digest, size, home = hashlib.sha256(), 0, self._home(key)
        try:
            home.parent.mkdir(parents=True, exist_ok=True)
            half = home.with_suffix(".part")
            with half.open("xb") as out:
                while piece := content.read(_PIECE):
                    digest.update(piece)
                    size += len(piece)
                    out.write(piece)
                out.flush()
                os.fsync(out.fileno())
            half.rename(home)
        except OSError as error:
            raise FilesNotKept(reason=error.strerror or str(error)) from error
        return Stored(key, size, digest.hexdigest())

    def open(self, key: str) -> IO[bytes]:
        """A stored content. Raises FilesNotKept where it is gone."""
        try:
            return self._home(key).open("rb")
        except OSError as error:
            raise FilesNotKept(reason=error.strerror or str(error)) from error

    def remove(self, key: str) -> None:
        """Forget a content; one that is gone already is no error."""
        self._home(key).unlink(missing_ok=True)

    def place(self, key: str) -> Path:
        """Where a content lies, for a program that looks at it."""
        return self._home(key)

    def _home(self, key: str) -> Path:
        return self.path / key[:2] / key
