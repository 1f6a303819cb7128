"""Text from outside as it may be shown: on a terminal, in a log, to a runner, in a report of any format.

A terminal obeys control characters, and some readers end a line at U+2028. Bidirectional controls show a text in
another order than it has. A runner takes a line that begins with `::`, or any that holds `##[`, for a command.
"""

import re

_COMMAND = re.compile(r"\A(\s*):|#(?=#\w*\[)")


def escape(text: str) -> str:
    """Return text in which nothing but its own characters is seen, what is not printable written as `\\x1b`.

    Escaping what is escaped changes nothing.
    """
    if text.isprintable() and "#" not in text and not text.lstrip().startswith(":"):
        return text
    plain = text if text.isprintable() else "".join(map(_visible, text))
    return _COMMAND.sub(_without_command, plain)


def _visible(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode()


def _without_command(match: re.Match[str]) -> str:
    return r"\x23" if match[0] == "#" else rf"{match[1]}\x3a"
