"""Every text of the console is said in every language, and each language is what a browser asks."""

import re

import pytest

from customer_inventory.console.words import FIRST, LANGUAGES, language_of, words_of
from tests.console.words import held, texts
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
