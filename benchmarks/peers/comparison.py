"""The fake beside each server of others, in turn."""

import json
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.peers.peer import Peer, missing, peers
from benchmarks.row import Row, in_turn, ratio
from benchmarks.servers import CONFIRM, FAKE, Server, load, memory, request, running, seed

ROUNDS = 5


def rows() -> list[Row]:
    """Measure every row of this subject."""
    if why := missing():
        return [Row("confirm beside other servers", why, "", "", "≥ 2.6 × WireMock, ≥ 6 × Prism")]
    with (
        running((*FAKE, "--port", "{port}"), "/_plugproof/health") as fake,
        TemporaryDirectory() as folder,
    ):
        path = CONFIRM.format(token=seed(fake))
        answer = json.loads(request(fake.port, "POST", path))
        return [_compare(fake, path, peer) for peer in peers(answer, Path(folder))]


def _compare(fake: Server, path: str, peer: Peer) -> Row:
    asked = peer.request
    with running(peer.command, "/", port=peer.port) as server:
        if asked.seed is not None:
            request(peer.port, *asked.seed, headers=asked.headers)
        pairs = in_turn(
            lambda: load(fake.port, path),
            lambda: load(peer.port, asked.path, asked.method, asked.headers),
            ROUNDS,
        )
        held, ready = memory(server.pid) / 1e6, server.ready_after
    ours, other = (median(side) for side in zip(*pairs, strict=True))
    shown = f"{other:,.0f} /s, ready after {ready:.1f} s, {held:.0f} MB"
    return Row(peer.name, f"{ours:,.0f} /s", shown, ratio(pairs), peer.target)
