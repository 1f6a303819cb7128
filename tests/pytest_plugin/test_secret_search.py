"""No secret in any text, in any form; and whatever a report is made of, cleaning it fails no test."""

import base64
import logging
from hashlib import sha1
from types import MappingProxyType, SimpleNamespace

import pytest

from plugproof_pytest.known_secrets import SHORTEST, STAND_IN, KnownSecrets
from plugproof_pytest.reporting.redaction import CleanFormatter, ReportRedactor, secret_arguments
from plugproof_pytest.reporting.secret_cleaner import SecretCleaner, cleaner
from plugproof_pytest.reporting.secret_search import PIECE, SecretIndex

CANARY = "c4na7y" + "0123456789abcdef0123456789abcdef01"
URL = f"https://app.plugchoice.com/api/v3/public-charging/sessions/{CANARY}/confirm"


def forms(token):
    raw = token.encode()
    return {token, raw.hex(), base64.b64encode(raw).decode(), "".join(f"%{byte:02X}" for byte in raw)}


@pytest.mark.parametrize("form", sorted(forms(CANARY)))
@pytest.mark.parametrize("around", ["{}", "before {} after", "{0}{0}", "'{}'", "{}…"])
def test_every_form_of_a_token_is_taken_out(form, around):
    shown = cleaner([CANARY])(around.format(form))
    assert STAND_IN in shown
    assert not any(form[at : at + PIECE] in shown for at in range(len(form) - PIECE))


@pytest.mark.parametrize("cut", range(PIECE, len(CANARY) - PIECE, 3))
def test_a_token_that_was_cut_is_taken_out_on_both_sides(cut):
    shown = cleaner([CANARY])(f"'{CANARY[:cut]}...{CANARY[cut:]}'")
    assert shown == f"'{STAND_IN}...{STAND_IN}'"


def test_what_is_no_token_stays():
    text = "test_c4na7y[0123] assert 'captured' == 'charging'"
    assert cleaner([CANARY])(text) == text


@pytest.fixture
def secrets():
    """What is known in a suite that uses the plugin."""
    known = KnownSecrets()
    known.is_watched = True
    return known


def learnt(secrets, text):
    SecretCleaner(secrets).learn([text])
    return list(secrets.seen)


@pytest.mark.parametrize(
    ("text", "anywhere"),
    [
        (f"POST {URL}", True),
        (f"'{URL}'", True),
        (f'"session_token": "{CANARY}"', False),
        (f"{{'session_token': '{CANARY}'}}", False),
        (f"token = '{CANARY}'", False),
        (f'confirm(token="{CANARY}")', False),
        (f'assert token == "{CANARY}"', False),
        (f'\\"session_token\\": \\"{CANARY}\\"', False),
    ],
)
def test_a_token_is_known_by_where_it_stands(secrets, text, anywhere):
    assert learnt(secrets, text) == [CANARY]
    assert learnt(KnownSecrets(), text) == ([CANARY] if anywhere else [])


@pytest.mark.parametrize(
    "text",
    [
        "/public-charging/sessions/T/confirm",
        "/public-charging/sessions/{token}/confirm-and-more",
        "/public-charging/sessions/token~0123456789/confirm",
        "tokenizer = 'bert-base-uncased'",
        "token = 'short'",
        "token = None",
    ],
)
def test_what_only_looks_like_a_token_is_none(secrets, text):
    assert learnt(secrets, text) == []


@pytest.mark.parametrize(("length", "is_one"), [(SHORTEST - 1, False), (SHORTEST, True)])
def test_a_shorter_word_is_a_placeholder_of_a_test(secrets, length, is_one):
    word = CANARY[:length]
    assert learnt(secrets, URL.replace(CANARY, word)) == [word] * is_one
    assert (cleaner([word])(f"a {word} b") == f"a {STAND_IN} b") is is_one
    secrets.see([CANARY])
    assert list(secrets.seen) == [word] * is_one + [CANARY]


def test_arguments_are_secret_by_their_names():
    """Only texts count, and only under a name that says what they are."""
    arguments = {"token": "a", "client_secret": "b", "tokens": ["c"], "name": "d", "driver_token": "e"}
    assert list(secret_arguments(arguments)) == ["a", "b", "e"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (CANARY[:PIECE], STAND_IN),
        (CANARY[-PIECE:], STAND_IN),
        (CANARY[: PIECE - 1], CANARY[: PIECE - 1]),
        (f"x{CANARY[:PIECE]}", f"x{STAND_IN}"),
        (f"{CANARY[-PIECE:]}x", f"{STAND_IN}x"),
        (f"{CANARY[:PIECE]}-{CANARY[-PIECE:]}", f"{STAND_IN}-{STAND_IN}"),
        ("", ""),
    ],
)
def test_a_piece_of_a_token_is_taken_out_up_to_its_edges(text, shown):
    assert cleaner([CANARY, CANARY])(text) == shown


def test_a_form_as_long_as_a_piece_is_taken_out():
    assert cleaner(["%41" * (PIECE - 1) + "bcd"])("A" * (PIECE - 1) + "b") == STAND_IN


