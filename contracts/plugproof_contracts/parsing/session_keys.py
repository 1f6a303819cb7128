"""Which answers are about one session, also where a recorder wrote one stand-in for all tokens."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from plugproof_contracts.exchanges.route import origin
from plugproof_contracts.parsing.parsed_response import ParsedResponse
from plugproof_contracts.secrets.stand_ins import is_stand_in


def session_keys(answers: Sequence[ParsedResponse]) -> Iterator[object]:
    """Yield for each answer what tells its session from others, or None if that is not known.

    That is base URL and token. What looks like a stand-in, and what several starts gave to sessions created at
    different times, is no token: there the time of creation tells sessions apart, if there are several.
    """
    names, times = list(map(_name, answers)), list(map(_created, answers))
    created = defaultdict[object, set[str]](set)
    for name, found in zip(names, times, strict=True):
        if found:
            created[name].add(found)
    shared = _shared(answers)
    for answer, name, found in zip(answers, names, times, strict=True):
        if answer.token is None:
            yield None
        elif len(created[name]) < 2 or not (name in shared or is_stand_in(answer.token.reveal())):
            yield name
        else:
            yield (name, found) if found else None


def _name(answer: ParsedResponse) -> object:
    return origin(answer.exchange.base or ""), answer.token


def _created(answer: ParsedResponse) -> str | None:
    found = answer.data.get("created_at")
    return found if isinstance(found, str) else None


def _shared(answers: Iterable[ParsedResponse]) -> set[object]:
    issued = defaultdict[object, set[str | None]](set)
    for answer in answers:
        if answer.name == "start" and answer.is_success:
            issued[_name(answer)].add(_created(answer))
    return {name for name, times in issued.items() if len(times) > 1}
