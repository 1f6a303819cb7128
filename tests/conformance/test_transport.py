"""One request: where it ends, what it is called, and that it is sent once."""

import gzip
import shutil
import socket
import ssl
import subprocess
import threading
import time

import pytest
from tests.servers import PATIENCE, free_port

from plugproof_contracts.conformance.check_run import CheckPolicy, CheckRun, Ports
from plugproof_contracts.conformance.history.check_history import History
from plugproof_contracts.conformance.probing import transport
from plugproof_contracts.conformance.probing.plan import plan
from plugproof_contracts.conformance.probing.transport import FailureKind, OutgoingRequest, send
from plugproof_contracts.exchanges.route import route
from plugproof_contracts.secrets.token import Token
from plugproof_mockserver.fake import FakePlugchoice

PATH = "/v3/public-charging/sessions/token-that-nobody-may-read"


def sent_to(url, seconds=PATIENCE):
    return send(OutgoingRequest("GET", url + PATH, ()), seconds)


def test_no_readable_form_of_a_request_shows_its_token():
    request = OutgoingRequest("GET", "https://x/api" + PATH, (("Accept", "*/*"),))
    assert "nobody" not in f"{request} {request!r} {[request]}"


def test_a_whole_answer_is_an_exchange(raw):
    with raw(lambda *request: b"HTTP/1.1 404 X\r\ncontent-length: 2\r\nX-A: b\r\n\r\n{}") as server:
        outcome = sent_to(server.url)
    assert (outcome.exchange.status, outcome.exchange.body, outcome.exchange.headers.get("x-a")) == (
        404,
        b"{}",
        "b",
    )
    assert outcome.failure is None
    assert outcome.delimited


@pytest.mark.parametrize("host", ["plugproof.invalid", "a" * 70 + ".invalid"])
def test_a_host_without_an_address_is_dns(host):
    outcome = sent_to(f"http://{host}/api")
    assert (outcome.failure.layer, outcome.failure.arrived) == (FailureKind.DNS, False)


def test_a_lookup_that_hangs_ends_at_the_deadline(monkeypatch):
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **more: over.wait(PATIENCE))
    outcome = sent_to("http://plugproof.invalid/api", 0.2)
    over.set()
    assert (outcome.failure.layer, outcome.failure.arrived) == (FailureKind.DEADLINE, False)
    assert "looking up" in outcome.failure.words


def test_a_deadline_that_ends_at_lookup_connects_to_nobody(monkeypatch):
    """If the deadline is over once the host is found, nothing is connected to."""
    now = [0.0]

    class Late(list):
        def __iter__(self):
            now[0] = 99.0
            return super().__iter__()

    found = Late(socket.getaddrinfo("127.0.0.1", 9, type=socket.SOCK_STREAM))
    monkeypatch.setattr(transport, "monotonic", lambda: now[0])
    monkeypatch.setattr(socket, "getaddrinfo", lambda *given, **more: found)
    outcome = sent_to("http://localhost:9/api", 1.0)
    assert (outcome.failure.layer, outcome.failure.arrived) == (FailureKind.DEADLINE, False)
    assert "connecting" in outcome.failure.words


def test_a_tls_handshake_that_never_ends_is_left_at_the_deadline(monkeypatch):
    """A port that never agrees on encryption is left at the deadline."""
    monkeypatch.setattr(transport, "monotonic", lambda: 0.0)  # the steps before take none of it
    with socket.create_server(("127.0.0.1", 0)) as silent:
        outcome = sent_to(f"https://127.0.0.1:{silent.getsockname()[1]}/api", 0.5)
    assert (outcome.failure.layer, outcome.failure.arrived) == (FailureKind.DEADLINE, False)
    assert "encryption" in outcome.failure.words


def test_a_closed_port_is_connect():
    outcome = sent_to(f"http://127.0.0.1:{free_port()}/api")
    assert (outcome.failure.layer, outcome.failure.arrived) == (FailureKind.CONNECT, False)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for localhost that nobody has signed but itself."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("makes its certificate with the command openssl")
    folder = tmp_path_factory.mktemp("tls")
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost", "-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture
def secure(certificate):
    """A TLS server that answers once; yields its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(PATIENCE)

    def serve():
        line, _ = listener.accept()
        try:
            with context.wrap_socket(line, server_side=True) as inner:
                inner.recv(65536)
                inner.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
        except OSError:
            line.close()

    thread = threading.Thread(target=serve)
    thread.start()
    yield listener.getsockname()[1]
    thread.join(PATIENCE)
    listener.close()


def test_a_certificate_that_nobody_vouches_for_is_tls(secure):
    outcome = sent_to(f"https://localhost:{secure}/api")
    assert (outcome.failure.layer, outcome.failure.arrived) == (FailureKind.TLS, False)
    assert "not trusted" in outcome.failure.words


@pytest.fixture
def trusting(certificate, monkeypatch):
    """Trusts the certificate, as whoever sets SSL_CERT_FILE does."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))
    transport._context.cache_clear()
    yield
    transport._context.cache_clear()


def test_a_certificate_that_is_trusted_serves(secure, trusting):
    assert sent_to(f"https://localhost:{secure}/api").exchange.status == 200


def test_a_certificate_of_another_host_is_tls(secure, trusting):
    outcome = sent_to(f"https://127.0.0.1:{secure}/api")
    assert outcome.failure.layer is FailureKind.TLS


def test_a_redirect_is_not_followed(raw):
    with raw(lambda *request: b"HTTP/1.1 302 X\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n") as server:
        assert sent_to(server.url).exchange.status == 302
        assert len(server.log) == 1


def test_a_confirm_is_sent_once_wherever_the_connection_is_cut(raw, fake_answer):
    """The answer to confirm ends after each of its bytes: the session is read, and not confirmed again."""
    fake, now = FakePlugchoice(seed=7, clock="real", rate_limit="off"), {"cut": 0}
    token = Token(fake.seed_session("captured").token)
    confirm = tuple(probe for probe in plan((token,)) if probe.operation in ("confirm", "charger"))

    def respond(method, target, headers):
        wire = fake_answer(fake, method, target, headers).wire()
        return wire[: now["cut"]] if method == "POST" else wire

    whole = len(fake_answer(fake, "POST", confirm[0].path(), confirm[0].headers).wire())
    with raw(respond) as server:
        history = History("sqlite://")
        for now["cut"] in range(whole):
            night = CheckRun(
                f"{server.url}",
                confirm,
                Ports(send, lambda: now["cut"] * 4000.0, time.sleep),
                history,
                CheckPolicy(),
            )
            night.run()
            asked = [(method, route(method, target).operation.name) for method, target, _ in server.log]
            assert asked == [("POST", "confirm"), ("GET", "get")]
            assert night.problems
            server.log.clear()
        history.close()
    assert whole > 700


TOO_LARGE = {
    "headers": b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * transport.MOST_HEAD,
    "a body": b"HTTP/1.1 200 OK\r\n\r\n" + bytes(transport.MOST_BODY + 1),
    "a decoded body": b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n" + gzip.compress(bytes(50 * 2**20)),
}


@pytest.mark.parametrize("what", TOO_LARGE)
def test_what_is_too_large_is_not_kept(raw, what):
    with raw(lambda *request: TOO_LARGE[what]) as server:
        assert sent_to(server.url).failure.layer is FailureKind.TOO_LARGE


def test_the_largest_body_is_read(raw):
    with raw(lambda *request: b"HTTP/1.1 200 OK\r\n\r\n" + bytes(transport.MOST_BODY)) as server:
        assert len(sent_to(server.url).exchange.body) == transport.MOST_BODY
