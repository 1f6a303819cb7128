"""What `make release` does besides building and trying: it checks the versions, packs for npm, and makes the tag.

python .ci/release.py check          version, changelog and working tree are those of a release
python .ci/release.py pack FOLDER    write the TypeScript package into FOLDER
python .ci/release.py tag [--make]   print the command of the tag, or run it
"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
TYPESCRIPT = ROOT / "contracts/typescript"
SECTION = re.compile(r"^## \[(?P<name>[^\]]+)\](?: - (?P<day>.*))?$", re.MULTILINE)


def version() -> str:
    """Return the version that the code has."""
    text = (ROOT / "contracts/plugproof_contracts/version.py").read_text("utf-8")
    (found,) = re.findall(r'^VERSION = "([^"]+)"$', text, re.MULTILINE)
    return str(found)


def complaints(changelog: str, package: str, today: str) -> Iterator[str]:
    """Yield why a changelog and a package.json are not those of a release of this version."""
    named = [(match["name"], match["day"]) for match in SECTION.finditer(changelog)]
    if not named or named[0] != ("Unreleased", None):
        yield "CHANGELOG.md does not begin with '## [Unreleased]': add it above the released sections"
    if (latest := named[1] if len(named) > 1 else ("none", None))[0] != version():
        yield f"the latest section of CHANGELOG.md is {latest[0]} and the version {version()}: let them agree"
    for name, day in named[1:]:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", day or "") or (day or "") > today:
            yield f"section {name} of CHANGELOG.md has the date {day!r}; allowed is YYYY-MM-DD, up to today"
    if (npm := json.loads(package)["version"]) != version():
        yield f"contracts/typescript/package.json has the version {npm}, and plugproof {version()}: let them agree"


def git(*arguments: str) -> str:
    """Run git and return what it prints."""
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def check() -> int:
    """Print what stands against a release; return 1 if anything does."""
    texts = ((ROOT / "CHANGELOG.md").read_text("utf-8"), (TYPESCRIPT / "package.json").read_text("utf-8"))
    found = list(complaints(*texts, datetime.now(UTC).date().isoformat()))
    if git("status", "--porcelain"):
        found.append("the working tree has changes that are not committed: commit or stash them")
    print("\n".join(found), file=sys.stderr, end="\n" if found else "")
    return int(bool(found))


def pack(folder: Path) -> int:
    """Compile and pack a copy of the TypeScript package with the tools that `make peers` installs."""
    with TemporaryDirectory() as place:
        copy = Path(place) / "contract"
        shutil.copytree(TYPESCRIPT, copy, ignore=shutil.ignore_patterns("build", "node_modules"))
        (copy / "node_modules").symlink_to(ROOT / ".venv/npm/node_modules")
        command = ["npm", "pack", "--offline", "--pack-destination", str(folder.resolve())]
        return subprocess.run(command, cwd=copy, check=False).returncode


def tag(is_made: bool) -> int:
    """Print the command that tags the release, or run it; return 1 if there is such a tag already."""
    name = f"v{version()}"
    if git("tag", "--list", name):
        print(f"there is a tag {name} already: raise the version, or delete the tag", file=sys.stderr)
        return 1
    command = ["tag", "--annotate", name, "--message", f"plugproof {version()}"]
    if is_made:
        git(*command)
        print(f"The tag {name} is made; `git push origin {name}` publishes it.")
    else:
        print(f"All is well. Tag it: git tag --annotate {name} --message 'plugproof {version()}'")
        print("(or `make release TAG=1`). What is published lies in dist/.")
    return 0


def main(arguments: list[str]) -> int:
    """Do one of the three."""
    match arguments:
        case ["check"]:
            return check()
        case ["pack", folder]:
            return pack(Path(folder))
        case ["tag", *rest] if rest in ([], ["--make"]):
            return tag(bool(rest))
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
