"""Settings: what is read from the environment, and what is refused."""

import dataclasses
from pathlib import Path

import pytest

from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.settings import Settings, default_home, told


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


def test_a_file_says_what_its_variable_would(tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text("postgresql://u:secret@h/d\n")
    told = Settings.from_environment({"CINV_DATABASE_URL_FILE": str(file), "CINV_PORT": "1"})
    assert (told.database_url, told.port) == ("postgresql://u:secret@h/d", 1)
    assert "secret" not in repr(told)


@pytest.mark.parametrize(
    ("content", "more", "why"),
    [
        (None, {}, "No such file"),
        (b"\xff\xfe", {}, "it is not text"),
        (b"80x", {}, "CINV_PORT is '80x'"),
        (b"80", {"CINV_PORT": "81"}, "are both set"),
    ],
)
def test_a_file_that_does_not_serve_is_told(
    tmp_path: Path, content: bytes | None, more: dict[str, str], why: str
) -> None:
    file = tmp_path / "port"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(Invalid, match=why):
        Settings.from_environment({"CINV_PORT_FILE": str(file), **more})


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


def test_settings_are_told_without_secrets() -> None:
    settings = Settings(
        home=Path("/h"),
        database_url="postgresql://ada:hidden@db.example:5432/inventory?password=hidden",
        broker_url="nats://token@broker.example:4222",
        port=8090,
    )
    rows = {each.variable: each for each in told(settings)}
    assert rows["CINV_DATABASE_URL"].value == "postgresql://db.example:5432/inventory"
    assert rows["CINV_BROKER_URL"].value == "nats://broker.example:4222"
    assert (rows["CINV_PORT"].value, rows["CINV_PORT"].is_set) == ("8090", True)
    assert not rows["CINV_HOST"].is_set
    assert len(rows) == len(Settings.__dataclass_fields__)
