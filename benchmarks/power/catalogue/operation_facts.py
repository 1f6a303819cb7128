"""What operations may not answer after, or before, what other answers show."""

from collections.abc import Iterable

from benchmarks.power.catalogue.life_facts import life
from benchmarks.power.catalogue.status_facts import CANCELLABLE, PAYMENT
from benchmarks.power.fact import written
from benchmarks.power.trace import Broken, Line, TraceDefect, data_of, showing, with_headers
from plugproof_contracts import Exchange, Level, Status
from plugproof_mockserver.world.faults.faults import make_fault

_I, _D = Level.INFERRED, Level.DOCUMENTED
ON_SESSIONS = ("get", "confirm", "stop", "cancel", "receipt-email")
EMAIL = {"email": "driver@example.org"}
PAID = [status for status in Status if status not in ("created", "expired", "failed", "abandoned")]


def _about(exchange: Exchange, other: str, token: str) -> Exchange:
    """Let an answer about one session be about another one."""
    return exchange.replace(url=exchange.url.replace(other, token))


def _confirms_again() -> Broken:
    for status in PAID:
        for way, by in (("a second hold", 5000), ("another hold", -100)):
            line = Line()
            token = line.session(status)
            first, second = line.ask("confirm", token, after=0), line.ask("confirm", token, after=0.2)
            trace = [first, showing(second, amount_authorized=data_of(second)["amount_authorized"] + by)]
            yield TraceDefect("operations", _I, "confirm-payment#description", way, status, trace)


def _cancels_late() -> Broken:
    for status in [status for status in Status if status not in CANCELLABLE]:
        line = Line()
        token, other = line.session(status), line.session("created")
        seen, cancelled = line.ask("get", token, after=0), line.ask("cancel", other, after=0.3)
        told = data_of(seen) | {"status": "abandoned"}
        trace = [seen, _about(showing(cancelled, **told), other, token)]
        yield TraceDefect("operations", _D, "cancel-session#errors.409", "cancelled too late", status, trace)


def _cancels_never() -> Broken:
    for status in CANCELLABLE:
        for operation in ("get", "confirm"):
            if (status, operation) == ("created", "confirm"):
                continue
            line = Line()
            token, late = line.session(status), line.session("settling")
            refused = _about(line.ask("cancel", late, after=0.2), late, token)
            after = line.ask(operation, token, after=0.3)
            for before in ([], [line.ask("get", token, after=0)]):
                way = f"refused though a {operation} shows that it was not too late"
                kind = f"{status}, {'seen' if before else 'not seen'} before"
                yield TraceDefect(
                    "operations", _D, "cancel-session#errors.409", way, kind, [*before, refused, after]
                )


def _token_comes_back() -> Broken:
    for first in ON_SESSIONS:
        for again in ON_SESSIONS:
            for between in ("", "429", "500"):
                status = "authorized" if again == "cancel" else "charging"
                line = Line()
                token = line.session(status)
                gone = _about(
                    line.ask(first, "unknown", EMAIL if first == "receipt-email" else None, 0), "unknown", token
                )
                middle = _trouble(line, token, between, "confirm" if again == "stop" else "stop")
                back = line.ask(again, token, EMAIL if again == "receipt-email" else None, 0.5)
                kind = f"{first}, then {between + ', then ' if between else ''}{again}"
                trace = [gone, *middle, back]
                yield TraceDefect("tokens", _I, "get-session#errors.404", "found after it was gone", kind, trace)


def _trouble(line: Line, token: str, code: str, operation: str) -> Iterable[Exchange]:
    """Return an answer that says nothing of the session."""
    if code == "500":
        line.fake.world.inject(make_fault(operation, "500", first=1))
        return [line.ask(operation, token, after=0.1)]
    if code == "429":
        return [_about(line.ask(operation, "nobody", after=0), "nobody", token) for _ in range(11)][10:]
    return []


def _conflict_comes_back() -> Broken:
    """What refuses to stop or cancel a session knows it."""
    for operation, status in (("cancel", "charging"), ("stop", "settling")):
        line = Line()
        token = line.session(status)
        gone = _about(line.ask("get", "unknown", after=0), "unknown", token)
        trace = [gone, line.ask(operation, token, after=0.5)]
        yield TraceDefect("tokens", _I, "get-session#errors.404", "refused after it was gone", operation, trace)


def _tells_apart() -> Broken:
    """Unknown, expired and malformed tokens are told apart."""
    ways: dict[str, tuple[bytes | None, dict[str, str | None]]] = {
        "another sentence": (b'{\n    "message": "The session has expired."\n}', {}),
        "another field": (b'{\n    "message": "Not Found",\n    "expired": true\n}', {}),
        "another layout": (b'{"message":"Not Found"}', {}),
        "another content type": (None, {"content_type": "application/json; charset=utf-8"}),
        "another header": (None, {"x_session_expired": "1"}),
        "no limits": (None, {"x_ratelimit_limit": None, "x_ratelimit_remaining": None}),
    }
    for operation in ON_SESSIONS:
        body = EMAIL if operation == "receipt-email" else None
        for kind in ("another unknown token", "an expired token", "a malformed token"):
            for way, (text, changes) in ways.items():
                line = Line()
                other = {"another unknown token": "other", "a malformed token": "%00"}.get(kind, "")
                if not other:
                    session = line.fake.seed_session("created")
                    other = session.event("expire_token").token
                known, told = line.ask(operation, "unknown", body), line.ask(operation, other, body)
                told = with_headers(told if text is None else told.replace(body=text), **changes)
                yield TraceDefect(
                    "tokens", _I, "get-session#errors.404", way, f"{operation}, {kind}", [known, told]
                )


def _payment_comes_back() -> Broken:
    """The payment is there again, in an answer that would be fine by itself."""
    for code in ("HAPPY", "NOSTART", "DECLINED", "CAPFAIL", "EXPIRED"):
        seen = life(code)
        created = next(one for one in seen if one.operation and one.operation.name == "get")
        for later in {data_of(one)["status"]: one for one in seen}.values():
            status = data_of(later)["status"]
            if status == "created":
                continue
            whole = {"data": data_of(created), "payment": PAYMENT}
            again = seen[-1].replace(body=written(whole), url=created.url, method="GET")
            trace = [*seen[: seen.index(later) + 1], again]
            yield TraceDefect(
                "operations", _I, "get-session#response.payment", f"back after {status}", code, trace
            )


def broken() -> Broken:
    """Yield every defect of operations on one session."""
    yield from _confirms_again()
    yield from _cancels_late()
    yield from _cancels_never()
    yield from _token_comes_back()
    yield from _conflict_comes_back()
    yield from _tells_apart()
    yield from _payment_comes_back()
