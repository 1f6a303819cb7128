"""What the package does to a suite that only has it installed."""

import subprocess
import sys
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import plugproof_strategies
from plugproof_contracts import Charger, PublicCharger, Session, Status, Token
from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_strategies import hypothesis_entry, profiles


def python(code):
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_entry_point_imports_nothing_of_ours_but_itself():
    loaded = python(
        "import sys; from plugproof_strategies import hypothesis_entry; print(*sys.modules)\n"
        "import hypothesis; hypothesis_entry.register(); print(*sys.modules)"
    ).splitlines()
    assert not {"hypothesis", "msgspec", "json", "datetime"} & set(loaded[0].split())
    ours = {name for name in loaded[1].split() if name.startswith("plugproof")}
    assert ours == {"plugproof_strategies", "plugproof_strategies.hypothesis_entry"}


@pytest.fixture
def registered(monkeypatch):
    from hypothesis.strategies._internal import types

    monkeypatch.setattr(types, "_global_extra_lookup", dict(types._global_extra_lookup))
    hypothesis_entry.register()


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize("kind", [Session, Charger, PublicCharger, Exchange, Token, Status])
def test_from_type_knows_the_types_of_the_contract(kind):
    @settings(max_examples=5, database=None)
    @given(st.from_type(kind))
    def draw(example):
        assert isinstance(example, kind)

    draw()


def test_types_of_others_are_left_to_hypothesis():
    assert hypothesis_entry.strategy_for(int) is None
    assert hypothesis_entry.strategy_for(list[int]) is None


def test_without_the_table_of_hypothesis_nothing_is_registered(monkeypatch):
    from hypothesis.strategies._internal import types

    monkeypatch.delattr(types, "_global_extra_lookup")
    hypothesis_entry.register()


def test_every_public_name_is_importable_and_has_a_docstring():
    """Every public name can be imported and says what it is for."""
    for name in plugproof_strategies.__all__:
        assert getattr(plugproof_strategies, name).__doc__
    with pytest.raises(AttributeError, match="no attribute 'session_tokens'"):
        plugproof_strategies.session_tokens  # noqa: B018 - the access is what is tested


def test_the_entry_point_is_the_one_tested_here():
    """The entry point of the distribution is the one that is tested here."""
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    (value,) = project["entry-points"]["hypothesis"].values()
    assert EntryPoint("plugproof", value, "hypothesis").load() is hypothesis_entry.register


def test_profiles_are_registered_beside_those_of_hypothesis():
    before = settings.get_profile("ci")
    profiles.register()
    assert {name: settings.get_profile(name).max_examples for name in profiles.EXAMPLES} == profiles.EXAMPLES
    assert settings.get_profile("ci").derandomize == before.derandomize
    settings.register_profile("ci", before)


@pytest.mark.parametrize(("name", "examples"), profiles.EXAMPLES.items())
def test_a_profile_tries_so_many_examples_and_checks_its_health(name, examples):
    said = python(
        "import warnings; warnings.simplefilter('error')\n"
        "from hypothesis import settings\n"
        "from plugproof_strategies import profiles; profiles.register()\n"
        f"settings.load_profile('{name}'); print(settings().max_examples, settings().deadline)"
    )
    assert said.split() == [str(examples), "None"]
