"""Screens of an inventory in which nothing is yet: each opens, and says so."""

from tests.conftest import Service
from tests.console.test_screens import PAGES, permitted
from tests.console.world import ROLES, World, staffed


async def test_every_screen_opens_where_nothing_is(service: Service) -> None:
    await staffed(service)
    world = World(service, customer="")
    found = {}
    for role in ROLES:
        async with world.browser(role) as browser:
            for screen in PAGES:
                if "{" not in screen.path and permitted(role, screen.operation, screen.record_type):
                    answer = await browser.get(screen.path)
                    found[role.process, screen.path] = answer.status_code
    assert found
    assert {at: status for at, status in found.items() if status != 200} == {}
