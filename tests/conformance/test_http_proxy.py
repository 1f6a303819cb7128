"""A proxy of the environment is asked for the host, and whatever it answers is told as it is."""

import contextlib
import socket
import threading

import pytest
from tests.servers import PATIENCE

from plugproof_contracts.conformance.probing.http_proxy import HttpProxy, proxy_for
from plugproof_contracts.conformance.probing.transport import FailureKind, OutgoingRequest, send

VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
HOST = "api.example.test"
SECRET = "pass-word-1"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def ask(scheme="https", seconds=PATIENCE):
    return send(OutgoingRequest("GET", f"{scheme}://{HOST}/api/v3", (("Accept", "application/json"),)), seconds)


class Proxy:
    """A proxy on loopback that answers the first request with the given bytes, and keeps what it was asked."""

    def __init__(self, answer):
        self.answer, self.asked = answer, b""
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.thread = threading.Thread(target=self.serve)

    def serve(self):
        line, _ = self.listener.accept()
        with line:
            while b"\r\n\r\n" not in self.asked:
                self.asked += line.recv(65536)
            with contextlib.suppress(OSError):  # whoever reads no proxy's answer in it has gone by now
                line.sendall(self.answer)
                line.shutdown(socket.SHUT_WR)
                line.settimeout(PATIENCE)
                line.recv(65536)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *raised):
        self.thread.join(PATIENCE)
        self.listener.close()


@pytest.mark.parametrize(
    ("variables", "url", "proxy"),
    [
        ({}, "https://a.test", None),
        ({"HTTPS_PROXY": "http://p.test:3128"}, "https://a.test", HttpProxy("p.test", 3128)),
        ({"https_proxy": "p.test:3128"}, "https://a.test", HttpProxy("p.test", 3128)),
        ({"HTTPS_PROXY": "http://p.test:3128"}, "http://a.test", None),
        ({"HTTP_PROXY": "http://p.test"}, "http://a.test", HttpProxy("p.test", 80)),
        ({"ALL_PROXY": "http://p.test:1"}, "https://a.test", HttpProxy("p.test", 1)),
        ({"HTTPS_PROXY": "http://p.test:1", "NO_PROXY": "a.test"}, "https://a.test", None),
        ({"HTTPS_PROXY": "http://p.test:1", "NO_PROXY": ".test"}, "https://a.test", None),
        ({"HTTPS_PROXY": "http://p.test:1", "NO_PROXY": "*"}, "https://a.test", None),
        ({"HTTPS_PROXY": "http://p.test:1", "NO_PROXY": "b.test"}, "https://a.test", HttpProxy("p.test", 1)),
        ({"HTTPS_PROXY": "http://p.test:1"}, "https://127.0.0.1:9", None),
        ({"HTTPS_PROXY": ""}, "https://a.test", None),
    ],
)
def test_the_usual_variables_name_the_proxy(monkeypatch, variables, url, proxy):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert proxy_for(url) == proxy


@pytest.mark.parametrize("named", ["socks5://p.test:1", "https://p.test:1", "http://", "http://p.test:port"])
def test_another_kind_of_proxy_is_told_by_its_variable(monkeypatch, named):
    monkeypatch.setenv("HTTPS_PROXY", named)
    failure = ask().failure
    assert (failure.layer, failure.arrived) == (FailureKind.CONNECT, False)
    assert "HTTPS_PROXY" in failure.words


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "it answers 407"),
        (b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n", "it answers 502"),
        (b"hello", "does not answer as one"),
        (b"", "does not answer as one"),
        (b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 20_000, "does not answer as one"),
    ],
)
def test_a_proxy_that_says_no_was_no_way_to_the_host(monkeypatch, answer, words):
    with Proxy(answer) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("//", f"//user:{SECRET}@"))
        failure = ask().failure
    assert (failure.layer, failure.arrived) == (FailureKind.CONNECT, False)
    assert words in failure.words
    assert SECRET not in failure.words
    assert proxy.asked.startswith(f"CONNECT {HOST}:443 HTTP/1.1\r\n".encode())
    assert b"proxy-authorization: basic" in proxy.asked.lower()


def test_a_tunnel_leads_to_encryption_with_the_host(monkeypatch):
    with Proxy(b"HTTP/1.1 200 Connection established\r\n\r\n") as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        failure = ask().failure
    assert (failure.layer, failure.arrived) == (FailureKind.TLS, False)


def test_over_plain_http_the_proxy_gets_the_whole_url(monkeypatch):
    with Proxy(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}") as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        assert ask("http").exchange.status == 200
    assert proxy.asked.startswith(f"GET http://{HOST}/api/v3 HTTP/1.1\r\nHost: {HOST}\r\n".encode())


def test_a_silent_proxy_is_left_at_the_deadline(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{silent.getsockname()[1]}")
        failure = ask(seconds=0.1).failure
    assert (failure.layer, failure.arrived) == (FailureKind.DEADLINE, False)
