"""Files of others that the console serves, brought into the package when it is built.

`assets.lock.json` pins each package of npm by version and SHA-512, and names the files that are
wanted of it. They go to `console/static/vendor/`, which is not under version control. What is there
and right is not fetched again: an sdist carries the files, and a wheel is built from it without a
network.

    python hatch_build.py            fetch what is missing
    CINV_REQUIRE_ASSETS=1            fail where it cannot be fetched (else the console does without)
"""

import base64
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent
VENDOR = ROOT / "src/customer_inventory/console/static/vendor"

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run by hand, where nothing is built
    BuildHookInterface = object  # type: ignore[assignment,misc]


class Hook(BuildHookInterface):  # type: ignore[type-arg]
    """What hatchling runs before it puts a wheel or an sdist together."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Bring the files of the lock."""
        bring()


def bring() -> bool:
    """Bring the files that the lock names; tell whether they are all there.

    Raises SystemExit when a package is not the one that is pinned, and, where CINV_REQUIRE_ASSETS
    is set, when one cannot be fetched.
    """
    for name, pinned in json.loads((ROOT / "assets.lock.json").read_text("utf-8")).items():
        if is_there(pinned["files"]):
            continue
        try:
            content = _fetched(f"{name}@{pinned['version']}")
        except (OSError, subprocess.SubprocessError) as error:
            if os.environ.get("CINV_REQUIRE_ASSETS"):
                raise SystemExit(f"{name} cannot be fetched with npm: {error}") from None
            print(f"no npm for {name}: the console works without it", file=sys.stderr)  # noqa: T201
            return False
        if (digest := sha512(content)) != pinned["sha512"]:
            raise SystemExit(f"{name}: its SHA-512 is {digest}, not the one that is pinned")
        _unpack(content, pinned["files"])
    return True


def is_there(files: dict[str, dict[str, str]]) -> bool:
    """Tell whether the wanted files of a package are there, as they are pinned."""
    return all(
        (VENDOR / wanted["name"]).is_file()
        and sha512((VENDOR / wanted["name"]).read_bytes()) == wanted["sha512"]
        for wanted in files.values()
    )


def _fetched(package: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        asked = ["npm", "pack", package, "--pack-destination", folder, "--silent"]
        subprocess.run(asked, check=True, capture_output=True, timeout=120)  # noqa: S603 - pinned names
        return next(Path(folder).glob("*.tgz")).read_bytes()


def _unpack(content: bytes, files: dict[str, dict[str, str]]) -> None:
    VENDOR.mkdir(parents=True, exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for source, wanted in files.items():
            member = archive.extractfile(source)
            assert member is not None  # noqa: S101 - the lock names files
            text = member.read()
            if sha512(text) != wanted["sha512"]:
                raise SystemExit(f"{source} is not the one that is pinned")
            (VENDOR / wanted["name"]).write_bytes(text)


def sha512(content: bytes) -> str:
    """Return a SHA-512 as lock files write it."""
    return base64.b64encode(hashlib.sha512(content).digest()).decode()


if __name__ == "__main__":
    bring()
