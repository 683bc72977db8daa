"""What every error of Pathways is: an exception whose class says in its docstring what a person reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class PathwaysError(Exception):
    """Pathways could not do this."""

    def __init__(self, **details: Any) -> None:
        self.details = details
        for name, value in details.items():
            setattr(self, name, value)
        super().__init__(str(self))

    def __str__(self) -> str:
        return self._worded(self.details)

    def told(self, called: Callable[[str], str]) -> str:
        """The message with people and roles by their names: ``called`` names those in ``by`` and ``whom``."""
        people = {name: called(str(self.details[name])) for name in ("by", "whom") if name in self.details}
        return self._worded(self.details | people)

    def _worded(self, details: dict[str, Any]) -> str:
        message = " ".join((type(self).__doc__ or "").split())
        return message.format_map(_Named(details))


class _Named(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "unknown"
