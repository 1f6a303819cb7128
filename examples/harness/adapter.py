"""How the harness presses the buttons of our client."""

from careful import RefusedError, ScanToPay, Session, UnsureError

from plugproof import Adapter, Api


class ScanToPayAdapter(Adapter):
    client = ScanToPay
    refused = (RefusedError,)
    unsure = (UnsureError,)

    def __init__(self, api: Api) -> None:
        self.shop = self.client(api.base_url, api.transport(), api.sleep)

    def start(self, code: str, connector_id: int, email: str | None) -> str:
        return self.shop.start(code, connector_id, email)

    def poll(self, session: str) -> Session:
        return self.shop.session(session)

    def confirm(self, session: str) -> Session:
        return self.shop.confirm(session)

    def stop(self, session: str) -> Session:
        return self.shop.stop(session)

    def cancel(self, session: str) -> Session:
        return self.shop.cancel(session)

    def set_email(self, session: str, email: str) -> Session:
        return self.shop.set_email(session, email)

    def close(self) -> None:
        self.shop.close()
