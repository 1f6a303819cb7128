"""A client as a process that speaks the client protocol, and misbehaves at a poll in the way that is asked for."""

import json
import os
import sys
import time
import urllib.error
import urllib.request
from typing import Any

HOW = sys.argv[1] if len(sys.argv) > 1 else ""
URL = ""


def write(message: object) -> None:
    print(json.dumps(message), flush=True)


def read() -> dict[str, Any] | None:
    line = sys.stdin.readline()
    return json.loads(line) if line else None


def ask(method: str, path: str, body: object = None) -> Any:
    data = json.dumps(body).encode() if body is not None else None
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    request = urllib.request.Request(f"{URL}/v3/public-charging/sessions{path}", data, headers, method=method)
    for _ in range(3):
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            if error.code != 429:
                raise
            write({"sleep": int(error.headers["Retry-After"])})
            read()
    raise TimeoutError


def press(message: dict[str, Any]) -> dict[str, Any]:
    if message["do"] == "start":
        body = {"code": message["code"], "connector_id": message["connector_id"]}
        return {"session": ask("POST", "", body)["session_token"]}
    if HOW in MISBEHAVIOUR:
        MISBEHAVIOUR[HOW](message)
    return {"view": ask("GET", f"/{message['session']}")["data"]}


def flood(message: object) -> None:
    while True:
        sys.stdout.write("x" * 65536)


def die(message: object) -> None:
    print("\x1b[31mPlannedError: it is over\x1b[0m", file=sys.stderr, flush=True)
    os._exit(7)


MISBEHAVIOUR = {
    "garbage": lambda message: print("hello, I am a log line", flush=True),
    "no-object": lambda message: write(["view"]),
    "no-view": lambda message: write({"session": 1}),
    "null": lambda message: write({"view": None}),
    "odd-error": lambda message: write({"error": "maybe"}),
    "odd-sleep": lambda message: write({"sleep": -1}),
    "flood": flood,
    "die": die,
    "hang": lambda message: time.sleep(60),
    "sleep-for-ever": lambda message: [write({"sleep": 3600}) or read() for _ in range(48)],
    "odd-view": lambda message: write({"view": {"status": "created", "colour": "blue"}}) or read(),
}


def answer(message: dict[str, Any]) -> dict[str, Any]:
    global URL
    if message["do"] == "hello":
        return {"protocol": 1, "buttons": ["start", "poll"]}
    if message["do"] in ("open", "close"):
        URL = message.get("url", "")
        return {"done": True}
    try:
        return press(message)
    except urllib.error.HTTPError as error:
        return {"error": "refused" if error.code < 500 else "unsure", "message": str(error.code)}
    except (OSError, ValueError) as error:
        return {"error": "unsure", "message": str(error)}
    except Exception as error:
        return {"error": "crash", "type": type(error).__name__, "message": str(error), "at": "line_client.py:1"}


if __name__ == "__main__":
    while (message := read()) is not None:
        write(answer(message))
        if HOW == "one-run" and message["do"] == "close":
            break
