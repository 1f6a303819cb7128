"""Find an adapter by its name."""

import importlib
import os
import sys
from pathlib import Path

from plugproof_harness.client.adapter import Adapter, AdapterError, offered

FORM = "an adapter is named as MODULE:ADAPTER or FILE.py:ADAPTER, such as tests.adapter:ScanToPayAdapter"


def load_adapter(name: str) -> type[Adapter]:
    """Import an adapter; a module is looked for in the working directory, too.

    Raises `AdapterError` that says what is not there or what its import raised.
    """
    module_name, _, attribute = name.rpartition(":")
    if not module_name or not attribute:
        raise AdapterError(f"{name!r} names no adapter: {FORM}")
    module = _imported(module_name)
    adapter = getattr(module, attribute, None)
    if adapter is None:
        raise AdapterError(f"{module_name} has no {attribute!r}: {FORM}")
    offered(adapter)
    found: type[Adapter] = adapter
    return found


def _imported(name: str) -> object:
    folder, module = os.getcwd(), name
    if name.endswith(".py"):
        path = Path(name)
        if not path.is_file():
            raise AdapterError(f"there is no file {name!r}: {FORM}")
        folder, module = str(path.resolve().parent), path.stem
    if folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        return importlib.import_module(module)
    except (Exception, SystemExit) as error:
        raise AdapterError(f"{name!r} can't be imported: {type(error).__name__}: {error}") from error
