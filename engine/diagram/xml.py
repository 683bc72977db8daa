"""A safe XML reader: no document types, no entities, no network, and limits that hold while the file is read.

The limits are checked before anything is built from the bytes that they bound, so memory stays within a small
multiple of ``Limits.size`` whatever is sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from engine.errors import DiagramRefused

CHUNK = 16_384
_BOM = b"\xef\xbb\xbf"
_OTHER_ENCODINGS = {
    b"\xff\xfe": "UTF-16 or UTF-32",
    b"\xfe\xff": "UTF-16",
    b"\x00\x00": "UTF-32",
    b"<\x00": "UTF-16",
    b"\x00<": "UTF-16",
}
_DECLARATION = re.compile(rb"<\?xml\s([^?]{0,200})\?>")
_ENCODING = re.compile(rb"""encoding\s*=\s*["']([^"']{0,60})["']""")
_ATTRIBUTE = re.compile(rb"""=\s*["']""")
_NAMESPACE = re.compile(rb"\bxmlns\b")
_READABLE = {"utf-8", "utf8", "us-ascii", "ascii"}


@dataclass(frozen=True)
class Limits:
    """How large a file may be: ``size`` in bytes, ``depth`` in nested elements, the rest as counts."""

    size: int = 5_000_000
    depth: int = 100
    elements: int = 10_000
    attributes: int = 100_000
    namespaces: int = 500


LIMITS = Limits()


def read_bounded(source: bytes | Iterable[bytes], file: str, limits: Limits = LIMITS) -> bytes:
    """Give the bytes of ``source``, which may be a stream of chunks; it is left unread past ``limits.size``.

    Raises DiagramRefused when there is more.
    """
    chunks = [source] if isinstance(source, bytes) else source
    kept: list[bytes] = []
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > limits.size:
            raise _refused(file, f"it is larger than {limits.size / 1_000_000:g} MB")
        kept.append(chunk)
    return b"".join(kept)


def read_xml(data: bytes | Iterable[bytes], file: str, *, limits: Limits = LIMITS) -> etree._Element:
    """Parse ``data`` and give its root element; comments and processing instructions are left out.

    ``file`` is the name that messages show. Raises DiagramRefused for anything that is not well-formed UTF-8
    XML, that has a document type (and so perhaps entities), or that passes a limit.
    """
    content = read_bounded(data, file, limits)
    _check_encoding(content, file)
    content = content.removeprefix(_BOM)
    if content.startswith(_BOM):
        # The parser would pass over a second mark, and so see a prolog that the check below does not.
        raise _refused(file, "it begins with two byte order marks")
    _check_prolog(content, file)
    _check_counts(content, file, limits)
    return _parse(content, file, limits)


def _refused(file: str, reason: str) -> DiagramRefused:
    return DiagramRefused(file=file, reason=reason)


def _check_encoding(content: bytes, file: str) -> None:
    if not content.strip():
        raise _refused(file, "it is empty")
    if other := _OTHER_ENCODINGS.get(content[:2]):
        raise _refused(file, f"it is written in {other}; save it as UTF-8")
    declared = _declared_encoding(content.removeprefix(_BOM))
    if declared.lower() not in _READABLE:
        raise _refused(file, f"it says that its encoding is {declared}; save it as UTF-8")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _refused(file, f"line {line} holds bytes that are not UTF-8; save it as UTF-8") from None


def _declared_encoding(content: bytes) -> str:
    declaration = _DECLARATION.match(content)
    encoding = _ENCODING.search(declaration[1]) if declaration else None
    return encoding[1].decode("ascii", "replace") if encoding else "utf-8"


def _check_prolog(content: bytes, file: str) -> None:
    """Refuse a document type: it stands, if anywhere, before the root, among comments and instructions.

    Anywhere else ``<!DOCTYPE`` is not well-formed, so the parser itself refuses it.
    """
    at = 0
    while True:
        at = _skip_space(content, at)
        closing = b"-->" if content.startswith(b"<!--", at) else b"?>" if content.startswith(b"<?", at) else b""
        if not closing:
            break
        end = content.find(closing, at + len(closing))
        if end < 0:
            raise _refused(file, "a comment or instruction before its first element never ends")
        at = end + len(closing)
    if content.startswith(b"<!", at):
        raise _refused(file, "it has a document type (DOCTYPE), which could define entities; take it out")


_SPACE = re.compile(rb"[ \t\r\n]*")


def _skip_space(content: bytes, at: int) -> int:
    found = _SPACE.match(content, at)
    return found.end() if found else at


def _check_counts(content: bytes, file: str, limits: Limits) -> None:
    """Bound attributes and namespaces from the raw bytes: a parser builds all of an element's before it
    tells."""
    if sum(1 for _ in _ATTRIBUTE.finditer(content)) > limits.attributes:
        raise _refused(file, f"it has more than {limits.attributes:,} attributes")
    if sum(1 for _ in _NAMESPACE.finditer(content)) > limits.namespaces:
        raise _refused(file, f"it has more than {limits.namespaces:,} namespace declarations")


def _parser() -> etree.XMLPullParser:
    return etree.XMLPullParser(
        events=("start", "end"),
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        no_network=True,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )


def _parse(content: bytes, file: str, limits: Limits) -> etree._Element:
    parser = _parser()
    count = _Count(file, limits)
    try:
        for at in range(0, len(content), CHUNK):
            parser.feed(content[at : at + CHUNK])
            count.take(parser)
        root: etree._Element = parser.close()
    except etree.XMLSyntaxError as error:
        raise _refused(file, f"it is not well-formed XML: {_reason(error)}") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise _refused(file, "it has a document type (DOCTYPE); take it out")
    return root


def _reason(error: etree.XMLSyntaxError) -> str:
    # Shortened, because the message may quote as much of the file as the sender likes.
    return " ".join(str(error.msg or "it ends too early")[:200].split())


class _Count:
    """Counts elements and depth as the parser reports them."""

    def __init__(self, file: str, limits: Limits) -> None:
        self.file, self.limits = file, limits
        self.elements = self.depth = 0

    def take(self, parser: etree.XMLPullParser) -> None:
        for event, _ in parser.read_events():
            if event == "end":
                self.depth -= 1
                continue
            self.depth += 1
            self.elements += 1
            self._check()

    def _check(self) -> None:
        if self.elements > self.limits.elements:
            raise _refused(self.file, f"it has more than {self.limits.elements:,} elements")
        if self.depth > self.limits.depth:
            raise _refused(self.file, f"its elements are nested more than {self.limits.depth} deep")
