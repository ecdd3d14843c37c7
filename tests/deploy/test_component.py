"""The component of the ODA Canvas says what is served, all of it and nothing else."""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from customer_inventory import __version__
from customer_inventory.api.route import ROOT
from customer_inventory.api.routes import ROUTES
from customer_inventory.tmf import openapi
from customer_inventory.tmf.api import Api
from customer_inventory.tmf.apis import APIS, tmf672_roles, tmf717_customer360
from customer_inventory.tmf.roles import Roles
from tests.deploy.product import DEPLOY

COMPONENT = yaml.safe_load((DEPLOY / "oda" / "component.yaml").read_text("utf-8"))
SPEC: dict[str, Any] = COMPONENT["spec"]
EVERY = (*APIS, tmf717_customer360.API, tmf672_roles.API)


def exposed() -> Iterator[dict[str, Any]]:
    for part in ("coreFunction", "securityFunction"):
        yield from SPEC[part]["exposedAPIs"]


def paths(key: str, listed: list[dict[str, Any]]) -> set[str]:
    """The paths of all specifications."""
    return {specification[key] for each in listed for specification in each["specification"]}


@pytest.fixture(scope="module")
def served() -> set[str]:
    """Every path of the TM Forum APIs that the service's own document tells of."""
    roles = Roles(None, "", 100)  # type: ignore[arg-type] - what is declared asks no database
    return set(openapi.document("", 100, roles)["paths"])


def test_what_it_exposes_is_served(served: set[str]) -> None:
    bases = {"/".join(path.split("/")[:4]) for path in served}
    assert paths("path", list(exposed())) == bases


@pytest.mark.parametrize("api", EVERY, ids=lambda api: api.number)
def test_an_api_has_its_number_and_versions(api: Api) -> None:
    base = api.base_of("v5")
    (one,) = [each for each in exposed() if base in paths("path", [each])]
    assert one.get("id") == (None if api.number == "CINV" else api.number)
    assert one["required"]
    for version, specification in zip(api.versions, one["specification"], strict=True):
        assert specification["path"] == api.base_of(version)
        assert specification["version"].startswith(f"{version}.")


def test_events_are_those_of_the_hubs(served: set[str]) -> None:
    hubs = {path for path in served if path.endswith("/hub")}
    assert paths("hub", SPEC["eventNotification"]["publishedEvents"]) == hubs


def test_figures_are_where_it_says() -> None:
    figures, administration = SPEC["managementFunction"]["exposedAPIs"]
    assert figures["apiType"] == "prometheus"
    assert figures["path"] in {f"{ROOT}{route.path}" for route in ROUTES}
    assert paths("path", [administration]) == {ROOT}


def test_everything_is_one_service_of_one_version() -> None:
    text = yaml.safe_dump(SPEC)
    assert {line.split(": ")[1] for line in text.splitlines() if "implementation:" in line} == {
        "customer-inventory"
    }
    assert {line.split(": ")[1] for line in text.splitlines() if " port:" in line} == {"8080"}
    assert SPEC["componentMetadata"]["version"] == __version__
    names = [each["name"] for each in (*exposed(), *SPEC["eventNotification"]["publishedEvents"])]
    assert len(set(names)) == len(names)
    assert all(name.isalnum() and name.islower() for name in names if not name[-3:].isdigit())
