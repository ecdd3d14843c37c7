"""A browser of the tests, without a screen: cookies, forms, where they come from."""

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import httpx


@dataclass
class Browser:
    """Keeps secure cookies, though this is plain http, and says where forms come from."""

    base: str
    http: httpx.AsyncClient
    cookies: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return self._kept(await self.http.get(path, headers={**self._cookie(), **headers}))

    async def send(self, path: str, form: Any, **headers: str) -> httpx.Response:
        told = {"Origin": self.base, **self._cookie(), **headers}
        return self._kept(await self.http.post(path, data=form, headers=told))

    async def form(self, path: str, **form: str) -> httpx.Response:
        """Send a form of the page of one's account, with its token."""
        page = await self.get("/account")
        return await self.send(path, {"form_token": hidden(page, "form_token"), **form})

    def _cookie(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}

    def _kept(self, answer: httpx.Response) -> httpx.Response:
        for line in answer.headers.get_list("set-cookie"):
            pair, _, rest = line.partition(";")
            name, _, value = pair.partition("=")
            assert name.startswith("__Host-")
            for word in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"):
                assert word in rest
            assert "Domain" not in rest
            if value.strip('"'):
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        return answer


def hidden(page: httpx.Response, name: str) -> str:
    """Return what a page holds in a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found is not None, page.text
    return unescape(found[1])
