"""Every text of the console is said in every language, and each language is what a browser asks."""

import re

import pytest

from customer_inventory.console.messages import PLACE, ROOM, translated
from customer_inventory.console.words import FIRST, LANGUAGES, language_of, words_of
from tests.console import said, told
from tests.console.words import held, texts, untold
from tests.console.world import STEWARD, World

OTHERS = sorted(LANGUAGES.keys() - {FIRST})
_NAMED = re.compile(r"%\(\w+\)[sd]")


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated_with_all_that_it_names(language: str) -> None:
    untold, unlike, unsaid = [], [], []
    for room, messages in texts().items():
        catalog = held(language, room)
        known = {message.id for message in catalog if message.id}
        unsaid += [f"{room}: {each}" for each in known - set(messages)]
        for message in messages:
            first = message if isinstance(message, str) else message[0]
            kept = catalog.get(first)
            strings = (
                kept.string
                if kept and isinstance(kept.string, tuple)
                else (kept.string,)
                if kept
                else ()
            )
            if not strings or not all(strings) or (kept and kept.fuzzy):
                untold.append(f"{room}: {first}")
            elif {*_NAMED.findall(first)} != {*_NAMED.findall(strings[-1])}:
                unlike.append(f"{room}: {first}")
    assert untold == [], "./run words adds them to the catalogues; translate them there"
    assert unlike == []
    assert unsaid == [], "./run words takes them out"


@pytest.mark.parametrize(
    ("chosen", "accepted", "expected"),
    [
        ("", "", "en"),
        ("", "de", "de"),
        ("", "de-AT,de;q=0.9,en;q=0.8", "de"),
        ("", "fr-FR,en;q=0.5", "en"),
        ("en", "de", "en"),
        ("de", "en", "de"),
        ("xx", "de", "de"),
        ("", "," * 5000, "en"),
        ("", "\u00e4;q=zz", "en"),
    ],
)
def test_the_language_is_the_chosen_or_the_accepted(
    chosen: str, accepted: str, expected: str
) -> None:
    assert language_of(chosen, accepted) == expected


@pytest.mark.parametrize("language", OTHERS)
def test_messages_of_rooms_are_those_that_rooms_have(language: str) -> None:
    every = said.messages() | told.told()
    known = {str(each.id): str(each.string) for each in held(language, ROOM) if each.id}
    unsaid = [text for text in known if text not in every]
    assert unsaid == [], "./run words takes them out: translate what took their place"
    unlike = [
        text for text, told in known.items() if {*PLACE.findall(text)} != {*PLACE.findall(told)}
    ]
    assert unlike == []
    # What the console itself says is wrong is said in every language.
    own = {text for text in said.messages("console") if text not in known and not _is_bare(text)}
    assert own == set(), f"translate them in locale/{language}/{ROOM}.po"


@pytest.mark.parametrize("language", OTHERS)
def test_what_rooms_tell_on_pages_is_said_in_every_language(language: str) -> None:
    assert untold(language) == [], f"translate them in locale/{language}/{ROOM}.po"


def _is_bare(text: str) -> bool:
    return not re.search(r"[A-Za-z]{3}", PLACE.sub("", text))


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("The name, the password or the code is not right.",
         "Der Name, das Passwort oder der Code stimmt nicht."),
        ("must have at most 300 characters.", "darf höchstens 300 Zeichen haben."),
        ("must have at most 3 characters (REQ-7.1).", "darf höchstens 3 Zeichen haben (REQ-7.1)."),
        ("must be between 0 and 1 (0 % and 100 %).",
         "muss zwischen 0 und 1 liegen (0 % und 100 %)."),
        ("It is snoozed already.", "Es ist schon zurückgestellt."),
        ("The grant 01J%(1)s is active.", "Die Berechtigung 01J%(1)s ist aktiv."),
        ("Nobody ever said that.", None),
        # A value may be a text itself, and figures are written as the language has them.
        ("54.3 GB free of 1,270.6 GB (20%)", "54,3 GB von 1.270,6 GB frei (20 %)"),
        ("22.3 MB, growth is not known for 14 days yet",
         "22,3 MB, Wachstum noch nicht über 14 Tage bekannt"),
        ("2 wrong: backups, ledger", "2 im Argen: Sicherungen, Zugriffsbuch"),
        ("PostgreSQL 18.6, up for 3 days", "PostgreSQL 18.6, läuft schon 3 Tage"),
        ("2 processes (billing, crm), up to 1,200 customers, 12.50 EUR a month",
         "2 Prozesse (billing, crm), bis zu 1.200 Kunden, 12.50 EUR im Monat"),
        ("22.3 MB, and what nobody ever said", None),
        ("grant 01A on customer has ended.", "Berechtigung 01A auf customer ist abgelaufen."),
        ("crm is active.", "crm ist aktiv."),
        # A text that hardly says more than its values is not taken for another that is alike.
        ("The sky is blue.", None),
        ("column born does not hold a whole number.", "Spalte born enthält keine ganze Zahl."),
    ],
)  # fmt: skip
def test_a_message_is_known_by_its_shape(message: str, told: str | None) -> None:
    assert translated(message, "de") == told


def test_a_text_without_translation_stands_for_itself() -> None:
    assert words_of("de").gettext("said by nobody") == "said by nobody"


async def test_a_page_speaks_the_language_of_the_browser(world: World) -> None:
    async with world.browser(STEWARD) as browser:
        page = await browser.get("/home", **{"Accept-Language": "de-CH,de"})
        assert '<html lang="de">' in page.text
        assert "Abmelden" in page.text
        token = re.search(r'name="form_token" value="(\w+)"', page.text)
        assert token is not None
        form = {"form_token": token[1], "language": "en", "next": "/home"}
        answer = await browser.send("/language", form)
        assert answer.headers["location"] == "/home"
        again = await browser.get("/home", **{"Accept-Language": "de"})
        assert '<html lang="en">' in again.text
