import pytest

from plugproof_mockserver.faces.host_allowlist import HostAllowlist, is_loopback

HOSTS = {
    b"localhost": True,
    b"LOCALHOST:8000": True,
    b"localhost.": True,
    b"127.0.0.1": True,
    b"127.0.0.1:65535": True,
    b"127.8.9.1:1": True,
    b"[::1]": True,
    b"[::1]:8000": True,
    b"fake.test": True,
    b"Fake.Test:80": True,
    b"": False,
    b":80": False,
    b"example.org": False,
    b"localhost.example.org": False,
    b"example.org:127.0.0.1": False,
    b"127.0.0.1.example.org": False,
    b"127.0.0.1:80:80": False,
    b"127.0.0.1:x": False,
    b"127.1": False,
    b"2130706433": False,
    b"0x7f000001": False,
    b"0.0.0.0": False,
    b"10.0.0.1": False,
    b"[::]": False,
    b"[fe80::1]": False,
    b"::1": False,
    b"localhost@example.org": False,
    b"example.org@localhost": False,
    b"localhost/": False,
    b"localhost, example.org": False,
    b" localhost": False,
    b"localhost\x00": False,
    b"fake.test.evil.example": False,
    b"notfake.test": False,
    b"\xff": False,
    b"localhost:\xb2": False,
}


@pytest.mark.parametrize("value", HOSTS, ids=repr)
def test_only_loopback_and_given_names_are_answered(value):
    """Only loopback and the names that are given are answered."""
    hosts = HostAllowlist(["fake.test"])
    for _ in range(2):
        assert hosts.accept([value]) is HOSTS[value]


@pytest.mark.parametrize("values", [[], [b"localhost", b"localhost"], [b"localhost", b"example.org"]])
def test_there_is_exactly_one_host(values):
    assert not HostAllowlist().accept(values)


def test_a_name_that_was_not_given_is_not_answered():
    assert not HostAllowlist().accept([b"fake.test"])


def test_however_many_hosts_were_accepted_the_next_one_is_judged():
    hosts = HostAllowlist()
    assert all(hosts.accept([b"127.0.0.1:%d" % port]) for port in range(1, 400))
    assert not hosts.accept([b"example.org:1"])


THIS_MACHINE = ["localhost", "LocalHost", "127.0.0.1", "127.9.9.9", "::1", "[::1]"]
ELSEWHERE = ["0.0.0.0", "::", "192.0.2.1", "localhost.example", ""]


@pytest.mark.parametrize(
    ("name", "is_here"), [(name, True) for name in THIS_MACHINE] + [(name, False) for name in ELSEWHERE]
)
def test_only_names_and_addresses_of_this_machine_are_its_own(name, is_here):
    assert is_loopback(name) is is_here
