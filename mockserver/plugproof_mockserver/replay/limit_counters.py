"""Which counters of the limiter are comparable: those that began to count within the recording."""

from plugproof_contracts.parsing.parsed_response import ParsedResponse


class LimitCounters:
    """Gives each request an address for the fake's limiter, so that both counters begin at the same request.

    What was hit before the recording is not known, so a counter is compared from its first recorded hit on, and
    anew once it differed. Without the moments of requests no count is compared, as windows end between seconds.
    """

    def __init__(self, *, is_shared: bool, is_timed: bool) -> None:
        self._is_shared, self._is_timed = is_shared, is_timed
        self._compared: dict[str, str] = {}
        self._made = 0

    def client(self, answer: ParsedResponse) -> tuple[bool, str]:
        """Return whether the counts of an answer are comparable, and the address from which to ask."""
        name = self._name(answer)
        if name not in self._compared and self._is_timed and _used(answer) == 1 and answer.code != 429:
            self._compared[name] = self._fresh()
        if name in self._compared:
            return True, self._compared[name]
        return False, self._fresh()

    def learn(self, recorded: ParsedResponse, replayed: ParsedResponse) -> None:
        """Compare a counter no further once it differed, until it begins anew."""
        if _used(recorded) != _used(replayed):
            self._compared.pop(self._name(recorded), None)

    def _name(self, answer: ParsedResponse) -> str:
        return "" if self._is_shared else answer.name

    def _fresh(self) -> str:
        self._made += 1
        return f"replay {self._made:09}"


def _used(answer: ParsedResponse) -> int | None:
    limit, left = answer.count("x-ratelimit-limit"), answer.count("x-ratelimit-remaining")
    return None if limit is None or left is None else limit - left
