"""The hook that makes pages of the reference, as a module."""

import importlib.util

from tests.docs.page import DOCS

_spec = importlib.util.spec_from_file_location("reference", DOCS / ".hooks" / "reference.py")
assert _spec is not None
assert _spec.loader is not None
reference = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(reference)
