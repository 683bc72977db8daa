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
    "table": "govuk-table",
    "thead": "govuk-table__head",
    "tbody": "govuk-table__body",
    "tr": "govuk-table__row",
    "th": "govuk-table__header",
    "td": "govuk-table__cell",
    "hr": "govuk-section-break govuk-section-break--m govuk-section-break--visible",
}


_SCROLLS = '<div class="app-scroll" role="region" tabindex="0" aria-label="Table, to scroll">'


class _Markdown(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # the name is the library's
        return _SAFE_LINK.match(url) is not None


_LEFT_OUT = ["image", "html_block", "html_inline", "code", "fence", "backticks", "reference"]
_markdown = _Markdown("commonmark", {"html": False}).disable(_LEFT_OUT)


#: The same with tables, for what is written on a whole page, as reports are.
_with_tables = _Markdown("commonmark", {"html": False}).enable("table").disable(_LEFT_OUT)


def to_html(text: str) -> Markup:
    """The text as safe HTML in the page's styles."""
    tokens = parsed(text)
    _dress(tokens)
    return Markup(_markdown.renderer.render(tokens, _markdown.options, {}))


def page_to_html(text: str) -> Markup:
    """The same of a whole page's text: it may have tables, which scroll by themselves, and its headings are of the levels that
    it says, though never of the first."""
    tokens = parsed(text, tables=True)
    _dress(tokens, deeper=0)
    html = _markdown.renderer.render(tokens, _markdown.options, {})
    return Markup(html.replace("<table", f"{_SCROLLS}<table").replace("</table>", "</table></div>"))


def parsed(text: str, *, tables: bool = False) -> list[Token]:
    """What the text consists of, in the order of its tokens."""
    return (_with_tables if tables else _markdown).parse(text)


def quote(value: str) -> str:
    """A value that stands in Markdown as it is: no character of it is a mark, and it begins no new line."""
    return _MARKS.sub(r"\\\1", " ".join(value.split()))


def _dress(tokens: Sequence[Token], deeper: int = 1) -> None:
    for token in tokens:
        if token.tag in {"h1", "h2", "h3", "h4", "h5", "h6"}:
            token.tag = f"h{max(2, min(int(token.tag[1]) + deeper, 4))}"
        if token.nesting >= 0 and token.tag in _CLASSES:
            token.attrSet("class", _CLASSES[token.tag])
        _dress(token.children or [], deeper)