def test_a_warning_keeps_what_is_no_text(secrets):
    redact_warning = ReportRedactor(secrets).redact_warning
    warning = UserWarning(f"asked {URL}", 7, ("b", CANARY))
    redact_warning(warning)
    assert warning.args == (f"asked {URL.replace(CANARY, STAND_IN)}", 7, ("b", STAND_IN))
    other = UserWarning("plain", 7)
    redact_warning(other)
    assert other.args == ("plain", 7)


@pytest.mark.parametrize("handler", [logging.NullHandler(), SimpleNamespace(formatter=1), None])
def test_only_handlers_with_a_format_are_given_a_clean_one(secrets, handler):
    plugin = SimpleNamespace(log_cli_handler=handler)
    before = getattr(handler, "formatter", None)
    plugins = SimpleNamespace(get_plugin=lambda name: plugin)
    ReportRedactor(secrets).pytest_sessionstart(SimpleNamespace(config=SimpleNamespace(pluginmanager=plugins)))
    assert getattr(handler, "formatter", None) == before


def test_a_clean_formatter_formats_as_the_other_does(secrets):
    formatter = CleanFormatter(logging.Formatter("%(levelname)s %(message)s"), ReportRedactor(secrets))
    for text, shown in ((f"asked {URL}", f"asked {URL.replace(CANARY, STAND_IN)}"), ("plain", "plain")):
        record = logging.makeLogRecord({"levelname": "INFO", "msg": text})
        assert formatter.format(record) == f"INFO {shown}"


@pytest.mark.parametrize("count", [4000])
def test_many_secrets_cost_no_more_than_the_text(count):
    """The index is built once; a text that names every secret is cleaned in well under a second."""
    tokens = [sha1(str(number).encode()).hexdigest() for number in range(count)]
    index = SecretIndex(tokens)
    shown = index.clean("\n".join(f"POST {URL.replace(CANARY, token)} 200" for token in tokens))
    assert shown.count(STAND_IN) == count
    assert not any(token[:PIECE] in shown for token in tokens)


# Reports of other plugins.


class Told:
    """What another plugin puts where pytest has its own account of a failure."""

    def toterminal(self, terminal):
        terminal.line(str(self))

    def __str__(self):
        return f"asked {URL}"


class Slotted:
    """An account with slots, as pytest's own context of a subtest."""

    __slots__ = ("kwargs", "msg")

    def __init__(self, msg, kwargs):
        self.msg, self.kwargs = msg, kwargs


class Unruly:
    """A part that fails whoever looks at it."""

    toterminal = True

    def __str__(self):
        raise LookupError("no text")

    def __getattr__(self, name):
        raise AttributeError(name) if name.startswith("__") else LookupError(name)


def repr_of(part):
    return type(part).__name__


class Computed:
    """A report with a part that can't be set, and one that can't be read."""

    def __init__(self):
        self.sections = [("log", URL)]

    @property
    def longrepr(self):
        return URL

    @property
    def caplog(self):
        raise LookupError("none")


def test_an_account_of_another_plugin_becomes_a_text(secrets):
    report = SimpleNamespace(longrepr=Told(), sections=[("log", URL)], user_properties=[])
    ReportRedactor(secrets).redact(report)
    assert report.longrepr == URL.replace(CANARY, STAND_IN).join(["asked ", ""])
    assert CANARY not in report.sections[0][1]


def test_a_slotted_context_is_copied_and_cleaned(secrets):
    context = Slotted(URL, {"url": URL, "count": 3})
    report = SimpleNamespace(context=context, extras={"nested": [{"deep": (URL, 1)}]})
    ReportRedactor(secrets).redact(report)
    assert (report.context.msg, report.context.kwargs["count"]) == (URL.replace(CANARY, STAND_IN), 3)
    assert context.msg == URL
    assert CANARY not in str([report.context.kwargs, report.extras])


def test_what_belongs_to_the_suite_is_not_changed_in_place(secrets):
    mine = {"url": URL, "list": [URL]}
    thing = SimpleNamespace(url=URL)
    report = SimpleNamespace(mine=mine, thing=thing)
    ReportRedactor(secrets).redact(report)
    assert (mine, thing.url) == ({"url": URL, "list": [URL]}, URL)
    assert CANARY not in str(report.mine)


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(
    "part", [Unruly(), MappingProxyType({"a": Unruly()}), [Unruly()], 7, object()], ids=repr_of
)
def test_odd_parts_of_reports_fail_no_test(secrets, part, known):
    if known:
        secrets.see([CANARY])
    report = SimpleNamespace(longrepr=part, context=part, user_properties=[("a", part)])
    ReportRedactor(secrets).redact(report)


def test_parts_that_cannot_be_set_or_read_fail_no_test(secrets):
    report = Computed()
    ReportRedactor(secrets).redact(report)
    assert CANARY not in str(report.sections)


def test_a_part_that_contains_itself_fails_no_test(secrets):
    loop = [URL]
    loop.append(loop)
    report = SimpleNamespace(user_properties=loop)
    ReportRedactor(secrets).redact(report)
    assert CANARY not in report.user_properties[0]


def test_nothing_is_touched_while_no_secret_is_known(secrets):
    context = Slotted("plain", {})
    report = SimpleNamespace(context=context, sections=[("log", "plain")])
    before = dict(vars(report))
    ReportRedactor(secrets).redact(report)
    assert all(vars(report)[name] is part for name, part in before.items())
