"""Named SQL statements, kept in a `.sql` file beside the module that runs them.

A file holds statements, each under `-- name: some_name` and a line of description. The
name becomes a comment of the text sent to the server, so that cost can be traced from
`pg_stat_statements` back to a function. It stands behind the first word: servers from 18 on
leave out of their statistics what stands before it.
"""

import re
from collections.abc import Iterator, Mapping
from importlib import resources

_STATEMENT = re.compile(
    r"-- name: (?P<name>[a-z][a-z0-9_]*)\n(?:--[^\n]*\n)+(?P<text>.+)", re.DOTALL
)
_FIRST_WORD = re.compile(r"\w+")
_BEFORE_NAME = re.compile(r"^(?=-- *name:)", re.MULTILINE)


class Statements(Mapping[str, str]):
    """The statements of one `.sql` file by name; `statements.some_name` is its text."""

    def __init__(self, package: str, file: str) -> None:
        """Read `file` of `package`; raise ValueError for a file that breaks the form."""
        self.origin = f"{package}/{file}"
        text = resources.files(package).joinpath(file).read_text("utf-8")
        self._texts = dict(_split(text, self.origin))

    def __getattr__(self, name: str) -> str:
        try:
            return self._texts[name]
        except KeyError:
            raise AttributeError(f"{self.origin} has no statement {name}") from None

    def __getitem__(self, name: str) -> str:
        return self._texts[name]

    def part(self, name: str) -> str:
        """Return the text of a statement that becomes part of another: without its name."""
        return self._texts[name].replace(f" /* {name} */", "", 1)

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


def beside(module_name: str) -> Statements:
    """Return the statements of the `.sql` file beside the module of that `__name__`."""
    package, _, stem = module_name.rpartition(".")
    return Statements(package, f"{stem}.sql")


def entitled(name: str, text: str) -> str:
    """Return the text of a statement with its name in it; raise ValueError if it has no first word.

    For those that are put together; those of files have it.
    """
    first = _FIRST_WORD.match(text)
    if first is None:
        raise ValueError(f"the statement {name} does not begin with a word")
    return f"{first[0]} /* {name} */{text[first.end() :]}"


def _split(text: str, origin: str) -> Iterator[tuple[str, str]]:
    names = set()
    first, *parts = _BEFORE_NAME.split(text)
    if first or not parts:
        raise ValueError(f"{origin} must begin with '-- name: …' and a line of description")
    for part in parts:
        statement = _STATEMENT.fullmatch(part.strip().rstrip(";"))
        if statement is None or statement["name"] in names:
            raise ValueError(f"{origin}: {part[:40]!r} has no name of its own, description or text")
        names.add(statement["name"])
        yield statement["name"], entitled(statement["name"], statement["text"])
