"""What the control plane does to worlds as such: who makes, keeps and ends them. No world is locked meanwhile."""

from bisect import bisect_right
from typing import Any

from plugproof_mockserver.control.body_fields import MOST_LISTED, UnreadableBodyError
from plugproof_mockserver.control.control_request import ControlRequest
from plugproof_mockserver.model.settings import parse_duration
from plugproof_mockserver.model.timestamps import SECOND, iso
from plugproof_mockserver.world.nouns.world_errors import Ending, WorldError
from plugproof_mockserver.world.registries.registry import DEFAULT, WorldStatus
from plugproof_mockserver.world.snapshots import snapshots
from plugproof_mockserver.world.snapshots.snapshot_checks import check_snapshot
from plugproof_mockserver.world.snapshots.world_snapshot import UnreadableSnapshotError, WorldSnapshot


def list_worlds(request: ControlRequest) -> Any:
    """Return the worlds that the request may control by name: one page, and after which name the next begins."""
    worlds, page = request.worlds, request.query
    search, after = str(page.get("search", "")), str(page.get("after", ""))
    names = [one for one in worlds.names() if search in one and request.may_control(one)]
    ahead = names[bisect_right(names, after) :]
    shown = ahead[: page.get("limit", MOST_LISTED)]
    return {
        "worlds": [_describe(request, one) for one in worlds.statuses(shown)],
        "total": len(names),
        "next": shown[-1] if len(shown) < len(ahead) else None,
        "most": worlds.most,
        "ended": _ended(request),
    }


def _ended(request: ControlRequest) -> dict[str, int]:
    return {ending: request.worlds.endings[ending] for ending in Ending}


def get_world(request: ControlRequest) -> Any:
    """Return one world, which is not made by that."""
    return _describe(request, request.worlds.status(request.argument))


def put_world(request: ControlRequest) -> Any:
    """Make a world or keep it for a time, and return it."""
    is_new = request.worlds.lease(request.argument, read_ttl(request.fields))
    return _describe(request, request.worlds.status(request.argument)) | {"is_new": is_new}


def delete_world(request: ControlRequest) -> None:
    """End a world."""
    request.worlds.delete(request.argument)


def reset_world(request: ControlRequest) -> None:
    """Let a world begin anew; its clock and its lease go on."""
    request.worlds.find(request.argument).reset()


def fork_world(request: ControlRequest) -> Any:
    """Make a new world that is what this one is now, and return it."""
    new = request.fields["name"]
    if not request.may_control(new):
        raise ForeignWorldError(new)
    request.worlds.fork(request.argument, new, read_ttl(request.fields))
    return _describe(request, request.worlds.status(new))


def get_snapshot(request: ControlRequest) -> Any:
    """Return all that a world is now, tokens and all."""
    return snapshots.take_snapshot(request.worlds.find(request.argument))


def put_snapshot(request: ControlRequest) -> Any:
    """Make a world what a snapshot says, and return it."""
    checked = check_snapshot(request.worlds.default.settings, request.fields["document"])
    snapshots.put_snapshot(request.worlds.get(request.argument), checked)
    return _describe(request, request.worlds.status(request.argument))


def read_snapshot(body: bytes) -> WorldSnapshot:
    """Read a snapshot; raise `UnreadableBodyError` for what is not JSON, or `InvalidValueError` with the field."""
    try:
        return WorldSnapshot.from_json(body)
    except UnreadableSnapshotError as error:
        raise UnreadableBodyError(str(error)) from None


class ForeignWorldError(WorldError):
    """A world that the request's secret does not open."""

    status = 403

    def __init__(self, name: str) -> None:
        super().__init__(f"the secret of this request is not that of a world {name!r}; name one of its own prefix")


def read_ttl(fields: dict[str, Any]) -> float | None:
    """Return the seconds of a lease; None for a world without one. Raises `InvalidValueError` for no duration."""
    ttl = fields.get("ttl")
    return parse_duration(ttl) if isinstance(ttl, str) else ttl


def _describe(request: ControlRequest, status: WorldStatus) -> dict[str, Any]:
    left = status.lease_left
    return {
        "name": status.name,
        "path": "" if status.name == DEFAULT else f"/worlds/{status.name}",
        "sessions": status.sessions,
        "is_empty": status.is_empty,
        "idle_seconds": round(status.idle, 3),
        "expires_in": None if left is None else round(left, 3),
        "expires_at": None if left is None else iso(int((request.worlds.wall() + left) * SECOND)),
    }
