"""Replacing methods and putting them back, in whatever order."""

import functools
from itertools import permutations

import pytest

from plugproof_pytest.interception.patching import Patches


class Base:
    def method(self):
        return "real"


class Child(Base):
    pass


def told(name):
    return lambda real: lambda self: f"{name} {real(self)}"


@pytest.mark.parametrize("owner", [Base, Child])
@pytest.mark.parametrize("order", list(permutations("abc")))
def test_replacements_can_be_undone_in_any_order(owner, order):
    """Those that are left go on, and when all are undone everything is as before."""
    before = dict(vars(owner))
    stacks = {name: Patches() for name in "abc"}
    for name, patches in stacks.items():
        patches.add(owner, "method", told(name))
    left = ["c", "b", "a"]
    for name in order:
        assert owner().method() == " ".join([*left, "real"])
        stacks[name].undo()
        left.remove(name)
    assert owner().method() == "real"
    with Patches() as patches:
        patches.add(owner, "method", told("next"))
        assert owner().method() == "next real"
    assert owner().method() == "real"
    assert dict(vars(owner)).keys() == before.keys()


def test_what_wraps_an_undone_replacement_is_not_passed_over():
    """functools.wraps copies the attributes of a replacement, which makes the copy none of ours."""

    class Thing:
        def method(self):
            return "real"

    patches = Patches()
    patches.add(Thing, "method", told("ours"))
    ours = Thing.method

    @functools.wraps(ours)
    def theirs(self):
        return f"theirs {ours(self)}"

    Thing.method = theirs
    patches.undo()
    with Patches() as others:
        others.add(Thing, "method", told("next"))
        assert Thing().method() == "next theirs real"


def test_what_is_not_there_is_not_replaced():
    with Patches() as patches:
        patches.add(Base, "no_such_method", told("x"))
    assert not hasattr(Base, "no_such_method")
