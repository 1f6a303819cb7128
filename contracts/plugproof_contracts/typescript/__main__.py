"""`python -m plugproof_contracts.typescript FOLDER`: write what is generated of the TypeScript package."""

import sys
from pathlib import Path

from plugproof_contracts.typescript import source, suite

WRITTEN = {
    "src/generated/facts.ts": source.facts,
    "src/generated/schemas.ts": source.schemas,
    "src/generated/rules.ts": source.rules,
    "test/suite.json": suite.suite,
}
"""What makes each file, by its path in the package."""


def main(folder: Path) -> None:
    """Write every file below a folder in UTF-8, and the table of its README, if there is one."""
    for name, make in WRITTEN.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(make(), encoding="utf-8", newline="\n")
    readme = folder / "README.md"
    if readme.exists():
        readme.write_text(source.with_table(readme.read_text("utf-8")), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m plugproof_contracts.typescript FOLDER")
    main(Path(sys.argv[1]))
