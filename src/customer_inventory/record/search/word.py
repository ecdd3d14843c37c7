"""The dictionary: every word of a name, so that a misspelt one is found among the words.

A word is near another when both become one by leaving letters out (symmetric deletion):
what a word becomes is indexed, so that a look-up costs a few index entries whatever the
number of words or records. Only then the words are searched for, exactly.
"""

from collections.abc import Collection, Iterable, Sequence
from functools import cache, lru_cache
from itertools import combinations

from rapidfuzz import process
from rapidfuzz.distance import OSA

from customer_inventory.kit.ids import bucket_of
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Connection, Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

Noted = set[str]
"""Words that a process knows to be in the dictionary."""

MEND_WORDS = "record.mendWords"
"""The job that makes the dictionary agree with the records."""

_MOST_NOTED = 200_000
_SHORTEST = 3
_LONG = 7
"""Words of so many letters may differ in two; shorter ones in one."""
_AT_ONCE = 1000


async def note(connection: Connection, words: Collection[str], noted: Noted | None = None) -> None:
    """Put `words` into the dictionary, but those of `noted`; afterwards they are among them.

    Outside a transaction, they are there before the record that has them: a record is never
    missed, and a word that no record came to is taken out by `mend`.
    """
    new = sorted(set(words) - noted if noted is not None else words)
    if not new:
        return
    # In one order everywhere, so that two statements never wait for each other in a circle.
    near = [" ".join(_near(word)) for word in new]
    await connection.execute(SQL.note_words, new, [bucket_of(word) for word in new], near)
    if noted is not None and not connection.is_in_transaction():
        if len(noted) + len(new) > _MOST_NOTED:
            noted.clear()
        noted.update(new)


async def like(
    database: Database, words: Collection[str], most: int
) -> dict[str, dict[str, float]]:
    """Return, for each of `words`, the words of the dictionary that may be meant by it.

    With each goes how alike they are, up to 1 for the word itself, which is always there; the
    likest `most` come first.
    """
    asked = list(words)
    rows = await database.fetch(SQL.words_like, asked, [" ".join(_near(word)) for word in asked])
    others: dict[str, list[str]] = {word: [] for word in asked}
    for word, other in rows:
        if other != word:
            others[word].append(other)
    return {word: _likest(word, others[word], most) for word in asked}


async def forget(connection: Connection, words: Collection[str]) -> None:
    """Take `words` out of the dictionary, but those that a record is still found by.

    Erasure calls it in the transaction that removed the records.
    """
    given = sorted(words)
    statement = _forget_statement()
    if connection.placement.is_distributed:
        # The dictionary lies in one place and the records in others: they are asked first.
        used = {
            row[0]
            for text in _used_statements().values()
            for row in await connection.fetch(text, given)
        }
        given = [word for word in given if word not in used]
        statement = SQL.forget_words.format(held="")
    await connection.execute(statement, given, [bucket_of(word) for word in given])


async def mend(database: Database) -> None:
    """Take out every word that no record has any more, and put in what is missing.

    A name that was changed leaves its old words behind; and a word may be missing when one
    process erased its last record while another made a new one.
    """
    last = ""
    while rows := await database.fetch(SQL.words_after, last, _AT_ONCE):
        words = [row[0] for row in rows]
        last = words[-1]
        async with database.connection() as connection:
            await forget(connection, words)
    for text in _missing_statements().values():
        async with database.connection() as connection:
            await note(connection, [row[0] for row in await connection.fetch(text)])


def words_in(keys: Iterable[str]) -> set[str]:
    """Return the name words among `keys`, each of which holds many with a space between."""
    return {key[2:] for many in keys for key in many.split(" ") if key.startswith("n:")}


def every_statement() -> dict[str, str]:
    """Return every statement this module can send, by a name of its own (for planning)."""
    return {
        "note_words": SQL.note_words,
        "words_like": SQL.words_like,
        "words_after": SQL.words_after,
        "forget_words": _forget_statement(),
        **_missing_statements(),
        **_used_statements(),
    }


@cache
def _used_statements() -> dict[str, str]:
    return {
        f"words_of_type:{name}": SQL.words_of_type.format(table=declared.table)
        for name, declared in TYPES.items()
        if declared.searched
    }


@cache
def _forget_statement() -> str:
    held = [
        SQL.records_with_word.format(table=declared.table, word="k.word")
        for declared in TYPES.values()
        if declared.searched
    ]
    return SQL.forget_words.format(held="".join(f"\nAND NOT EXISTS ({text})" for text in held))


@cache
def _missing_statements() -> dict[str, str]:
    return {
        f"words_missing:{name}": SQL.words_missing.format(table=declared.table)
        for name, declared in TYPES.items()
        if declared.searched
    }


@lru_cache(maxsize=16_384)
def _near(word: str) -> tuple[str, ...]:
    """Return what the beginning of `word` becomes when up to two of its letters are left out."""
    if len(word) < _SHORTEST:
        return ()
    start = word[:_LONG]
    found = {start}
    for count in range(1, _differing(word) + 1):
        for kept in combinations(start, len(start) - count):
            found.add("".join(kept))
    return tuple(sorted(found))


def _differing(word: str) -> int:
    """Return in how many letters a word may differ from `word` and be near it."""
    return 1 if len(word) < _LONG else 2


def _likest(asked: str, words: Sequence[str], most: int) -> dict[str, float]:
    """Return a word and those that may be meant by it, the likest `most`, with how alike they are.

    0 would be not at all, 1 is the word itself. All are measured in one call: there may be many.
    """
    found = {word: 0.5 + 0.4 * len(asked) / len(word) for word in words if word.startswith(asked)}
    if len(asked) >= _SHORTEST:
        near = process.extract(asked, words, scorer=OSA.distance, score_cutoff=2, limit=None)
        for word, distance, _ in near:
            if distance <= _differing(min(asked, word, key=len)):
                found[word] = 1 - distance / (max(len(asked), len(word)) + 1)
    found[asked] = 1.0
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))[:most])
