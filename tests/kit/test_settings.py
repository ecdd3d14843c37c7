"""Settings: what is read from the environment, and what is refused."""

import dataclasses
from pathlib import Path

import pytest

from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.settings import Settings, default_home


@pytest.mark.parametrize(
    ("variable", "text", "name", "value"),
    [
        ("CINV_HOME", "/data/inventory", "home", Path("/data/inventory")),
        ("CINV_HOME", "relative", "home", Path.cwd() / "relative"),
        ("CINV_HOME", "~/inventory", "home", Path.home() / "inventory"),
        ("CINV_DATABASE_URL", "postgresql://u@h/d", "database_url", "postgresql://u@h/d"),
        ("CINV_HOST", "0.0.0.0", "host", "0.0.0.0"),
        ("CINV_HOST", " ::1 ", "host", "::1"),
        ("CINV_PORT", "0", "port", 0),
        ("CINV_PORT", "65535", "port", 65535),
        ("CINV_PUBLIC_URL", "https://inventory.example", "public_url", "https://inventory.example"),
        ("CINV_POOL_SIZE", "1", "pool_size", 1),
        ("CINV_STATEMENT_TIMEOUT_MS", "0", "statement_timeout_ms", 0),
        ("CINV_MAX_BODY_BYTES", "2097152", "max_body_bytes", 2_097_152),
        ("CINV_MAX_PAGE", "50", "max_page", 50),
        ("CINV_DOCS", "off", "docs", False),
        ("CINV_DOCS", "FALSE", "docs", False),
        ("CINV_DOCS", "0", "docs", False),
        ("CINV_DOCS", "On", "docs", True),
        ("CINV_DOCS", "1", "docs", True),
    ],
)
def test_what_is_read(variable: str, text: str, name: str, value: object) -> None:
    assert getattr(Settings.from_environment({variable: text}), name) == value


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("CINV_HOME", "~nobody-of-this-name/inventory"),
        ("CINV_PORT", "65536"),
        ("CINV_PORT", "-1"),
        ("CINV_PORT", "http"),
        ("CINV_PORT", "8080.0"),
        ("CINV_PORT", "80 80"),
        ("CINV_PORT", "8_080"),
        ("CINV_PORT", "٨٠٨٠"),
        ("CINV_POOL_SIZE", "0"),
        ("CINV_STATEMENT_TIMEOUT_MS", "5s"),
        ("CINV_MAX_BODY_BYTES", "1MB"),
        ("CINV_MAX_PAGE", "all"),
        ("CINV_DOCS", "maybe"),
    ],
)
def test_what_is_refused_names_its_variable(variable: str, text: str) -> None:
    with pytest.raises(Invalid) as refused:
        Settings.from_environment({variable: text})
    assert variable in refused.value.message
    assert refused.value.hint


@pytest.mark.parametrize("text", ["", "   "])
def test_an_empty_variable_is_not_set(text: str) -> None:
    every = {spec.metadata["env"]: text for spec in dataclasses.fields(Settings)}
    assert Settings.from_environment(every) == Settings(home=default_home())


def test_other_variables_are_not_looked_at() -> None:
    assert Settings.from_environment({"CINV_TEST_PROFILE": "long"}) == Settings(home=default_home())


def test_every_field_has_a_variable_of_ours() -> None:
    variables = [spec.metadata["env"] for spec in dataclasses.fields(Settings)]
    assert all(variable.startswith("CINV_") for variable in variables)
    assert len(set(variables)) == len(variables)
