"""What a look at an installation finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

OK, WARNING, ERROR = "ok", "warning", "error"


@dataclass(frozen=True)
class Finding:
    """Something that was looked at: how it is, and what to do where that is not well."""

    level: str
    about: str
    said: str
    remedy: str = ""


def ok(about: str, said: str) -> Finding:
    """It is well."""
    return Finding(OK, about, said)


def warning(about: str, said: str, remedy: str) -> Finding:
    """It works, and somebody should know."""
    return Finding(WARNING, about, said, remedy)


def error(about: str, said: str, remedy: str) -> Finding:
    """It does not work, or is not safe."""
    return Finding(ERROR, about, said, remedy)


def guarded(about: str, look: Callable[[], Iterator[Finding]]) -> list[Finding]:
    """What a look finds; one that fails by itself is an error, and the others are still taken."""
    try:
        return list(look())
    except Exception as failed:
        said = f"could not be looked at: {type(failed).__name__}: {str(failed).splitlines()[0] if str(failed) else ''}"
        return [error(about, said, "Mend what it says, then run the doctor again.")]
