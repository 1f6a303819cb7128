import httpx
import pytest
from scan_to_pay import ScanToPay

from plugproof import FakePlugchoice, StatusName


@pytest.fixture
def shop(plugchoice: FakePlugchoice) -> ScanToPay:
    """The team's client, whose waiting passes the time of the fake."""
    return ScanToPay(sleep=lambda seconds: plugchoice.clock.advance(seconds=seconds))


def test_a_driver_charges_and_is_billed(shop: ScanToPay) -> None:
    token = shop.start("HAPPY")
    assert shop.confirm(token)["status"] == "authorized"
    assert shop.wait(token)["amount_captured"] > 0


@pytest.mark.parametrize(
    ("code", "end"),
    [("DECLINED", "failed"), ("NOSTART", "failed"), ("NOENERGY", "no_charge"), ("UNPAID", "expired")],
)
def test_the_wait_is_over_however_a_session_ends(shop: ScanToPay, code: str, end: str) -> None:
    token = shop.start(code)
    shop.confirm(token)
    assert shop.wait(token)["status"] == end


def test_an_occupied_connector_is_refused(shop: ScanToPay) -> None:
    with pytest.raises(httpx.HTTPStatusError, match="409"):
        shop.start("BUSY")


def test_a_lost_answer_does_not_make_us_confirm_twice(shop: ScanToPay, plugchoice: FakePlugchoice) -> None:
    plugchoice.faults.add("confirm", "reset", first=1)
    assert shop.confirm(shop.start("HAPPY"))["status"] == "authorized"
    assert [entry.operation for entry in plugchoice.journal] == ["start", "confirm", "get"]


@pytest.mark.plugchoice(limits={"start": (1, 60)})
def test_we_wait_as_long_as_the_api_asks_for(shop: ScanToPay, plugchoice: FakePlugchoice) -> None:
    before = plugchoice.clock.now
    shop.start("HAPPY")
    shop.start("HAPPY")
    assert (plugchoice.clock.now - before).seconds == 60


@pytest.mark.parametrize("status", ["captured", "refunded", "written_off"])
def test_any_status_can_be_had_without_its_history(
    shop: ScanToPay, plugchoice: FakePlugchoice, status: StatusName
) -> None:
    session = plugchoice.seed_session(status)
    assert shop.wait(session.token)["status"] == status
