"""What is not there is not there: each of these fails when it comes in."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import Service
from tests.security.rows import ROOT

SOURCE = ROOT / "src" / "customer_inventory"
SCRIPTS = list((SOURCE / "console" / "static").glob("*.js"))
NOT_SPOKEN = {
    "LDAP": {"ldap", "ldap3", "bonsai"},
    "XPath and XML": {"xml", "lxml", "defusedxml", "xmltodict"},
    "memcache": {"pymemcache", "memcache", "aiomcache"},
    "mail": {"smtplib", "imaplib", "poplib", "aiosmtplib"},
    "SMS": {"twilio", "vonage"},
    "SAML": {"saml2", "onelogin", "pysaml2"},
    "GraphQL": {"graphql", "strawberry", "graphene", "ariadne"},
    "WebRTC": {"aiortc", "pion", "webrtc"},
}


@cache
def modules() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text("utf-8")) for path in SOURCE.rglob("*.py")}


def imported(tree: ast.Module) -> Iterator[str]:
    for each in ast.walk(tree):
        if isinstance(each, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in each.names)
        elif isinstance(each, ast.ImportFrom) and each.module and not each.level:
            yield each.module.partition(".")[0]


def called() -> Iterator[tuple[str, ast.Call, Path]]:
    """Yield each call by its dotted name."""
    for path, tree in modules().items():
        for each in ast.walk(tree):
            if isinstance(each, ast.Call):
                yield ast.unparse(each.func), each, path


def told(found: Iterator[tuple[ast.AST, Path]]) -> list[str]:
    return [f"{path.relative_to(SOURCE)}:{getattr(each, 'lineno', 0)}" for each, path in found]


@pytest.mark.parametrize("what", NOT_SPOKEN)
def test_what_is_not_spoken_is_not_imported(what: str) -> None:
    used = {name for tree in modules().values() for name in imported(tree)}
    assert {"asyncpg", "click"} <= used
    assert used & NOT_SPOKEN[what] == set()


def test_no_shell_is_asked() -> None:
    shells = {"os.system", "os.popen", "asyncio.create_subprocess_shell", "subprocess.getoutput"}
    found = (
        (call, path)
        for name, call, path in called()
        if name in shells or any(word.arg == "shell" for word in call.keywords)
    )
    assert told(found) == []


def test_nothing_is_evaluated() -> None:
    evaluators = {"eval", "exec", "compile", "__import__"}
    found = ((call, path) for name, call, path in called() if name in evaluators)
    assert told(found) == []
    from_text = ((call, path) for name, call, path in called() if name.endswith(".from_string"))
    assert told(from_text) == []


def test_nothing_unsafe_is_deserialised() -> None:
    """YAML by a safe loader; pickles between the processes of one import, over their own pipe."""
    unsafe = {"marshal.loads", "yaml.unsafe_load", "yaml.full_load", "shelve.open", "dill.loads"}
    assert told((call, path) for name, call, path in called() if name in unsafe) == []
    pickles = {path.relative_to(SOURCE) for name, _, path in called() if name == "pickle.loads"}
    assert pickles == {Path("capture/workers.py")}
    loaders = [call for name, call, _ in called() if name == "yaml.load"]
    assert loaders
    classes = {ast.unparse(word.value) for call in loaders for word in call.keywords}
    assert all("afe" in _ancestry(name) for name in classes), classes


def _ancestry(name: str) -> str:
    """Return a class with what it is made of, as the modules say."""
    text = "\n".join(path.read_text("utf-8") for path in modules() if "yaml" in path.read_text())
    bases = re.findall(rf"class {name}\(([^)]*)\)|^{name}[^=\n]*= (.*)$", text, re.MULTILINE)
    return name + str(bases)


def test_no_weak_primitive_is_used() -> None:
    weak = {"md5", "sha1", "MD5", "SHA1", "ARC4", "TripleDES", "Blowfish", "ECB", "PKCS1v15"}
    found = (
        (each, path)
        for path, tree in modules().items()
        for each in ast.walk(tree)
        if isinstance(each, ast.Attribute) and each.attr in weak
    )
    assert told(found) == []


def test_no_route_is_a_socket() -> None:
    assert [path for path in modules() if "websocket" in path.read_text("utf-8").lower()] == []


def test_pages_hear_no_messages_and_keep_nothing() -> None:
    """Scripts of ours; of the library the settings are looked at that switch its storage off."""
    assert SCRIPTS
    for script in SCRIPTS:
        text = script.read_text("utf-8")
        for word in (
            "postMessage",
            '"message"',
            "localStorage",
            "sessionStorage",
            "indexedDB",
            "innerHTML",
            "__proto__",
            "document.write",
            "eval(",
        ):
            assert word not in text, (script.name, word)
    layout = (SOURCE / "console" / "templates" / "layout.html").read_text("utf-8")
    assert '"history": false' in layout


async def test_the_authorization_server_gives_client_credentials_alone(service: Service) -> None:
    answer = await service.client.get("/.well-known/oauth-authorization-server")
    assert answer.json()["grant_types_supported"] == ["client_credentials"]
    assert answer.json().keys().isdisjoint({"authorization_endpoint", "registration_endpoint"})
