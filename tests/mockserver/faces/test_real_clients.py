"""Clients of other languages start sessions on every server of ours, and reset a world by a bare POST."""

import shutil
import subprocess
from collections.abc import Iterator

import httpx
import httpx2
import pytest
import requests

from plugproof_mockserver.faces import uvicorn_server
from plugproof_mockserver.faces.checking_proxy import Proxy
from plugproof_mockserver.fake import FakePlugchoice
from plugproof_mockserver.live_server import site

PATIENCE = 60
SESSIONS = "/v3/public-charging/sessions"

JAVA = """
import java.net.URI;
import java.net.http.*;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;

public class Client {
    public static void main(String[] urls) throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        for (String url : urls) {
            String body = "{\\"code\\": \\"HAPPY\\", \\"connector_id\\": 1}";
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
            request = url.endsWith("/reset")
                ? request.POST(BodyPublishers.noBody())
                : request.header("Content-Type", "application/json").POST(BodyPublishers.ofString(body));
            System.out.println(client.send(request.build(), BodyHandlers.ofString()).statusCode());
        }
    }
}
"""
NODE = """
const body = JSON.stringify({code: "HAPPY", connector_id: 1}), headers = {"Content-Type": "application/json"};
for (const url of process.argv.slice(1)) {
    const init = url.endsWith("/reset") ? {method: "POST"} : {method: "POST", headers, body};
    console.log((await fetch(url, init)).status);
}
"""


@pytest.fixture(scope="module")
def urls() -> Iterator[list[str]]:
    """The sessions behind a live server, a served fake and a proxy, and the reset of the first two."""
    fake = FakePlugchoice(rate_limit="off")
    with (
        uvicorn_server.bind("127.0.0.1", 0) as served,
        uvicorn_server.serving(fake.asgi, served),
        uvicorn_server.bind("127.0.0.1", 0) as proxied,
        site() as live,
        live.serving(FakePlugchoice(rate_limit="off")) as server,
    ):
        root = f"http://127.0.0.1:{served.getsockname()[1]}"
        proxy = Proxy(f"{root}/api", lambda *seen: None)
        with uvicorn_server.serving(proxy, proxied):
            yield [
                f"{server.url}{SESSIONS}",
                f"{root}/api{SESSIONS}",
                f"http://127.0.0.1:{proxied.getsockname()[1]}/api{SESSIONS}",
                f"{server.control_url}/reset",
                f"{root}/_plugproof/reset",
            ]


ANSWERS = [201, 201, 201, 204, 204]


def needs(program):
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")


def told(command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    return [int(line) for line in done.stdout.split()]


@needs("java")
def test_the_client_of_java_which_offers_http_2(urls, tmp_path):
    (tmp_path / "Client.java").write_text(JAVA)
    assert told(["java", "-XX:TieredStopAtLevel=1", str(tmp_path / "Client.java"), *urls]) == ANSWERS


@needs("node")
def test_fetch_of_node(urls):
    assert told(["node", "--input-type=module", "--eval", NODE, "--", *urls]) == ANSWERS


@needs("curl")
@pytest.mark.parametrize("kind", ["--data", "--form"])
def test_curl_which_offers_http_2(urls, kind):
    for url in urls[:3]:
        fields = [kind, "code=HAPPY", kind, "connector_id=1"]
        command = ["curl", "-sS", "--http2", "-o", "-", "-w", "%{stderr}%{http_code}", *fields, url]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        assert (done.stderr, "session_token" in done.stdout) == ("201", True)


@needs("curl")
def test_curl_resets_a_world(urls):
    for url in urls[3:]:
        assert told(["curl", "-sS", "--http2", "-X", "POST", "-w", "%{http_code}", url]) == [204]


@pytest.mark.parametrize("client", [requests, httpx, httpx2])
def test_the_clients_of_python(urls, client):
    forms = [{"json": {"code": "HAPPY", "connector_id": 1}}, {"data": {"code": "HAPPY", "connector_id": "1"}}]
    forms.append({"files": {"code": (None, "HAPPY"), "connector_id": (None, "1")}})
    for form in forms:
        assert [client.post(url, **form).status_code for url in urls[:3]] == ANSWERS[:3]
    assert [client.post(url).status_code for url in urls[3:]] == ANSWERS[3:]
