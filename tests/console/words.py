"""The texts of the console, found where they stand; `./run words` adds new ones to the catalogues.

A text of `templates/ROOM/…` or `console/ROOM/…` belongs to `locale/LANGUAGE/ROOM.po`, any other to
`console.po`. What is there already keeps its translation; what nobody says any more goes.
"""

import io
import sys
from collections import defaultdict
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from customer_inventory import console
from customer_inventory.console.messages import ROOM
from customer_inventory.console.words import FIRST, LANGUAGES, words_of
from tests.console import said, told

ROOT = Path(console.__file__).parent
_KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "mark": None, "say": None}
_OPTIONS = {"extensions": "jinja2.ext.do", "trim_blocks": "1", "lstrip_blocks": "1", "silent": "0"}

Text = str | tuple[str, ...]


def texts() -> dict[str, list[Text]]:
    """Return every text by the catalogue that it belongs to."""
    found: dict[str, dict[Text, None]] = defaultdict(dict)
    for file in sorted([*ROOT.rglob("*.html"), *ROOT.rglob("*.py")]):
        how = "jinja2.ext:babel_extract" if file.suffix == ".html" else "python"
        options = _OPTIONS if file.suffix == ".html" else {}
        with file.open("rb") as source:
            for _, message, _, _ in extract(how, source, _KEYWORDS, options=options):
                if message:
                    found[_room(file)][message] = None
    return {room: list(each) for room, each in found.items()}


def _room(file: Path) -> str:
    parts = file.relative_to(ROOT).parts
    folder = parts[1:-1] if parts[0] == "templates" else parts[:-1]
    return folder[0] if folder else "console"


def place(language: str, room: str) -> Path:
    """Return where a catalogue lies."""
    return ROOT / "locale" / language / f"{room}.po"


def held(language: str, room: str) -> Catalog:
    """Return a catalogue, empty where there is none."""
    file = place(language, room)
    content = file.read_bytes() if file.is_file() else b""
    return read_po(io.BytesIO(content), locale=language)


def bring_up_to_date() -> list[str]:
    """Write what the catalogues lack, without translation; return what is not translated."""
    missing = []
    found = texts()
    for language in LANGUAGES.keys() - {FIRST}:
        for room, messages in found.items():
            old = held(language, room)
            new = Catalog(locale=language, header_comment=f"# {room} in {LANGUAGES[language]}")
            for message in messages:
                kept = old.get(message if isinstance(message, str) else message[0])
                new.add(message, kept.string if kept else None)
                if not (kept and kept.string):
                    missing.append(f"{language}/{room}.po: {message}")
            place(language, room).parent.mkdir(parents=True, exist_ok=True)
            with place(language, room).open("wb") as target:
                write_po(target, new, width=100, omit_header=True, sort_output=True)
        missing += [f"{language}/{ROOM}.po: no room says {each}" for each in _of_rooms(language)]
        missing += [f"{language}/{ROOM}.po: {each}" for each in untold(language)]
    return missing


def _of_rooms(language: str) -> list[str]:
    """Leave out what no room says or tells any more; return what went."""
    old, every = held(language, ROOM), said.messages() | told.told()
    new, gone = Catalog(locale=language), []
    for message in old:
        if message.id and message.id in every:
            new.add(message.id, message.string)
        elif message.id:
            gone.append(str(message.id))
    with place(language, ROOM).open("wb") as target:
        write_po(target, new, width=100, omit_header=True, sort_output=True)
    return gone


def untold(language: str) -> list[str]:
    """Return what rooms tell and a language has neither in its messages nor in its words."""
    known = {str(each.id) for each in held(language, ROOM) if each.id and each.string}
    words = words_of(language)
    return sorted(
        text
        for text in told.told() - known
        if words.gettext(plain := text.replace("%%", "%")) == plain
    )


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in bring_up_to_date())
