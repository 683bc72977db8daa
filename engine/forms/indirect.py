"""Direct questions as indirect ones, for error messages: "What does it say?" becomes "what it says".

Only shapes whose result is sure to be right are bent; every other question gives nothing, and its message
quotes it.
"""

from __future__ import annotations

import re

_DETERMINER = r"(?:the|a|an|this|that|these|those|each|both|all|any|your|their|its|our)"
_PRONOUN = r"(?:you|we|they|it|he|she)"
_AUXILIARY = r"(?:is|are|was|were|has|have|had|will|would|can|could|should|must|may|might)"
_MODAL = r"(?:will|would|can|could|should|must|may|might)"
_ASKING = r"(?:who|whom|whose|which|what|how|when|where|why)"

_PREPOSITION = r"(?:to|with|for|about|from|on|in)"
_NOUN = rf"{_DETERMINER} [\w'\u2019-]+"
_PARTICIPLE = r"(?:\w+ed|held|sent|made|given|done|told)"

_PAST = {
    "agree": "agreed",
    "ask": "asked",
    "choose": "chose",
    "communicate": "communicated",
    "decide": "decided",
    "discuss": "discussed",
    "do": "did",
    "find": "found",
    "get": "got",
    "give": "gave",
    "hear": "heard",
    "hold": "held",
    "make": "made",
    "meet": "met",
    "receive": "received",
    "say": "said",
    "see": "saw",
    "send": "sent",
    "share": "shared",
    "speak": "spoke",
    "take": "took",
    "tell": "told",
    "write": "wrote",
}


def _shape(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


# "What is the date of the meeting": group 1 is the noun phrase
_WHAT_IS = _shape(rf"^what (?:is|are|was|were) ({_DETERMINER} .+)$")
# what a noun phrase does not end with; then the words are half of a sentence ("what is the school doing")
_OPEN_END = _shape(rf"\b(?:told|done|do|said|made|given|like|at|of|{_PREPOSITION})$|(?:ing|ed)$")
_NOUNS_IN_ING = frozenset({"meeting", "hearing", "finding", "building", "training", "rating", "setting", "warning"})

# the subject stands after a verb, and is moved before it
_DO = _shape(rf"^({_ASKING}\b.*?) do ({_PRONOUN} .+)$")
_DOES_IT = _shape(rf"^({_ASKING}\b.*?) does ({_PRONOUN}) ([a-z]+)\b(.*)$")
_DOES = _shape(rf"^({_ASKING}\b.*?) does ({_NOUN}) ([a-z]+)((?:,| {_PREPOSITION}\b).*)?$")
_DID = _shape(rf"^({_ASKING}\b.*?) did ({_PRONOUN}|{_NOUN}(?: [\w'-]+)*?) ({'|'.join(_PAST)})\b(.*)$")
_PRONOUN_TURNED = _shape(rf"^({_ASKING}\b.*?) ({_AUXILIARY}) ({_PRONOUN}) (.+)$")
_PASSIVE = _shape(rf"^(when|where|why|how) (is|are|was|were) ({_NOUN}) ({_PARTICIPLE}\b.*)$")
_WHEN_IS = _shape(rf"^(when|where) (is|are|was|were) ({_DETERMINER} .+)$")

# a question word that is the subject itself: nothing to move
_STRAIGHT = _shape(r"^(?:who|whose|which|what|how many|how much)\b")
_TURNED = _shape(rf"\b(?:do|does|did)\b|\b{_AUXILIARY} (?:{_DETERMINER}|{_PRONOUN}|there \w)\b")
_PLURAL_TURNED = _shape(rf"\b{_MODAL} \w+s\b")
_WHAT_IS_MORE = _shape(r"^what (?:is|are|was|were|has|have) (?!\w+ed\b|been\b|said\b|done\b|missing\b)")


def noun_phrase(question: str) -> str:
    """ "What is the date of the meeting" -> "the date of the meeting"; nothing for other questions."""
    found = _WHAT_IS.match(question)
    if not found:
        return ""
    return found[1] if _is_closed(found[1]) else ""


def _is_closed(phrase: str) -> bool:
    last = phrase.rsplit(" ", 1)[-1].lower()
    return last in _NOUNS_IN_ING or not _OPEN_END.search(last)


def indirect(question: str) -> str:
    """The question (without its mark) as it follows "Enter" or "Select"; nothing when it is not sure."""
    for shape, make in _SHAPES:
        if found := shape.match(question):
            return make(found)
    if (found := _WHEN_IS.match(question)) and _is_closed(found[3]):
        return f"{found[1]} {found[3]} {found[2]}"
    return "" if _is_turned(question) else question


def _is_turned(question: str) -> bool:
    patterns = (_TURNED, _PLURAL_TURNED, _WHAT_IS_MORE)
    return not _STRAIGHT.match(question) or any(pattern.search(question) for pattern in patterns)


def _does(found: re.Match[str]) -> str:
    return f"{found[1]} {found[2]} {_third_person(found[3])}{found[4] or ''}"


def _did(found: re.Match[str]) -> str:
    return f"{found[1]} {found[2]} {_PAST[found[3].lower()]}{found[4]}"


def _third_person(verb: str) -> str:
    if verb == "have":
        return "has"
    if re.search(r"(?:s|x|z|ch|sh|o)$", verb):
        return f"{verb}es"
    return f"{verb[:-1]}ies" if re.search(r"[^aeiou]y$", verb) else f"{verb}s"


_SHAPES = (
    (_DO, lambda found: f"{found[1]} {found[2]}"),
    (_DOES_IT, _does),
    (_DOES, _does),
    (_DID, _did),
    (_PRONOUN_TURNED, lambda found: f"{found[1]} {found[3]} {found[2]} {found[4]}"),
    (_PASSIVE, lambda found: f"{found[1]} {found[3]} {found[2]} {found[4]}"),
)
