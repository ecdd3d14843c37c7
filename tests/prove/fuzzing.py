"""Bytes of all kinds into what reads what callers send: nothing but our own errors comes out.

`python -m tests.prove.fuzzing TARGET SECONDS SEED`: coverage-guided by atheris (libFuzzer) where
that is installed; it begins with the corpus beside this module, and a find is written there to
stay. Without it the corpus is changed blindly, by the same seed.
"""

import atexit
import importlib.util
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

from customer_inventory.kit.errors import InventoryError

CORPUS = Path(__file__).parent / "corpus"
LONGEST = 4096
HAS_ATHERIS = importlib.util.find_spec("atheris") is not None
Target = Callable[[bytes], object]

DOCUMENT = {
    "id": "x", "givenName": "Ada", "location": "London",
    "contactMedium": [
        {"@type": "EmailContactMedium", "emailAddress": "a@example.com", "preferred": True},
        {"@type": "PhoneContactMedium", "phoneNumber": "+44 20 7946 0123"},
    ],
    "relatedParty": [{"role": "friend", "partyOrPartyRole": {"id": "y"}}],
}  # fmt: skip


def _filter(data: bytes) -> object:
    from customer_inventory.tmf.jsonpath import parse_filter

    return parse_filter(data.decode("utf-8", "surrogateescape"))


def _merge(data: bytes) -> object:
    from customer_inventory.record.patch import merged

    return merged(DOCUMENT, _json(data))


def _patch(data: bytes) -> object:
    from customer_inventory.record.patch import operated

    return operated(DOCUMENT, _json(data))


def _patch_query(data: bytes) -> object:
    from customer_inventory.record.patch_query import queried

    return queried(DOCUMENT, _json(data))


def _mapping(data: bytes) -> object:
    from customer_inventory.capture.mapping import parse_mapping

    return parse_mapping(data.decode("utf-8", "replace"), "fuzzed.yaml")


def _json(data: bytes) -> object:
    """Read as the doors do."""
    from customer_inventory.record.document import parse

    return parse(data)


_MAPPING = """source: crm
format: csv
key: a
nulls: ["", "NULL"]
records:
  individual:
    attributes:
      givenName: {column: b}
      familyName: {column: a}
      birthDate: {column: c, as: date, formats: ["%d.%m.%Y"]}
  customer:
    attributes:
      name: {template: "{a} {b}"}
      status: {column: b, values: {A: active, X: closed}}
      engagedParty: {ref: individual}
"""


@cache
def _folder() -> Path:
    """Return a folder for what arrives, removed when the process ends in good order."""
    folder = Path(tempfile.mkdtemp(prefix="cinv-arrives-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _arrival(data: bytes) -> object:
    """A file as it comes in, by what is in it: packed, a workbook, Parquet, JSON, text."""
    from customer_inventory.capture.arrival.arriving import arriving
    from customer_inventory.capture.arrival.spool import Limits, Spool
    from customer_inventory.capture.documents import documents_of
    from customer_inventory.capture.mapping import parse_mapping
    from customer_inventory.capture.reading import SourceFile

    mapping = parse_mapping(_MAPPING, "fuzz")
    file = _folder() / "arrives"
    file.write_bytes(data)
    read = 0
    with arriving(str(file), mapping, Spool(_folder(), Limits(1_000_000, 50))) as arrived:
        source = SourceFile(arrived.path, mapping, arrived.name)
        documents = documents_of(mapping, source.header)
        for chunk in source.chunks(source.resumed(()), rows=100, size=65_536):
            for _, raw, why in chunk.rows():
                read += not why and _taken(documents, raw)
    return read


def _taken(documents: Callable[[bytes], object], raw: bytes) -> bool:
    """Tell whether a row is one; one that is none is refused by itself, and the others go on."""
    try:
        documents(raw)
    except InventoryError:
        return False
    return True


TARGETS: dict[str, Target] = {
    "filter": _filter,
    "merge": _merge,
    "patch": _patch,
    "patch-query": _patch_query,
    "mapping": _mapping,
    "arrival": _arrival,
}


def once(name: str, data: bytes) -> None:
    """Give bytes to a target; whatever it raises besides our own errors passes."""
    try:
        TARGETS[name](data)
    except InventoryError:
        return


def blindly(name: str, seconds: float, seed: int) -> int:
    """Change the corpus without looking where that leads; return how often."""
    chance, ends, tried = random.Random(seed), time.monotonic() + seconds, 0
    corpus = [file.read_bytes() for file in sorted((CORPUS / name).iterdir())]
    while time.monotonic() < ends:
        data = changed(chance, corpus)
        once(name, data)
        tried += 1
    return tried


def changed(chance: random.Random, corpus: list[bytes]) -> bytes:
    """Return one of the corpus with pieces changed, doubled, cut out or taken from another."""
    data = bytearray(chance.choice(corpus))
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(data) + 1)
        what = chance.randrange(5)
        if what == 0:
            data[at : at + 1] = bytes([chance.randrange(256)])
        elif what == 1:
            del data[at : at + chance.randrange(1, 9)]
        elif what == 2:
            data[at:at] = data[at : at + chance.randrange(1, 40)]
        elif what == 3:
            other = chance.choice(corpus)
            start = chance.randrange(len(other) + 1)
            data[at:at] = other[start : start + chance.randrange(1, 40)]
        else:
            data[at:at] = chance.choice(_WORDS)
    return bytes(data[:LONGEST])


_WORDS = [
    b"\x00", b"\xff", b"'", b'"', b"[", b"]]", b"{", b"}", b"$", b"@.", b"&&", b"~1", b"/-",
    b"1e999", b"-0", b"\\u0000", b"\\ud800", b"null", b"\r\n", b"PK\x03\x04", b"!!python/",
]  # fmt: skip


def guided(name: str, seconds: int, seed: int) -> None:
    """Let atheris guide it; the process ends with 0, or with what was found in a file."""
    import atheris

    with atheris.instrument_imports(include=["customer_inventory"], enable_loader_override=False):
        once(name, b"")
    found = Path(tempfile.mkdtemp(prefix="cinv-found-"))
    words = [sys.argv[0], f"-max_total_time={seconds}", f"-seed={seed}", f"-max_len={LONGEST}",
             "-timeout=20", "-rss_limit_mb=2048", "-print_final_stats=1",
             f"-artifact_prefix={found}/", str(found), str(CORPUS / name)]  # fmt: skip
    atheris.Setup(words, lambda data: once(name, data))
    atheris.Fuzz()


def main() -> None:
    name, seconds, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    if HAS_ATHERIS:
        guided(name, seconds, seed)
    else:
        sys.stdout.write(f"tried {blindly(name, seconds, seed)}\n")


if __name__ == "__main__":
    main()
