"""A client of a fake world whose exchanges are recorded, on the world's clock."""

from typing import Any

import httpx2

from plugproof import Exchange, FakePlugchoice


class RecordedWorld:
    """A fake with its client; `exchanges` holds what they said to each other."""

    def __init__(self, **settings: Any) -> None:
        self.fake = FakePlugchoice(seed=1, **settings)
        self.client = httpx2.Client(transport=self.fake.transport(), base_url="https://app.plugchoice.com/api")
        self.exchanges: list[Exchange] = []

    def send(self, method: str, path: str, **arguments: Any) -> httpx2.Response:
        """Send a request below the API's base and record it."""
        response = self.client.request(method, f"/v3/public-charging{path}", **arguments)
        request = response.request
        self.exchanges.append(
            Exchange(
                method,
                str(request.url),
                response.status_code,
                [(name.decode(), value.decode()) for name, value in response.headers.raw],
                response.content,
                [(name.decode(), value.decode()) for name, value in request.headers.raw],
                request.content,
                self.fake.clock.now,
            )
        )
        return response

    def start(self, code: str = "HAPPY") -> str:
        """Start a session and return its token."""
        response = self.send("POST", "/sessions", json={"code": code, "connector_id": 1})
        return str(response.json()["session_token"])

    def get(self, token: str) -> httpx2.Response:
        """Look at a session."""
        return self.send("GET", f"/sessions/{token}")

    def poll(self, token: str, seconds: float, times: int) -> None:
        """Look at a session so many times, each time after so many seconds."""
        for _ in range(times):
            self.fake.clock.advance(seconds)
            self.get(token)

    def bill(self, code: str = "HAPPY", charging: float = 1000) -> str:
        """Play a whole session, up to its capture, and return its token."""
        token = self.start(code)
        self.send("POST", f"/sessions/{token}/confirm")
        self.poll(token, charging / 5, 5)
        return token
