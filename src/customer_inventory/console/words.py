"""The words of the console, in the languages that it speaks.

Texts are English where they stand: in templates `{% trans %}` or `_("…")`, in modules
`mark("…")`. Their translations are `locale/LANGUAGE/ROOM.po`, a file a room of the console, read
as they are: nothing is compiled, and a change is seen at the next start.
"""

from collections.abc import Iterable
from functools import cache
from gettext import GNUTranslations
from importlib import resources
from io import BytesIO

from babel.core import Locale, negotiate_locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = {"en": "English", "de": "Deutsch"}
"""By code, what each is called in itself. The first is the one in which texts are written."""
FIRST = next(iter(LANGUAGES))
COOKIE = "__Host-cinv-language"
_MOST_ACCEPTED = 20


def mark(text: str) -> str:
    """Return a text as it is: it is translated where it is shown."""
    return text


def language_of(chosen: str, accepted: str) -> str:
    """Return the language that a browser chose (a cookie), or accepts (a header), or the first."""
    if chosen in LANGUAGES:
        return chosen
    wanted = [part.partition(";")[0].strip() for part in accepted.split(",")[:_MOST_ACCEPTED]]
    return negotiate_locale(wanted, list(LANGUAGES), sep="-") or FIRST


@cache
def locale_of(language: str) -> Locale:
    """Return how dates and numbers are written in a language."""
    return Locale.parse("en_GB" if language == FIRST else language)


@cache
def words_of(language: str) -> GNUTranslations:
    """Return the translations into a language; every text stands for itself in the first one."""
    whole = Catalog(locale=language)
    for catalog in catalogs(language):
        for message in catalog:
            if message.id:
                whole[message.id] = message
        whole.mime_headers = catalog.mime_headers or whole.mime_headers
    compiled = BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return GNUTranslations(compiled)


def catalogs(language: str) -> Iterable[Catalog]:
    """Return the catalogues of a language, one a room of the console."""
    folder = resources.files("customer_inventory.console").joinpath("locale", language)
    if not folder.is_dir():
        return []
    files = sorted(folder.iterdir(), key=lambda file: file.name)
    return [
        read_po(BytesIO(file.read_bytes()), locale=language)
        for file in files
        if file.name.endswith(".po")
    ]
