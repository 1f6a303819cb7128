"""What errors say, and which headers answers carry."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from urllib.parse import unquote

from plugproof_contracts.exchanges.route import charger_code
from plugproof_contracts.facts import error_texts
from plugproof_contracts.facts.error_texts import ERROR_TEXTS, NOT_FOUND
from plugproof_contracts.facts.response_headers import RESPONSE_HEADERS
from plugproof_contracts.learning.learned_fact import (
    ALWAYS,
    FactForm,
    LearnedFact,
    assumed_setting,
    shared,
    worded,
)
from plugproof_contracts.learning.observations import Observations
from plugproof_contracts.learning.words import header_name, shown_in, text_name
from plugproof_contracts.parsing.parsed_response import ParsedResponse, is_object
from plugproof_contracts.parsing.redactions import stand_ins
from plugproof_contracts.secrets.escaping import escape
from plugproof_contracts.secrets.scrubber import scrubbed

_LONGEST = 80
"""Characters of a text that are told."""
_NOT_FOUND = assumed_setting("not_found", FactForm.WORD)
_INVALID = assumed_setting("invalid_text", FactForm.WORD)
_SHORTEST = 6
"""Characters of an identifier that no message holds by chance."""

Estimator = Callable[[Observations], LearnedFact]


def _telling(seen: Observations) -> list[ParsedResponse]:
    return [one.answer for one, _ in shown_in(seen)]


# Headers.


def _headers(seen: Observations) -> Mapping[str, tuple[int, int]]:
    """Return of each header how often it was there as it is known, and how often it should have been."""
    found: dict[str, tuple[int, int]] = {}
    for _, shown in shown_in(seen):
        for name, holds in shown:
            held, n = found.get(name, (0, 0))
            found[name] = held + holds, n + 1
    return found


def estimate_header(name: str, seen: Observations) -> LearnedFact:
    """Tell the share of the answers with a header that are known to have it."""
    held, n = seen.once(_headers).get(name, (0, 0))
    return shared(LearnedFact(name=name, form=FactForm.SHARE, unit="%", assumed=ALWAYS), held, n)


# Texts.


def _texts(seen: Observations) -> Mapping[str, list[str]]:
    """Return what was said in the place of each text; the text itself where that is it."""
    found = defaultdict[str, list[str]](list)
    for one, shown in shown_in(seen):
        for name, holds in shown:
            if name in _SAID:
                found[name].append(_SAID[name] if holds else _told(one.answer))
    return found


_SAID = {text_name(row.name): row.text for row in ERROR_TEXTS.values()}


def _told(answer: ParsedResponse) -> str:
    """Return a message without what was asked for, so that it may be shown."""
    text = str(answer.error.get("message"))
    known = dict.fromkeys((*stand_ins(answer), *_asked(answer)), "{}")
    return escape(scrubbed(text, known))[:_LONGEST]


def _asked(answer: ParsedResponse) -> Iterator[str]:
    """Yield the identifier that a request asks for, as it may be repeated."""
    token, code = answer.exchange.token, charger_code(answer.exchange.url) if answer.name == "charger" else None
    asked = (token.reveal() if token else None, code, answer.asked.get("code"))
    yield from (form for one in asked if isinstance(one, str) and one for form in {one, unquote(one)})


def estimate_text(name: str, seen: Observations) -> LearnedFact:
    """Tell what was said in the place of a text."""
    fact = LearnedFact(name=name, form=FactForm.WORD, assumed=_SAID[name])
    return worded(fact, seen.once(_texts).get(name, ()))


def estimate_invalid_text(seen: Observations) -> LearnedFact:
    """Tell whether a 422 says the `first` of its errors and how many more there are, or one `fixed` text."""
    return worded(_INVALID, [vote for one in _telling(seen) if (vote := _invalid_vote(one))])


def _invalid_vote(answer: ParsedResponse) -> str:
    message, errors = answer.error.get("message"), answer.error.get("errors")
    if answer.code != 422 or not isinstance(message, str) or not is_object(errors):
        return ""
    listed = [text for texts in errors.values() if isinstance(texts, list) for text in texts]
    if not listed or not all(isinstance(text, str) for text in listed):
        return ""
    more = len(listed) - 1
    tail = f" (and {more} more error{'s' if more > 1 else ''})" if more else ""
    return "first" if message == listed[0] + tail else "fixed" if message == error_texts.INVALID else ""


def estimate_not_found(seen: Observations) -> LearnedFact:
    """Tell whether a 404 is `plain`, or repeats (`echo`) what was asked for."""
    return worded(_NOT_FOUND, [vote for one in _telling(seen) if (vote := _not_found_vote(one))])


def _not_found_vote(answer: ParsedResponse) -> str:
    message = answer.error.get("message")
    if answer.code != 404 or not isinstance(message, str):
        return ""
    if message == NOT_FOUND:
        return "plain"
    return "echo" if any(len(one) >= _SHORTEST and one in message for one in _asked(answer)) else ""


WORD_ESTIMATORS: dict[str, Estimator] = {
    "not_found": estimate_not_found,
    "invalid_text": estimate_invalid_text,
    **{name: partial(estimate_text, name) for name in _SAID},
    **{header_name(name): partial(estimate_header, header_name(name)) for name in RESPONSE_HEADERS},
}
"""The estimators of texts and headers."""
