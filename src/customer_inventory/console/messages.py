"""What rooms say is wrong, in the reader's language.

Rooms speak English, as programs are told by the API. Their messages are known by their shape:
`locale/LANGUAGE/messages.po` has them with `%(1)s`, `%(2)s` … where values stand, and what is said
of these in between is taken over as it is. A message that is not there stays English.
"""

import re
from functools import cache
from importlib import resources
from io import BytesIO

from babel.messages.pofile import read_po

from customer_inventory.console.words import words_of

ROOM = "messages"
PLACE = re.compile(r"%\((\d+)\)s")
_CITED = re.compile(r"(.*) \((REQ-[^()]+)\)\.", re.DOTALL)
"""What a requirement says is wrong names the requirement behind it."""


def translated(message: str, language: str) -> str | None:
    """Return a message in a language; None where its shape is not known there."""
    if cited := _CITED.fullmatch(message):
        told = _translated(f"{cited[1]}.", language)
        return None if told is None else f"{told.removesuffix('.')} ({cited[2]})."
    return _translated(message, language)


def _translated(message: str, language: str) -> str | None:
    whole, shapes = _known(language)
    if message in whole:
        return whole[message]
    for shape, text in shapes:
        if found := shape.fullmatch(message):
            # States and types are words of the product: they have their own translations.
            words = words_of(language)
            values = {
                name[1:]: words.gettext(said) if said else ""
                for name, said in found.groupdict().items()
            }
            return text % values
    return None


def shape_of(text: str) -> re.Pattern[str]:
    """Return what the messages match that a text with `%(1)s` … stands for."""
    parts = PLACE.split(text)
    return re.compile(
        "".join(
            f"(?P<p{part}>.*?)" if number % 2 else re.escape(part.replace("%%", "%"))
            for number, part in enumerate(parts)
        ),
        re.DOTALL,
    )


@cache
def _known(language: str) -> tuple[dict[str, str], list[tuple[re.Pattern[str], str]]]:
    """Return messages without values, and the shapes of the others, those that say most first."""
    file = resources.files("customer_inventory.console").joinpath("locale", language, f"{ROOM}.po")
    if not file.is_file():
        return {}, []
    catalog = read_po(BytesIO(file.read_bytes()), locale=language)
    told = {str(each.id): str(each.string) for each in catalog if each.id and each.string}
    whole = {text: said for text, said in told.items() if not PLACE.search(text)}
    shapes = sorted(told.keys() - whole.keys(), key=lambda text: -len(PLACE.sub("", text)))
    plain = {text.replace("%%", "%"): said.replace("%%", "%") for text, said in whole.items()}
    return plain, [(shape_of(text), told[text]) for text in shapes]
