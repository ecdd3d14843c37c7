"""What rooms say and tell, in the reader's language.

Rooms speak English, as programs are told by the API. Their texts are known by their shape:
`locale/LANGUAGE/messages.po` has them with `%(1)s`, `%(2)s` … where values stand. A value that is
such a text itself is translated too, a figure with its unit is written as the language does, and
anything else is taken over as it is. A text that is not there stays English.
"""

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from io import BytesIO

from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from customer_inventory.console.words import locale_of, words_of

ROOM = "messages"
PLACE = re.compile(r"%\((\d+)\)s")
_CITED = re.compile(r"(.*) \((REQ-[^()]+)\)\.", re.DOTALL)
"""What a requirement says is wrong names the requirement behind it."""
_PARTS = re.compile(r"([,;] )(?![^()]*\))")
"""Between texts that a room puts in a row: not within brackets."""
_FIGURE = re.compile(r"(-?\d{1,3}(?:,\d{3})+|-?\d+)(\.\d+)?( ?%| (?:bytes|[kMGT]B|s|min|h))?")
_FEW = 6
_WORD = re.compile(r"[A-Za-z]{2}")


@dataclass(frozen=True, slots=True)
class _Shape:
    """A text with places: what is between them, what it matches, and what it is translated to."""

    between: tuple[str, ...]
    pattern: re.Pattern[str]
    told: str

    @property
    def says_little(self) -> bool:
        """Whether it begins with a value and hardly says more: others may look like it."""
        letters = sum(map(str.isalpha, "".join(self.between)))
        return letters < _FEW and self.pattern.pattern.startswith("(?P<")


def translated(message: str, language: str) -> str | None:
    """Return a text of a room in a language; None where it is not known there."""
    if cited := _CITED.fullmatch(message):
        told = _translated(f"{cited[1]}.", language)
        return None if told is None else f"{told.removesuffix('.')} ({cited[2]})."
    return _translated(message, language)


def _translated(message: str, language: str) -> str | None:
    whole, shapes = _known(language)
    if message in whole:
        return whole[message]
    if row := _in_a_row(message, language):
        return row
    for shape in shapes:
        if all(part in message for part in shape.between) and (
            found := shape.pattern.fullmatch(message)
        ):
            said = {name[1:]: value or "" for name, value in found.groupdict().items()}
            values = {name: _value(value, language) for name, value in said.items()}
            if shape.says_little and any(" " in v and v == said[n] for n, v in values.items()):
                continue
            return shape.told % values
    return None


def _value(said: str, language: str) -> str:
    """Return a value of a text: states and types are words of the product, figures have forms."""
    word = words_of(language).gettext(said) if said else ""
    if word != said:
        return word
    return _figure(said, language) or _translated(said, language) or said


def _in_a_row(message: str, language: str) -> str | None:
    """Return texts that stand in a row, None where one of them is not known."""
    parts = _PARTS.split(message)
    if len(parts) == 1:
        return None
    told = [_value(each, language) for each in parts[::2]]
    if any(_WORD.search(one) and one == each for one, each in zip(told, parts[::2], strict=True)):
        return None
    return "".join(x for pair in zip(told, [*parts[1::2], ""], strict=True) for x in pair)


def _figure(said: str, language: str) -> str | None:
    """Return a figure with groups or a unit as a language writes it; a bare one may be a name."""
    found = _FIGURE.fullmatch(said)
    if not found or not (found[3] or "," in found[1]):
        return None
    fraction = found[2] or ""
    form = "#,##0" + ("." + "0" * (len(fraction) - 1) if fraction else "")
    number = float(found[1].replace(",", "") + fraction)
    unit = f" {found[3].strip()}" if found[3] else ""
    return str(format_decimal(number, format=form, locale=locale_of(language))) + unit


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
def _known(language: str) -> tuple[dict[str, str], list[_Shape]]:
    """Return texts without values, and the shapes of the others, those that say most first."""
    file = resources.files("customer_inventory.console").joinpath("locale", language, f"{ROOM}.po")
    if not file.is_file():
        return {}, []
    catalog = read_po(BytesIO(file.read_bytes()), locale=language)
    told = {str(each.id): str(each.string) for each in catalog if each.id and each.string}
    whole = {text: said for text, said in told.items() if not PLACE.search(text)}
    shapes = sorted(told.keys() - whole.keys(), key=lambda text: -len(PLACE.sub("", text)))
    plain = {text.replace("%%", "%"): said.replace("%%", "%") for text, said in whole.items()}
    return plain, [_Shape(_between(text), shape_of(text), told[text]) for text in shapes]


def _between(text: str) -> tuple[str, ...]:
    return tuple(part.replace("%%", "%") for part in PLACE.split(text)[::2] if part)
