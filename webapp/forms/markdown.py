"""The small part of Markdown that people who write forms and diagrams may use: paragraphs, headings, lists,
emphasis, links.

HTML is never let through, pictures neither (they would call other servers); headings begin at level 2, since
the page has its one h1.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

_SAFE_LINK = re.compile(r"https?://|mailto:|[/#?]|[\w.-]+(?:[/#?]|$)", re.IGNORECASE)
_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~&=:])")
_CLASSES = {
    "p": "govuk-body",
    "ul": "govuk-list govuk-list--bullet",
    "ol": "govuk-list govuk-list--number",
    "a": "govuk-link",
    "h2": "govuk-heading-m",
    "h3": "govuk-heading-s",
    "h4": "govuk-heading-s",
    "hr": "govuk-section-break govuk-section-break--m govuk-section-break--visible",
}


class _Markdown(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # the name is the library's
        return _SAFE_LINK.match(url) is not None


_markdown = _Markdown("commonmark", {"html": False}).disable(
    ["image", "html_block", "html_inline", "code", "fence", "backticks", "reference"]
)


def to_html(text: str) -> Markup:
    """The text as safe HTML in the page's styles."""
    tokens = _markdown.parse(text)
    _dress(tokens)
    return Markup(_markdown.renderer.render(tokens, _markdown.options, {}))


def quote(value: str) -> str:
    """A value that stands in Markdown as it is: no character of it is a mark, and it begins no new line."""
    return _MARKS.sub(r"\\\1", " ".join(value.split()))


def _dress(tokens: Sequence[Token]) -> None:
    for token in tokens:
        if token.tag in {"h1", "h2", "h3", "h4", "h5", "h6"}:
            token.tag = f"h{min(int(token.tag[1]) + 1, 4)}"
        if token.nesting >= 0 and token.tag in _CLASSES:
            token.attrSet("class", _CLASSES[token.tag])
        _dress(token.children or [])
