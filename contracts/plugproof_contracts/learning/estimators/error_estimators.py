"""How errors are written for who did not ask for JSON."""

from plugproof_contracts.learning.learned_fact import FactForm, LearnedFact, assumed_setting, worded
from plugproof_contracts.learning.observations import Observation, Observations

_ERRORS = assumed_setting("errors", FactForm.WORD)

_OWN_ERRORS = frozenset({400, 404, 405, 409, 422, 429})
"""What the API itself answers; other errors may be written by whatever stands before it."""


def estimate_errors(seen: Observations) -> LearnedFact:
    """Tell whether errors are `json` always, or `negotiated`; who asks for JSON learns nothing."""
    return worded(_ERRORS, [vote for one in seen.limited if (vote := _vote(one))])


def _vote(one: Observation) -> str | None:
    answer = one.answer
    asked = answer.exchange.request_headers
    if not list(asked) or answer.asked_json or asked.get("x-requested-with") == "XMLHttpRequest":
        return None
    if answer.code == 302:
        return "negotiated" if answer.name in ("start", "receipt-email") else None
    if answer.code not in _OWN_ERRORS:
        return None
    kind = (answer.headers.get("content-type") or "").partition(";")[0].strip().lower()
    is_html = kind == "text/html"
    return "json" if answer.says_json else "negotiated" if is_html else None
