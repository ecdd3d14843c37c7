"""YAML that knows where it stands: every value has its line and its key, for errors that help.

Scalars are read as YAML 1.2 has it: only `true` and `false` are booleans, so that the
words Yes and No, which files are full of, stay words.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import yaml

from customer_inventory.kit.errors import Invalid

Scalar = str | int | float | bool | None

_WORDS: dict[str, Scalar] = {"true": True, "false": False, "null": None, "~": None, "": None}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_DEEPEST = 30


class FileError(Invalid):
    """A file is wrong; `path` is the key at fault, `line` where it stands (from 1)."""

    code = "invalidFile"

    def __init__(self, message: str, *, line: int, path: str, hint: str | None = None) -> None:
        super().__init__(f"line {line}: {message}", path=path or None, hint=hint)
        self.line = line


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a YAML file, the dotted key that leads to it, and the line of that key."""

    node: yaml.Node
    path: str = ""
    line: int = 1
    depth: int = 0

    @property
    def is_object(self) -> bool:
        """Whether the value has keys."""
        return isinstance(self.node, yaml.MappingNode)

    @property
    def is_list(self) -> bool:
        """Whether the value is a list."""
        return isinstance(self.node, yaml.SequenceNode)

    def wrong(self, message: str, hint: str | None = None) -> FileError:
        """Return the error that says `message` of this value."""
        return FileError(message, line=self.line, path=self.path, hint=hint)

    def members(self) -> dict[str, "Value"]:
        """Return the values by key; raise FileError for anything but an object."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.wrong("must be keys with values.")
        found: dict[str, Value] = {}
        for key, node in self.node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self.wrong("has a key that is no word.")
            path = f"{self.path}.{key.value}" if self.path else key.value
            member = self._below(node, path, key)
            if key.value in found:
                raise member.wrong("stands here twice.")
            found[key.value] = member
        return found

    def only(self, *allowed: str, required: Collection[str] = ()) -> dict[str, "Value"]:
        """Return the members, none of which may be but `allowed`, and all that are `required`."""
        members = self.members()
        for name, member in members.items():
            if name not in allowed:
                raise member.wrong(f"is not a key that belongs here.{nearest(name, allowed)}")
        for name in required:
            if name not in members:
                raise self.wrong(f"lacks the key {name}.")
        return members

    def items(self) -> list["Value"]:
        """Return the values of a list; raise FileError for anything else."""
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.wrong("must be a list.")
        return [
            self._below(node, f"{self.path}[{place}]", node)
            for place, node in enumerate(self.node.value)
        ]

    def scalar(self) -> Scalar:
        """Return a word, number or boolean, None for nothing."""
        if not isinstance(self.node, yaml.ScalarNode):
            raise self.wrong("must be a single value.")
        text = str(self.node.value)
        if self.node.style is not None:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _INTEGER.fullmatch(text):
            return int(text)
        return float(text) if _NUMBER.fullmatch(text) else text

    def text(self) -> str:
        """Return the value as it is written; raise FileError when nothing is."""
        if not isinstance(self.node, yaml.ScalarNode):
            raise self.wrong("must be a single word or text.")
        if not self.node.value and self.node.style is None:
            raise self.wrong("has no value.")
        return str(self.node.value)

    def texts(self) -> tuple[str, ...]:
        """Return one text or a list of texts, as a tuple of them."""
        return tuple(item.text() for item in self.items()) if self.is_list else (self.text(),)

    def whole(self) -> int:
        """Return a whole number."""
        number = self.scalar()
        if isinstance(number, bool) or not isinstance(number, int):
            raise self.wrong("must be a whole number.")
        return number

    def plain(self) -> Any:
        """Return the value with all that is in it, as JSON has it."""
        if self.is_object:
            return {name: member.plain() for name, member in self.members().items()}
        return [item.plain() for item in self.items()] if self.is_list else self.scalar()

    def _below(self, node: yaml.Node, path: str, key: yaml.Node) -> "Value":
        if self.depth >= _DEEPEST:
            raise self.wrong("is nested too deeply.")
        return Value(node, path, key.start_mark.line + 1, self.depth + 1)


def parse(text: str) -> Value:
    """Return the document in `text`; raise FileError when it is no YAML or empty."""
    try:
        node = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise FileError(f"this is no YAML: {error.problem}.", line=line, path="") from None
    except (yaml.YAMLError, RecursionError) as error:
        reason = str(error).splitlines()[0]
        raise FileError(f"this is no YAML: {reason}.", line=1, path="") from None
    if node is None:
        raise FileError("the file is empty.", line=1, path="")
    return Value(node)


def nearest(word: str, known: Collection[str]) -> str:
    """Return a sentence that says which of `known` was meant, or which there are."""
    close = get_close_matches(word, known, n=1)
    if close:
        return f" Is {close[0]} meant?"
    return f" Known: {', '.join(list(known)[:20])}." if known else ""
