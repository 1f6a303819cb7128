"""`python -m plugproof_harness.protocol COMMAND`: hold a command against the client protocol."""

import sys

from plugproof_contracts.extras import exit_without_extra
from plugproof_harness.protocol.conformance import CHECKS, check_protocol


def main() -> int:
    """Print each check; return 0 when all are kept, 1 when one is not, 2 without a command or a package."""
    if len(sys.argv) < 2:
        print("usage: python -m plugproof_harness.protocol COMMAND, such as 'node client.mjs'", file=sys.stderr)
        return 2
    command = sys.argv[1] if len(sys.argv) == 2 else sys.argv[1:]
    with exit_without_extra():
        return _print_checks(command)


def _print_checks(command: str | list[str]) -> int:
    done = 0
    for check in check_protocol(command):
        print(f"not ok  {check.name}: {check.complaint}" if check.complaint else f"ok      {check.name}")
        done += not check.complaint
    print(f"{done} of {len(CHECKS)} checks passed")
    return 0 if done == len(CHECKS) else 1


if __name__ == "__main__":
    sys.exit(main())
