"""The same client with five bugs, each of which is easily made."""

from typing import Any

import httpx
from careful import RefusedError, ScanToPay, Session, UnsureError


class ConfirmsAgain(ScanToPay):
    """Sends the confirm again when its answer is lost, without a look at what has become of it."""

    def confirm(self, token: str) -> Session:
        for _ in range(2):
            try:
                return self._read(self._ask("POST", f"/sessions/{token}/confirm"))
            except UnsureError:
                continue
        return self.session(token)


class HasNoPatience(ScanToPay):
    """Waits a second after every 429, whatever the API asks for."""

    def _wait(self, response: httpx.Response) -> None:
        self._sleep(1)


class KnowsEveryField(ScanToPay):
    """Can't take a field that was not there when it was written."""

    def _fields(self, data: dict[str, Any]) -> dict[str, Any]:
        others = {"connector_id", "connector_status", "charger", "pricing", "amount_authorized", "tax_amount"}
        others |= {"created_at", "authorized_at", "charging_started_at", "completed_at", "captured_at"}
        return {name: value for name, value in data.items() if name not in others}


class ExpectsABill(ScanToPay):
    """Takes it that every session ends with an amount. Many end without one."""

    def _read(self, content: dict[str, Any]) -> Session:
        session = super()._read(content)
        if session.status in {"captured", "no_charge", "failed", "expired", "abandoned"}:
            self.bill = f"You have paid {session.amount_captured / 100:.2f}."  # type: ignore[operator]
        return session


class TakesATimeoutForANo(ScanToPay):
    """Says that stopping has failed when the charger was only slow to say yes."""

    def stop(self, token: str) -> Session:
        try:
            return self._read(self._ask("POST", f"/sessions/{token}/stop"))
        except UnsureError as error:
            raise RefusedError("stopping has failed") from error


class Careless(ConfirmsAgain, HasNoPatience, KnowsEveryField, ExpectsABill, TakesATimeoutForANo):
    """All five."""
