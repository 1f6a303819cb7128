"""The seven operations: where they live, what limits them, and how they answer."""

from typing import NamedTuple

BASE_URL = "https://app.plugchoice.com/api"
"""The live API, up to and without `/v3`."""

PREFIX = "/v3/public-charging"


class Operation(NamedTuple):
    """One endpoint. `limit` is hits per 60 seconds and address; `failures` are the statuses its page documents."""

    name: str
    method: str
    path: str
    limit: int
    success: int
    failures: tuple[int, ...]
    page: str

    @property
    def template(self) -> str:
        """The whole path below the base URL, such as `/v3/public-charging/sessions/{token}`."""
        return PREFIX + self.path


OPERATIONS: dict[str, Operation] = {
    row.name: row
    for row in (
        Operation("confirm", "POST", "/sessions/{token}/confirm", 10, 200, (404,), "confirm-payment"),
        Operation("start", "POST", "/sessions", 3, 201, (400, 404, 409, 422, 429), "start-session"),
        Operation("get", "GET", "/sessions/{token}", 30, 200, (404,), "get-session"),
        Operation("stop", "POST", "/sessions/{token}/stop", 10, 200, (400, 404), "stop-session"),
        Operation("cancel", "POST", "/sessions/{token}/cancel", 10, 200, (404, 409), "cancel-session"),
        Operation(
            "receipt-email",
            "POST",
            "/sessions/{token}/receipt-email",
            10,
            200,
            (404, 422),
            "set-receipt-email",
        ),
        Operation("charger", "GET", "/chargers/{code}", 30, 200, (404,), "get-charger"),
    )
}
"""Every operation by the name it has in settings, faults, reports and rules."""

WINDOW_SECONDS = 60
"""The length of a rate-limit window."""

INVENTED = "plugproof-unknown-"
"""How the tokens begin that our own check invents: of these it is known that no API has issued them."""
