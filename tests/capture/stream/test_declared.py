"""Stream files: what is wrong with one is told with its line."""

from pathlib import Path

import pytest

from customer_inventory.capture.stream.declared import read_stream
from customer_inventory.kit.errors import Invalid
from tests.capture.stream.conftest import FILE, MAPPING, stream_of

NATS = "nats://user:secret@127.0.0.1:4222"


def test_a_stream_is_declared_and_hides_its_secrets(tmp_path: Path) -> None:
    stream = stream_of(tmp_path, NATS, more="batch: 7\n")
    assert (stream.broker, stream.batch, stream.wait) == ("nats://127.0.0.1:4222", 7, 0.05)
    assert stream.mapping.source == "crm"


def test_an_address_is_read_from_the_environment_or_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_BROKER", NATS)
    secret = tmp_path / "broker.txt"
    secret.write_text(f"{NATS}\n")
    (tmp_path / "people.yaml").write_text(MAPPING)
    for broker in ("{env: CRM_BROKER}", f"{{file: {secret}}}"):
        file = tmp_path / "stream.yaml"
        file.write_text(FILE.replace('{url: "BROKER"}', broker).replace("FORMAT", "json"))
        assert read_stream(file).address.url == NATS


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("wait: 50", "wait: 0", "whole number from 1"),
        ("wait: 50", "types: [a]", "belongs to the format cloudevents only"),
        ("wait: 50", "colour: red", "colour"),
        ("format: FORMAT", "format: xml", "must be one of"),
        ("BROKER", "redis://x", "is no address of a known broker"),
        ('{url: "BROKER"}', "{env: CINV_NOT_SET}", "not set"),
        ('{url: "BROKER"}', "{file: /none}", "cannot be read"),
        ('{url: "BROKER"}', "{}", "needs one of"),
        ('{url: "BROKER"}', "{url: 'amqp://x'}", "needs id"),
        ("people.yaml", "none.yaml", "cannot be read"),
        ("people.yaml", "telco-customers", "mapping of csv"),
        ("crm-people", "'crm people'", "letters, digits and hyphens"),
        ("wait: 50", "order: {path: x, as: date}", "must be one of time, number"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, old: str, new: str, words: str) -> None:
    (tmp_path / "people.yaml").write_text(MAPPING)
    text = FILE.replace(old, new).replace("BROKER", NATS).replace("FORMAT", "json")
    file = tmp_path / "stream.yaml"
    file.write_text(text)
    with pytest.raises(Invalid, match=words):
        read_stream(file)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="cannot be read"):
        read_stream(tmp_path / "none.yaml")
