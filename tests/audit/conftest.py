"""Audits are tested over the registers that requirements are tested over."""

from tests.requirements.conftest import dsn, no_edition_is_left

__all__ = ["dsn", "no_edition_is_left"]
