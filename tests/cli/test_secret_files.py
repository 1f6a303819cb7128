import pytest
from click.testing import CliRunner

from plugproof_cli.commands.serve import serve
from plugproof_cli.options.secret_files import (
    Tenant,
    count_worlds,
    merge_tenants,
    read_secret_file,
    read_tenant,
    read_tenant_file,
)
from plugproof_mockserver.world.nouns.world_errors import QuotaError
from plugproof_mockserver.world.registries.registry import WorldRegistry
from plugproof_mockserver.world.world import World

SECRET = "canary-secret-1"


@pytest.fixture
def file(tmp_path):
    """Return a function that writes a file and returns its name."""

    def write(text):
        path = tmp_path / "secrets"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    return write


@pytest.mark.parametrize("text", [SECRET, f"{SECRET}\n", f"{SECRET}\r\n"])
def test_a_secret_is_alone_in_its_file(file, text):
    assert read_secret_file(file(text)) == SECRET


@pytest.mark.parametrize("text", ["", "\n", "short", f"{SECRET}\nmore", f"{SECRET} more", b"\xff" * 20, "x" * 257])
def test_a_file_with_anything_else_is_refused_by_name(file, text):
    with pytest.raises(ValueError, match="a secret is 8 to 256") as error:
        read_secret_file(file(text))
    assert SECRET not in str(error.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ValueError, match="gone can't be read: No such file"):
        read_secret_file(str(tmp_path / "gone"))


def test_a_file_without_end_is_no_file_of_secrets(file):
    with pytest.raises(ValueError, match="longer than"):
        read_tenant_file(file("# nothing\n" * 200_000))


def test_lines_give_a_prefix_a_secret_and_worlds(file):
    """Comments and empty lines are none."""
    text = f"# teams\n\n  team-a-  {SECRET}a\nteam-b-\t{SECRET}b 20\n"
    assert read_tenant_file(file(text)) == (Tenant("team-a-", f"{SECRET}a"), Tenant("team-b-", f"{SECRET}b", 20))


@pytest.mark.parametrize(
    "line", ["team-a-", f"team-a- {SECRET} many", f"team-a- {SECRET} 1 2", f"{SECRET}! team-a-1", "team-a- short"]
)
def test_a_line_that_is_wrong_is_named_without_its_secret(file, line):
    with pytest.raises(ValueError, match="line 2: ") as error:
        read_tenant_file(file(f"# teams\n{line}\n"))
    assert SECRET not in str(error.value)


def test_an_option_gives_one_prefix_and_its_secret():
    assert read_tenant(f"team-a-={SECRET}=x") == Tenant("team-a-", f"{SECRET}=x")
    with pytest.raises(ValueError, match="PREFIX=SECRET"):
        read_tenant(SECRET)


def test_a_prefix_has_one_secret():
    with pytest.raises(Exception, match="'a' has two secrets"):
        merge_tenants([Tenant("a", SECRET)], [Tenant("a", f"{SECRET}2")])


def test_a_team_without_a_number_takes_no_room_of_another():
    """A world counts to the team whose secret opens it, also where the beginning of its name is another team's."""
    quotas = count_worlds([Tenant("team-a-", SECRET, 1), Tenant("team-a-x-", SECRET)], most=100)
    worlds = WorldRegistry(lambda name: World(name=name), most=100, quotas=quotas)
    for name in ("team-a-x-1", "team-a-x-2", "team-a-1"):
        assert worlds.lease(name, 60)
    with pytest.raises(QuotaError, match="team-a-"):
        worlds.lease("team-a-2", 60)


def test_a_tenant_does_not_show_its_secret():
    assert SECRET not in repr(Tenant("a", SECRET))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--control-secret", SECRET, "--control-secret-file", "{file}"], "both give a secret"),
        (["--world-secret", f"a={SECRET}", "--world-secret", f"a={SECRET}2"], "has two secrets"),
        (["--world-secret", f"{SECRET} x"], "PREFIX=SECRET"),
        (["--world-secret-file", "{file}"], "line 1"),
        (["--host", "0.0.0.0"], "--control-secret-file"),
    ],
)
def test_a_mistake_with_secrets_is_told_without_them(file, arguments, told):
    path = file(f"{SECRET}\n")
    done = CliRunner().invoke(serve, [argument.replace("{file}", path) for argument in arguments])
    assert done.exit_code == 2
    assert told in done.output
    assert SECRET not in done.output


def test_a_world_is_locked_by_what_files_and_variables_say(serving, file):
    """From start to answer: the operator's secret from a file, a tenant's from the environment."""
    variables = {"WORLD_SECRET": f"team-a-={SECRET}a team-b-={SECRET}b"}
    with serving("--control-secret-file", file(f"{SECRET}\n"), "--max-worlds", "3", **variables) as server:
        control = server.place["control_url"]

        def status(world, secret):
            return server.client.put(
                f"{control}/worlds/{world}", json={"ttl": 60}, headers={"X-Plugproof-Secret": secret}
            ).status_code

        assert [status("team-a-1", f"{SECRET}{letter}") for letter in ("a", "b", "")] == [200, 401, 200]
        assert status("other", f"{SECRET}a") == 401
        assert [status(f"team-b-{number}", f"{SECRET}b") for number in range(3)] == [200, 200, 507]


def test_a_trusted_proxy_names_the_client(serving):
    """Others are not believed: the limiter counts by the address that is true."""
    addresses = {}
    for trusted in ("127.0.0.1", "192.0.2.1"):
        with serving("--trust-proxy", trusted) as server:
            server.call("GET", "/chargers/HAPPY", headers={"X-Forwarded-For": "203.0.113.9"})
            (entry,) = server.client.get(f"{server.place['control_url']}/journal").json()["journal"]
            addresses[trusted] = entry["client"]
    assert addresses == {"127.0.0.1": "203.0.113.9", "192.0.2.1": "127.0.0.1"}
