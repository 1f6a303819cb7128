"""A client that leaves retries to urllib3, as a team might write it with requests."""

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

BASE_URL = "https://app.plugchoice.com/api"


class Paying:
    """Starts sessions, and asks again when the API says that it was asked too often."""

    def __init__(self, base_url: str = BASE_URL) -> None:
        self._sessions = f"{base_url}/v3/public-charging/sessions"
        self._client = requests.Session()
        retry = Retry(total=3, status_forcelist=[429], allowed_methods=None, respect_retry_after_header=True)
        for scheme in ("http://", "https://"):
            self._client.mount(scheme, HTTPAdapter(max_retries=retry))

    def __enter__(self) -> "Paying":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def start(self, code: str) -> str:
        """Start a session and return its token."""
        answer = self._client.post(self._sessions, json={"code": code, "connector_id": 1}, timeout=5)
        answer.raise_for_status()
        return str(answer.json()["session_token"])
