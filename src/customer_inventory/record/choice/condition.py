"""The SQL that a record is shown for a purpose that asks for the choices of its subjects.

Choices are looked up by the ids under which records name their subjects: a party or a role that it
plays. A record of several subjects is shown when all of them agree, or none refuses.
"""

from collections.abc import Callable, Iterable
from functools import cache

from customer_inventory.record.choice.asked import Asked
from customer_inventory.record.declare import RecordType
from customer_inventory.record.types import TYPES, over_every_type
from customer_inventory.store.sql import beside

SQL = beside(__name__)


def _holders() -> Iterable[str]:
    for declared in TYPES.values():
        for reference in declared.references:
            if reference.path in declared.subject:
                yield from reference.targets


HOLDERS = frozenset(_holders())
"""The record types that are named as subjects: choices are kept under their ids."""
ROLES = tuple(sorted(name for name in HOLDERS if TYPES[name].subject))
"""Those of them that are roles of a party, which they name as their subject."""


class Chosen:
    """The conditions of one statement; `words` is the SQL of the words asked for.

    Where records lie in shards (`is_spread`), whom they named once is asked for beforehand: of
    those with the `ids` (SQL of an array), or of any.
    """

    def __init__(
        self, asked: Asked, words: Callable[[], str], *, is_spread: bool = False, ids: str = ""
    ) -> None:
        self._asked = asked
        self._words = words
        self._is_spread = is_spread
        self._ids = ids

    def of(self, declared: RecordType, alias: str) -> str:
        """Return the SQL that choices let the row `alias` of the table of a type be shown."""
        if declared.is_catalogue:
            return ""
        if _is_unknown(declared):
            return "FALSE"
        if declared.name in HOLDERS:
            return self.holder(f"{alias}.id")
        subject = f"{alias}.subject_id"
        if declared.is_occurrence:
            return self.holder(subject)
        if not self._asked.needs_consent:
            return f"NOT EXISTS ({self._refusing_subject(declared, alias)})"
        other = SQL.part("other_subject").format(
            **_of_row(alias),
            naming=_naming(declared),
            subject=subject,
            agrees=self.holder("l.other_id"),
        )
        return f"{self.holder(subject)} AND NOT EXISTS ({other})"

    def holder(self, identifier: str) -> str:
        """Return the SQL that the choices kept under an id let what belongs to it be shown."""
        is_not = "" if self._asked.needs_consent else "NOT "
        return f"{is_not}EXISTS ({self._holding(identifier)})"

    def then(self, declared: RecordType, alias: str) -> str:
        """Return the SQL that choices let the row `alias` of the history, of a type, be shown.

        Asked are those whom it named then, about what they choose now.
        """
        if declared.is_catalogue:
            return ""
        if _is_unknown(declared):
            return "FALSE"
        if not declared.subject:
            return self.holder(f"{alias}.id")
        if not self._asked.needs_consent:
            return f"NOT {self._any_subject(declared, alias, '')}"
        agreeing = self._any_subject(declared, alias, "")
        return f"{agreeing} AND NOT {self._any_subject(declared, alias, 'NOT ')}"

    def _any_subject(self, declared: RecordType, alias: str, is_not: str) -> str:
        """Return the SQL that choices are kept, or not, of one whom a version named."""
        holes = {
            **_of_row(alias),
            "naming": _naming(declared),
            "paths": _listed(declared.subject),
            "since": f"{alias}.recorded_from",
            "until": f"{alias}.recorded_to",
        }
        test = f"{is_not}EXISTS ({self._holding('l.other_id')})"
        still = SQL.part("named_still").format(**holes, test=test)
        test = f"{is_not}EXISTS ({self._holding('p.id')})"
        once = SQL.part("named_once").format(**holes, test=test)
        if self._is_spread:
            asked = f"p.other_id = ANY({self._ids})" if self._ids else "TRUE"
            once = SQL.part("named_once_beforehand").format(**holes, test=test, asked=asked)
        return f"(EXISTS ({still}) OR EXISTS ({once}))"

    def any_then(self, alias: str) -> str:
        """Return the SQL that choices let the row `alias` of the history, of any type, be shown."""
        tests = []
        for names in _alike():
            test = self.then(TYPES[names[0]], alias)
            kinds = f"{alias}.type IN ({_listed(names)})"
            tests.append(f"({kinds} AND {test})" if test else kinds)
        return f"({' OR '.join(tests)})"

    def _holding(self, identifier: str) -> str:
        name = "agreeing" if self._asked.needs_consent else "refusing"
        return SQL.part(name).format(id=identifier, words=self._words())

    def _refusing_subject(self, declared: RecordType, alias: str) -> str:
        return SQL.part("refusing_subject").format(
            **_of_row(alias), naming=_naming(declared), words=self._words()
        )


@cache
def _is_unknown(declared: RecordType) -> bool:
    """Tell whether records of a type may belong to what is no subject: nobody knows who chooses."""
    targets = {
        target
        for reference in declared.references
        if reference.path in declared.subject
        for target in reference.targets
    }
    return not targets <= HOLDERS


@cache
def _naming(declared: RecordType) -> str:
    """Return the SQL that the link `l` names a subject: at the first path that names any."""
    first, *later = declared.subject
    ways = [f"l.path = '{first}'"]
    for number, path in enumerate(later, 1):
        before = SQL.part("named_before").format(
            **_of_row("l"), paths=_listed(declared.subject[:number])
        )
        ways.append(f"l.path = '{path}' AND NOT EXISTS ({before})")
    return ways[0] if len(ways) == 1 else f"({' OR '.join(ways)})"


@over_every_type
@cache
def _alike() -> list[list[str]]:
    """Return record types that the same condition is for, together."""
    found: dict[tuple[object, ...], list[str]] = {}
    for name, declared in TYPES.items():
        found.setdefault((declared.is_catalogue, *declared.subject), []).append(name)
    return list(found.values())


def _of_row(alias: str) -> dict[str, str]:
    return {"id": f"{alias}.id", "bucket": f"{alias}.bucket"}


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def every_statement() -> dict[str, str]:
    """Return each kind of condition in a statement, by a name of its own (for planning)."""
    found = {}
    for needs_consent in (True, False):
        for is_spread, ids in ((False, ""), (True, ""), (True, "$2::text[]")):
            asked = Asked((), needs_consent)
            chosen = Chosen(asked, lambda: "$1::text[]", is_spread=is_spread, ids=ids)
            key = f"{needs_consent}{':among' * bool(ids)}{':spread' * is_spread}"
            for name, declared in TYPES.items():
                present, past = chosen.of(declared, "r"), chosen.then(declared, "r")
                found[f"of:{name}:{key}"] = _checking(declared.table, present)
                found[f"then:{name}:{key}"] = _checking("history", past)
            found[f"any:{key}"] = _checking("history", chosen.any_then("r"))
    return found


def _checking(table: str, condition: str) -> str:
    return SQL.checked.format(table=table, condition=condition or "TRUE")
