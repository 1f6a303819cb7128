"""How a world becomes a snapshot, and a snapshot a world; where the world is kept makes no difference."""

from msgspec.structs import replace

from plugproof_mockserver.world.nouns.prepared_responses import PreparedResponse
from plugproof_mockserver.world.nouns.world_errors import QuotaError
from plugproof_mockserver.world.snapshots.snapshot_checks import check_snapshot, read_prepared
from plugproof_mockserver.world.snapshots.world_snapshot import ClockSnapshot, PreparedSnapshot, WorldSnapshot
from plugproof_mockserver.world.world import World


def take_snapshot(world: World) -> WorldSnapshot:
    """Return what a world is now."""
    return world.transact(_take, world)


def _take(world: World) -> WorldSnapshot:
    now = world.clock.now()
    return WorldSnapshot(
        clock=ClockSnapshot(now, float(world.clock.speed)),
        sessions=tuple(world.sessions.all(now)),
        tokens_made=world.sessions.tokens_made,
        chargers=dict(world.chargers.changed),
        windows=tuple(world.limiter.read_windows(now)),
        faults=tuple(replace(fault) for fault in world.faults),
        prepared=tuple(_write_prepared(one) for one in world.prepared),
        journal=tuple(world.journal),
        violations=tuple(world.violations),
        chance=world.read_chance(),
        maintenance=None if world.maintenance == world.settings.maintenance else world.maintenance,
    )


def _write_prepared(one: PreparedResponse) -> PreparedSnapshot:
    response = one.response
    return PreparedSnapshot(
        one.operation, response.status, response.headers, response.body, one.first, one.used_count
    )


def restore_snapshot(world: World, snapshot: WorldSnapshot) -> None:
    """Make a world what it was; raise `InvalidValueError` that names the field at fault, without change."""
    put_snapshot(world, check_snapshot(world.settings, snapshot))


def put_snapshot(world: World, checked: WorldSnapshot) -> None:
    """Make a world what a snapshot says that was checked; raise `QuotaError` for one of too many sessions."""
    most = world.quotas.sessions
    if most is not None and len(checked.sessions) > most:
        found = f"the snapshot has {len(checked.sessions)} sessions"
        raise QuotaError(f"{found}, and a world may have {most} (--max-sessions)")
    world.transact(_restore, world, checked)


def _restore(world: World, checked: WorldSnapshot) -> None:
    world.reset()
    world.clock.run(checked.clock.speed)
    world.clock.set(checked.clock.now)
    for state in checked.sessions:
        world.sessions.store(state)
    world.sessions.tokens_made = checked.tokens_made
    for code, charger in checked.chargers.items():
        world.chargers.changed[code] = charger
    for window in checked.windows:
        world.limiter.put_window(window, checked.clock.now)
    world.faults = [replace(fault) for fault in checked.faults]
    for one in checked.prepared:
        world.prepared.append(read_prepared(one))
    for entry in checked.journal:
        world.journal.add(entry)
    world.violations.extend(checked.violations)
    world.resume_chance(checked.chance)
    if checked.maintenance is not None:
        world.maintenance = checked.maintenance
