"""Names made comparable: given names by what they are short for, company names by their core.

Nicknames are those of the library `nicknames` (curated, English) and ours of other languages;
legal forms and words for branches are data of ours (`words.toml`), of the countries of the demo.
"""

import re
import tomllib
from functools import cache, lru_cache
from importlib import resources

from nicknames import NickNamer

from customer_inventory.record.search import fold

_REPEATED = re.compile(r"(.)\1+")
_SOUNDS = (
    ("ph", "f"),
    ("sch", "s"),
    ("sh", "s"),
    ("th", "t"),
    ("ck", "k"),
    ("c", "k"),
    ("q", "k"),
    ("x", "ks"),
    ("z", "s"),
    ("w", "v"),
    ("j", "y"),
    ("dt", "t"),
    ("h", ""),
)


@cache
def _words() -> dict[str, list[str]]:
    text = (resources.files(__package__) / "words.toml").read_text("utf-8")
    return {name: list(value.split()) for name, value in tomllib.loads(text)["words"].items()}


def declared(name: str) -> list[str]:
    """Return the words declared under a name."""
    return _words()[name]


@cache
def _nicknames() -> tuple[NickNamer, dict[str, frozenset[str]]]:
    text = (resources.files(__package__) / "words.toml").read_text("utf-8")
    ours: dict[str, set[str]] = {}
    for formal, short in tomllib.loads(text)["nicknames"].items():
        for each in short.split():
            ours.setdefault(each, set()).add(formal)
    return NickNamer(), {short: frozenset(formal) for short, formal in ours.items()}


@lru_cache(maxsize=65_536)
def formals(given: str) -> tuple[str, ...]:
    """Return a folded given name and every name that it may be short for, in order."""
    library, ours = _nicknames()
    return tuple(sorted({given, *library.canonicals_of(given), *ours.get(given, ())}))


@lru_cache(maxsize=65_536)
def sound(word: str) -> str:
    """Return what a folded name sounds like: its first letter and consonants, doubles once."""
    heard = word.replace(" ", "")
    for written, said in _SOUNDS:
        heard = heard.replace(written, said)
    heard = _REPEATED.sub(r"\1", heard)
    return heard[:1] + "".join(letter for letter in heard[1:] if letter not in "aeiouy")


@lru_cache(maxsize=65_536)
def company(text: str) -> tuple[str, str]:
    """Return the folded core of a company's name, and what it says of a branch (empty: nothing).

    `Müller & Söhne G.m.b.H. Niederlassung Köln` is `muller sohne` and `koln`.
    """
    joining, breaking, legal = declared("joining"), declared("branch"), declared("legal")
    words = [word for word in _joined(fold.words(text)) if word not in joining]
    branch: list[str] = []
    for number, word in enumerate(words):
        if number and word in breaking:
            words, branch = words[:number], words[number + 1 :]
            break
    core = _without(words, legal)
    return " ".join(core), " ".join(_without(branch, legal) if branch else branch)


@cache
def _short_streets() -> dict[str, str]:
    return dict(each.split("=", 1) for each in declared("street"))


@lru_cache(maxsize=65_536)
def street(text: str) -> tuple[str, str]:
    """Return the folded name of a street in short words, and the number of the house."""
    short = _short_streets()
    words: list[str] = []
    number = ""
    for word in fold.words(text):
        if word[0].isdigit():
            number = number or re.sub(r"[^0-9].*", "", word)
        else:
            words.append(short.get(word) or _ending(word))
    return " ".join(words), number


def _ending(word: str) -> str:
    """Return the name of a street in one word with its kind in short: `hauptstrasse` too."""
    for long, ending in (("strasse", "str"), ("straat", "str"), ("gatan", "g"), ("platz", "pl")):
        if word.endswith(long) and word != long:
            return word.removesuffix(long) + ending
    return word


def _joined(words: tuple[str, ...]) -> list[str]:
    """Return words with letters that stand alone put together: `g m b h` is `gmbh`."""
    found: list[str] = []
    run = ""
    for word in (*words, ""):
        if len(word) == 1 and word.isalpha():
            run += word
            continue
        found += [run] if run else []
        found += [word] if word else []
        run = ""
    return found


def _without(words: list[str], legal: list[str]) -> list[str]:
    """Return words without legal forms at their end, and without an article at their start."""
    kept = list(words)
    while len(kept) > 1 and kept[-1] in legal:
        kept.pop()
    return kept[1:] if len(kept) > 1 and kept[0] == "the" else kept


@lru_cache(maxsize=65_536)
def shorts(given: str) -> tuple[str, ...]:
    """Return what a folded given name may be called for short, in order."""
    library, ours = _nicknames()
    own = (short for short, formal in ours.items() if given in formal)
    return tuple(sorted({*library.nicknames_of(given), *own}))
