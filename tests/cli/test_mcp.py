"""`plugproof mcp`: a coding agent starts worlds, asks why, and has a client judged."""

import json
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest

from plugproof_cli.agent_tools import MOST_WORLDS, AgentMistakeError, Workbench, explain, judge
from plugproof_contracts.facts.operations import OPERATIONS

LINE_CLIENT = shlex.join([sys.executable, "-S", str(Path(__file__).parents[1] / "harness/line_client.py")])
SESSIONS = "/v3/public-charging/sessions"


@pytest.fixture
def bench():
    one = Workbench()
    yield one
    one.close()


def test_a_world_is_served_and_its_time_passes(bench):
    """The agent's own program reaches it, and what happens by itself is told."""
    world = bench.start_world("2026-01-10T12:00:00Z")
    started = httpx2.post(world["base_url"] + SESSIONS, json={"code": "HAPPY", "connector_id": 1})
    assert started.status_code == 201
    assert bench.advance(world["world"], 3600) == {
        "now": "2026-01-10T13:00:00+00:00",
        "moves": ["created -> expired"],
    }


def test_an_answer_is_explained_with_its_level_and_its_source(bench):
    """The last answer is the first that is explained, and no token is in what is told."""
    world = bench.start_world("2026-01-10T12:00:00Z")
    httpx2.post(world["base_url"] + SESSIONS, json={"code": "HAPPY", "connector_id": 1})
    httpx2.get(f"{world['base_url']}{SESSIONS}/{'a' * 40}")
    assert bench.explain(world["world"], 0) == {
        "asked": f"GET {SESSIONS}/{{token}}",
        "status": 404,
        "fact": "get is refused with 404.",
        "level": "documented",
        "source": "get-session#errors",
    }
    assert bench.explain(world["world"], 1)["fact"] == "start succeeds with 201."


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_documented_answer_has_a_documented_fact(operation):
    """What no page says is assumed; what a fault does is the setting of whoever set it."""
    known = OPERATIONS[operation]
    for status in (known.success, *known.failures, 429):
        assert explain(operation, status, ())[1] == "documented"
    assert explain(operation, 418, ())[1] == "assumed"
    assert explain(operation, 500, ("500",))[1:] == ("set by you", "the faults of this world")


@pytest.mark.parametrize(("how", "verdict"), [("", "conforms"), ("die", "broken"), ("garbage", "could not check")])
def test_a_client_is_judged(how, verdict):
    """The smallest failing sequence comes back, and what the client said stands apart as data."""
    found = judge(f"{LINE_CLIENT} {how}", 1, ["created/poll/none"], 10)
    assert (found["verdict"], found["cells"]) == (verdict, 1)
    if how == "die":
        (broken,) = found["broken_laws"]
        assert broken["smallest_failing_sequence"] == ["start HAPPY 1", "poll 1"]
        assert "PlannedError: it is over" in broken["client_said"]
        assert "\x1b" not in json.dumps(found, ensure_ascii=False)


@pytest.mark.parametrize(
    ("ask", "complaint"),
    [
        (lambda bench: bench.explain("world-9", 0), "there is no world 'world-9'; there are none yet: start one"),
        (lambda bench: bench.start_world("later"), "'later' is not an ISO 8601 date-time"),
        (lambda bench: judge("yes", 1, [], 1), "wrote 'y'"),
        (lambda bench: judge("", 1, [], 1), "the command is empty"),
        (lambda bench: judge(LINE_CLIENT, 1, ["nowhere"], 5), "no cell is named 'nowhere'"),
    ],
)
def test_a_mistake_of_an_agent_is_told(bench, ask: Callable[[Workbench], Any], complaint):
    """With the value, and with what can be asked for."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - its text is looked at below
        ask(bench)
    assert complaint in str(caught.value)


def test_an_agent_can_not_fill_the_machine_with_worlds(bench):
    """After so many it has to go on with one of them."""
    for _ in range(MOST_WORLDS):
        bench.start_world("2026-01-10T12:00:00Z")
    with pytest.raises(AgentMistakeError, match="go on with one of them"):
        bench.start_world("2026-01-10T12:00:00Z")


def test_the_command_speaks_the_protocol_of_agents():
    """The official SDK's own client lists the tools, calls one, and is told of a mistake in words."""
    mcp = pytest.importorskip("mcp", reason="the extra `mcp` is not installed")
    from mcp.client.stdio import StdioServerParameters, stdio_client

    async def talk() -> tuple[set[str], str, str]:
        server = StdioServerParameters(command=sys.executable, args=["-m", "plugproof_cli", "mcp"])
        async with stdio_client(server) as streams, mcp.ClientSession(*streams) as session:
            await session.initialize()
            tools = {tool.name for tool in (await session.list_tools()).tools}
            world = await session.call_tool("start_world", {})
            refused = await session.call_tool("explain_answer", {"world": "nowhere"})
            return tools, world.content[0].text, refused.content[0].text

    tools, world, refused = anyio.run(talk)
    assert tools == {"start_world", "advance", "explain_answer", "judge_client"}
    assert json.loads(world)["base_url"].startswith("http://127.0.0.1:")
    assert "there is no world 'nowhere'; there are world-1" in refused
