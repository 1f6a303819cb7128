"""Which version of plugproof this is."""

from importlib import metadata


def version() -> str:
    """Return the version, or `unknown` when it runs from a folder that was never installed."""
    try:
        return metadata.version("plugproof")
    except metadata.PackageNotFoundError:
        return "unknown"
