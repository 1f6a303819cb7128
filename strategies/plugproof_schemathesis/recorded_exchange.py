"""What Schemathesis sent and got, as exchanges."""

from datetime import UTC, datetime

from schemathesis import Response
from schemathesis.engine.recorder import Interaction, RecordedScenario

from plugproof_contracts import Exchange


def exchange_of(response: Response, at: datetime | None = None) -> Exchange:
    """Return the exchange of an answer; `at` is when its request was sent."""
    sent = response.request.body
    body = response.content or b""
    return Exchange(
        response.request.method or "",
        response.request.url or "",
        response.status_code,
        [(name, value) for name, values in response.headers.items() for value in values],
        # Of a body above its limit Schemathesis keeps the beginning only.
        body if len(body) == response.content_size else None,
        request_headers=[(name, value) for name, value in response.request.headers.items()],
        request_body=sent.encode() if isinstance(sent, str) else sent if isinstance(sent, bytes) else b"",
        at=at,
    )


def answered(interaction: Interaction) -> Exchange | None:
    """Return the exchange that was recorded, or None if no answer came."""
    response = interaction.response
    if response is None:
        return None
    return exchange_of(response, datetime.fromtimestamp(interaction.timestamp - response.elapsed, UTC))


def recorded(scenario: RecordedScenario) -> list[Exchange]:
    """Return what was exchanged in a scenario, in the order in which it was sent."""
    found = [exchange for one in scenario.interactions.values() if (exchange := answered(one))]
    return sorted(found, key=lambda exchange: exchange.at or datetime.min.replace(tzinfo=UTC))
