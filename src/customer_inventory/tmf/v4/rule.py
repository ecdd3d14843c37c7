"""The vocabulary in which the differences between version 4 and version 5 are declared.

A rule is about the objects at one place of a document and works in both directions: `shown`
makes version 4 of what is kept, `kept` makes of version 4 what is kept. Neither changes what it
is given, and what a rule does not speak of passes. Of every object of version 4,
`shown(kept(it))` is it again: that is what the property tests hold rules to.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from customer_inventory.record.declare import Document

Step = str | int
"""The name of an attribute, or a position in a list."""
Steps = tuple[Step, ...]


class Place(NamedTuple):
    """Where an attribute of version 4 is kept.

    It is at `steps`, its values spelled otherwise where `words` has them. If every value asked
    for is one of `by_word.words`, it is there instead; where there is none at `steps`, it is at
    `otherwise`.
    """

    steps: Steps
    words: Mapping[str, str] = {}
    by_word: "Place | None" = None
    otherwise: Steps | None = None

    def below(self, name: str) -> "Place":
        """Return the place in the objects of the attribute `name`."""
        return Place(
            (name, *self.steps),
            self.words,
            self.by_word and self.by_word.below(name),
            self.otherwise and (name, *self.otherwise),
        )


class Rule:
    """One difference, of documents and of paths, in both directions. This one makes none."""

    def shown(self, thing: Document) -> Document:
        """Return version 4 of `thing`, an object as it is kept."""
        return thing

    def kept(self, thing: Document) -> Document:
        """Return what is kept of `thing`, an object of version 4."""
        return thing

    def place(self, steps: Steps) -> Place | None:  # noqa: ARG002 - it has no differences
        """Return where the attribute at `steps` of version 4 is kept; None if it is not ours."""
        return None

    def named(self, steps: Steps) -> Steps | None:  # noqa: ARG002 - it has no differences
        """Return the path that version 4 has for what is kept at `steps`; None if not ours."""
        return None


_OF_OBJECT = ("@type", "@baseType", "@schemaLocation")

Rules = Sequence[Rule] | Callable[[], Sequence[Rule]]
"""Rules of one object; behind a function where objects hold objects of their own kind."""


@dataclass(frozen=True)
class Attribute(Rule):
    """An attribute that is `name` in version 5 and `v4` in version 4, with `rules` of its objects.

    The two names change places: an undeclared attribute under the other version's name stays.
    """

    name: str
    rules: Rules = ()
    v4: str = ""

    @property
    def older(self) -> str:
        """The name it has in version 4."""
        return self.v4 or self.name

    def shown(self, thing: Document) -> Document:
        return _swapped(thing, self.name, self.older, lambda value: _each(shown, self.rules, value))

    def kept(self, thing: Document) -> Document:
        return _swapped(thing, self.older, self.name, lambda value: _each(kept, self.rules, value))

    def place(self, steps: Steps) -> Place | None:
        if steps[0] != self.older:
            return Place((self.older, *steps[1:])) if steps[0] == self.name else None
        return place(self.rules, steps[1:]).below(self.name)

    def named(self, steps: Steps) -> Steps | None:
        if steps[0] != self.name:
            return (self.name, *steps[1:]) if steps[0] == self.older else None
        return (self.older, *named(self.rules, steps[1:]))


@dataclass(frozen=True)
class Either(Rule):
    """Version 4 demands `v4`, version 5 `v5`: a lone one has the name demanded."""

    v4: str
    v5: str

    def shown(self, thing: Document) -> Document:
        is_lone = (self.v4 in thing) != (self.v5 in thing)
        return _swapped(thing, self.v5, self.v4) if is_lone else thing

    def kept(self, thing: Document) -> Document:
        return self.shown(thing)

    def place(self, steps: Steps) -> Place | None:
        return Place(steps, otherwise=(self.v5, *steps[1:])) if steps[0] == self.v4 else None

    def named(self, steps: Steps) -> Steps | None:
        # What is said of the one that version 5 demands is said of the other.
        return (self.v4, *steps[1:]) if steps[0] == self.v5 else None


@dataclass(frozen=True)
class Nested(Rule):
    """An object that is flat in version 4; version 5 has all but `outside` in an object `inner`.

    What is moved gets the `@type` that `types` has for its `@referredType` ("" for any other).
    Version 4 is not shown it, nor a `@type` of `hidden` of what stays: it knows none of them.
    An object with an attribute that would come from both places stays as it is.
    """

    inner: str
    outside: tuple[str, ...] = ()
    types: Mapping[str, str] | None = None
    hidden: frozenset[str] = frozenset()

    def shown(self, thing: Document) -> Document:
        within = thing.get(self.inner)
        if not isinstance(within, dict) or not within:
            return thing
        moved = _without_type(within, (self.types or {}).values())
        stayed = {name: thing[name] for name in thing if name != self.inner}
        stayed = _without_type(stayed, self.hidden)
        return thing if moved.keys() & stayed.keys() else {**moved, **stayed}

    def kept(self, thing: Document) -> Document:
        if self.inner in thing:
            return thing
        stays = (*self.outside, *_OF_OBJECT)
        stayed = {name: value for name, value in thing.items() if name in stays}
        moved = {name: value for name, value in thing.items() if name not in stays}
        if self.types is not None:
            of = str(moved.get("@referredType"))
            moved = {"@type": self.types.get(of, self.types[""]), **moved}
        return {**stayed, self.inner: moved} if moved else thing

    def place(self, steps: Steps) -> Place | None:
        is_outside = steps[0] in (*self.outside, *_OF_OBJECT, self.inner)
        return None if is_outside else Place((self.inner, *steps))

    def named(self, steps: Steps) -> Steps | None:
        if steps[0] != self.inner:
            return None
        # Version 4 has no such object: what is said of it is said of its id.
        return steps[1:] or ("id",)


@dataclass(frozen=True)
class Turned(Rule):
    """A rule the other way round: what `rule` says of version 4 holds for version 5."""

    rule: Nested

    def shown(self, thing: Document) -> Document:
        return self.rule.kept(thing)

    def kept(self, thing: Document) -> Document:
        return self.rule.shown(thing)

    def place(self, steps: Steps) -> Place | None:
        path = self.rule.named(steps)
        return None if path is None else Place(path)

    def named(self, steps: Steps) -> Steps | None:
        found = self.rule.place(steps)
        return None if found is None else found.steps


@dataclass(frozen=True)
class Spelled(Rule):
    """A text whose values are spelled otherwise: `words` gives version 5's by version 4's."""

    name: str
    words: Mapping[str, str]

    def shown(self, thing: Document) -> Document:
        older = {word: v4 for v4, word in self.words.items()}
        return _changed(thing, self.name, lambda value: _word(older, value))

    def kept(self, thing: Document) -> Document:
        return _changed(thing, self.name, lambda value: _word(self.words, value))

    def place(self, steps: Steps) -> Place | None:
        return Place(steps, self.words) if steps == (self.name,) else None


@dataclass(frozen=True)
class Written(Rule):
    """A whole number that version 4 writes as text; text that is no such number stays text."""

    name: str

    def shown(self, thing: Document) -> Document:
        return _changed(thing, self.name, lambda value: str(value) if type(value) is int else value)

    def kept(self, thing: Document) -> Document:
        return _changed(thing, self.name, _number)


def shown(rules: Rules, thing: Document) -> Document:
    """Return version 4 of `thing`, an object as it is kept."""
    for rule in rules_of(rules):
        thing = rule.shown(thing)
    return thing


def kept(rules: Rules, thing: Document) -> Document:
    """Return what is kept of `thing`, an object of version 4."""
    for rule in reversed(rules_of(rules)):
        thing = rule.kept(thing)
    return thing


def place(rules: Rules, steps: Steps) -> Place:
    """Return where the attribute at `steps` of version 4 is kept."""
    found = [known for rule in rules_of(rules) if (known := rule.place(steps))] if steps else []
    return found[0] if found else Place(steps)


def named(rules: Rules, steps: Steps) -> Steps:
    """Return the path that version 4 has for what is kept at `steps`; positions stay."""
    if steps and isinstance(steps[0], int):
        return (steps[0], *named(rules, steps[1:]))
    if steps:
        for rule in rules_of(rules):
            if (path := rule.named(steps)) is not None:
                return path
    return steps


def rules_of(rules: Rules) -> Sequence[Rule]:
    """Return the rules themselves."""
    return rules() if callable(rules) else rules


def _each(turn: Callable[[Rules, Document], Document], rules: Rules, value: Any) -> Any:
    """Turn an object, or each of a list; whatever else there is passes."""
    if isinstance(value, list):
        return [_each(turn, rules, item) for item in value]
    return turn(rules, value) if isinstance(value, dict) else value


def _swapped(
    thing: Document, name: str, other: str, turned: Callable[[Any], Any] = lambda value: value
) -> Document:
    """Return `thing` with two attributes having changed names, the value of `name` turned."""
    if name not in thing and other not in thing:
        return thing
    names = {name: other, other: name}
    return {
        names.get(key, key): turned(value) if key == name else value for key, value in thing.items()
    }


def _without_type(thing: Document, hidden: Collection[str]) -> Document:
    """Return `thing` without its `@type` if that is one of `hidden`."""
    kind = thing.get("@type")
    if not isinstance(kind, str) or kind not in hidden:
        return thing
    return {name: value for name, value in thing.items() if name != "@type"}


def _changed(thing: Document, name: str, change: Callable[[Any], Any]) -> Document:
    return {**thing, name: change(thing[name])} if name in thing else thing


def _word(words: Mapping[str, str], value: Any) -> Any:
    return words.get(value, value) if isinstance(value, str) else value


def _number(value: Any) -> Any:
    is_number = isinstance(value, str) and value.removeprefix("-").isdecimal()
    # Only what is written again as it was sent: neither 007 nor -0.
    return int(value) if is_number and len(value) < 19 and str(int(value)) == value else value  # noqa: PLR2004
