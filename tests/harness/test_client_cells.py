"""The pytest helper makes one test of each cell."""

TEST = """
from bent import Client
from plugproof_harness import client_cells

@client_cells(Client, only=["charging/stop/*", "created/poll/none"])
def test_client(cell):
    cell.check()
"""

CLIENT = """
import httpx
from plugproof_harness import Adapter

class Client(Adapter):
    unsure = (Exception,)

    def start(self, code, connector_id):
        self.http = httpx.Client(base_url=self.api.base_url, transport=self.api.transport())
        body = {"code": code, "connector_id": connector_id}
        return self.http.post("/v3/public-charging/sessions", json=body).json()["session_token"]

    def poll(self, session):
        return {"status": "authorized"}

    def stop(self, session):
        self.http.get(f"/v3/public-charging/sessions/{session}")
        raise ValueError
"""


def test_a_broken_cell_fails_and_an_impossible_one_is_skipped(pytester):
    """The test bears the name of its cell, and the failure is told without a traceback."""
    pytester.makepyfile(bent=CLIENT, test_it=TEST)
    done = pytester.runpytest_subprocess("-p", "no:plugproof", "-p", "no:asyncio", "-p", "no:cacheprovider", "-rs")
    done.assert_outcomes(failed=1, passed=3, skipped=10)
    done.stdout.fnmatch_lines(
        [
            "view.true: the client broke a law: status is 'authorized', and should be 'created'",
            "replay(Client, *'start HAPPY 1', 'poll 1'*)",
            "*the client sends no stop there, so reset can't happen",
        ]
    )
    assert "Traceback" not in done.stdout.str()
