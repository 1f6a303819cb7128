"""Write the generated pages: `python -m pages.reference docs/reference`."""

import sys
from collections.abc import Callable
from pathlib import Path

from pages.reference import command_line, control_plane, others
from pages.reference.python_names import python_page
from plugproof_contracts.reports import rule_pages

PAGES: dict[str, Callable[[], str]] = {
    "command-line": command_line.command_line,
    "environment": command_line.environment,
    "exit-codes": command_line.exit_codes,
    "control-plane": control_plane.control_plane,
    "scenarios": others.scenarios,
    "settings": others.settings,
    "fixtures": others.fixtures,
    "python-contract": python_page("plugproof_contracts"),
    "python-fake": python_page("plugproof_mockserver"),
    "python-strategies": python_page("plugproof_strategies"),
    "python-harness": python_page("plugproof_harness"),
    "report-schema": others.report_schema,
    "ledger": others.ledger,
}
"""Every generated page by its name, beside those of the rules."""


def main(folder: Path) -> None:
    """Write all pages into a folder."""
    for name, make in PAGES.items():
        (folder / f"{name}.md").write_text(make(), "utf-8")
    rule_pages.write(folder / "rules")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
