"""Settings for three occasions. None of them switches a health check off.

Examples that failed are kept in Hypothesis' database, as what was drawn and not as what was made of
it; `docs/reference/strategies.md` says how a fleet of machines shares them.
"""

from hypothesis import settings

EXAMPLES = {"quick": 20, "ci": 200, "nightly": 5_000}
"""How many examples a profile tries."""


def register() -> None:
    """Register the profiles `quick`, `ci` and `nightly`, for `settings.load_profile` or `--hypothesis-profile`.

    `ci` builds on Hypothesis' profile of that name, which is deterministic and keeps no database.
    """
    for name, examples in EXAMPLES.items():
        parent = settings.get_profile("ci" if name == "ci" else "default")
        settings.register_profile(name, parent, max_examples=examples, deadline=None, print_blob=True)
