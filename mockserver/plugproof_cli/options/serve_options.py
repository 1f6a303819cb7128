"""The options of `plugproof serve`, and what they come to: settings, faults, secrets."""

import msgspec

from plugproof_cli.options.secret_files import Tenant, choose_control_secret, merge_tenants
from plugproof_cli.output.live_log import LogFormat
from plugproof_mockserver.model.settings import (
    Errors,
    InvalidText,
    Limit,
    LimiterStore,
    NotFoundText,
    RateLimit,
    Settings,
)
from plugproof_mockserver.stores.address import StateAddress
from plugproof_mockserver.world.faults.faults import Fault, make_fault


class ServeOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for, one field per option; `clock` is a moment, durations are seconds."""

    host: str
    port: int
    scenario: str | None
    speed: float
    clock: int | None
    seed: int | None
    rate_limit: RateLimit
    limit: tuple[tuple[str, Limit], ...]
    limiter_store: LimiterStore
    limiter_race: bool
    sessions_per_charger: int
    token_ttl: float
    payment_window: float
    vat: float
    hold: int
    errors: Errors
    not_found: NotFoundText
    invalid_text: InvalidText
    maintenance: int
    auto_pay: bool
    fault: tuple[Fault, ...]
    latency: int
    allow_host: tuple[str, ...]
    control_secret: str | None
    control_secret_file: str | None
    world_secret: tuple[Tenant, ...]
    world_secret_file: tuple[Tenant, ...] | None
    max_worlds: int
    max_sessions: int | None
    max_journal_bytes: int
    trust_proxy: tuple[str, ...]
    state: StateAddress
    workers: int
    self_check: bool
    receive_timeout: float
    log: LogFormat
    as_json: bool

    def settings(self) -> Settings:
        """Return the rules of every world that is served."""
        return Settings(
            scenario=self.scenario,
            rate_limit=self.rate_limit,
            limits=dict(self.limit),
            limiter_store=self.limiter_store,
            limiter_race=self.limiter_race,
            sessions_per_charger=self.sessions_per_charger,
            token_ttl=self.token_ttl,
            payment_window=self.payment_window,
            vat=self.vat,
            hold=self.hold,
            errors=self.errors,
            not_found=self.not_found,
            invalid_text=self.invalid_text,
            maintenance=self.maintenance,
            auto_pay=self.auto_pay,
        )

    def faults(self) -> tuple[Fault, ...]:
        """Return the faults that every world begins with; a latency is one on all operations."""
        if not self.latency:
            return self.fault
        return (*self.fault, make_fault("*", "latency", milliseconds=self.latency))

    @property
    def operator_secret(self) -> str | None:
        """The secret that opens every world, or None; raises `UsageError` when it is given twice."""
        return choose_control_secret(self.control_secret, self.control_secret_file)

    @property
    def tenants(self) -> dict[str, Tenant]:
        """Whose worlds have a secret of their own, by prefix; raises `UsageError` for a prefix that has two."""
        return merge_tenants(self.world_secret, self.world_secret_file or ())

    @property
    def url_host(self) -> str:
        """The host as a URL names it; loopback for an address that means all of them."""
        if self.host in ("0.0.0.0", "::"):  # noqa: S104 - compared with, not bound to
            return "127.0.0.1" if self.host == "0.0.0.0" else "[::1]"  # noqa: S104 - the same
        return f"[{self.host}]" if ":" in self.host else self.host
