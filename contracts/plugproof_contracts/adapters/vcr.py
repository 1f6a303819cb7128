"""VCR cassettes in YAML or JSON, of vcrpy and of Ruby's vcr."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from plugproof_contracts.adapters.bodies import BodyError, from_base64, undone
from plugproof_contracts.adapters.elements import Source, objects_at
from plugproof_contracts.adapters.entry import Entry, RecordingError
from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.exchanges.headers import Headers

LISTS = ("interactions", "http_interactions")
"""Where vcrpy and vcr keep what they recorded."""


def read_json(source: Source, name: str) -> Iterator[Entry]:
    """Yield the interactions of a JSON cassette; raises `RecordingError` where the text ends too early."""
    for text, end in objects_at(source, (name,)):
        try:
            found = msgspec.json.decode(text)
        except (ValueError, RecursionError) as error:
            yield Entry(problem=f"not JSON: {error}", end=end)
        else:
            yield _entry(found)._replace(end=end)


def read_yaml(source: Source) -> Iterator[Entry]:
    """Yield the interactions of a YAML cassette, which is read as a whole, for it may refer back and forth."""
    cassette = _loaded(bytes(source))
    found = next((cassette[name] for name in LISTS if name in cassette), None)
    if not isinstance(found, list):
        raise RecordingError(f"a cassette has a list under one of {', '.join(LISTS)}, and this one has none")
    for number, interaction in enumerate(found, 1):
        yield _entry(interaction)._replace(end=len(source) * number // len(found))


def _loaded(text: bytes) -> Mapping[str, Any]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        found = yaml.load(text, loader)  # noqa: S506 - both loaders are safe ones
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise RecordingError(f"the YAML stops making sense in line {line}") from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise RecordingError("the YAML cannot be read") from None
    return found if isinstance(found, dict) else {}


def _entry(interaction: Any) -> Entry:
    try:
        request, response = interaction["request"], interaction["response"]
        headers = _headers(response.get("headers"))
        exchange = Exchange(
            request["method"],
            request.get("uri") or request["url"],
            _code(response["status"]),
            headers,
            None,
            request_headers=_headers(request.get("headers")),
            request_body=_bytes(request.get("body")) or b"",
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        return Entry(problem=f"not as a cassette has it: {_named(error)}")
    try:
        body = _bytes(response.get("body"))
        return Entry(exchange.replace(body=body and undone(body, headers.get("content-encoding"))))
    except BodyError as reason:
        return Entry(exchange, problem=str(reason))


def _named(error: Exception) -> str:
    """Say what is wrong; of errors other than a missing key only the kind, for their text may show a value."""
    return f"{error} is missing" if isinstance(error, KeyError) else "a value is of the wrong type"


def _code(status: Any) -> int:
    return int(status["code"] if isinstance(status, Mapping) else status)


def _headers(found: Any) -> Headers:
    """A cassette has a list of values to a name, or one value."""
    pairs = ((name, value if isinstance(value, list) else [value]) for name, value in (found or {}).items())
    return Headers(
        [(str(name), value if isinstance(value, bytes) else str(value)) for name, all_ in pairs for value in all_]
    )


def _bytes(body: Any) -> bytes | None:
    """A body is text, bytes, nothing, or an object that holds it as `string` or `base64_string`."""
    if isinstance(body, Mapping):
        if "base64_string" in body:
            return from_base64("".join(str(body["base64_string"]).split()))
        body = body.get("string")
    if isinstance(body, str):
        return body.encode("utf-8", "surrogatepass")
    return body if isinstance(body, bytes) else None
