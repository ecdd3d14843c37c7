"""The guard of callbacks: what leads inside is refused, however it is written."""

import pytest

from customer_inventory.kit.errors import Invalid
from customer_inventory.record.event.callback import Allowed, CallbackRefused, check_callback

PUBLIC = "93.184.216.34"


def known(*addresses: str):
    async def resolving(host: str, port: int) -> list[str]:
        return list(addresses)

    return resolving


INSIDE = [
    "0.0.0.0", "10.1.2.3", "100.64.1.1", "127.0.0.1", "127.9.9.9", "169.254.169.254",
    "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.168.1.1", "198.18.0.1",
    "198.51.100.7", "203.0.113.9", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b:1::a00:1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1",
    "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
async def test_an_inner_address_is_refused(address: str) -> None:
    with pytest.raises(CallbackRefused):
        await check_callback("http://x.example/", Allowed(), resolving=known(address))


@pytest.mark.parametrize("address", [PUBLIC, "2606:2800:220:1::1", "8.8.8.8"])
async def test_a_public_address_is_the_one_that_is_called(address: str) -> None:
    target = await check_callback("https://x.example/a?b=c", Allowed(), resolving=known(address))
    assert (target.host, target.port, target.address) == ("x.example", 443, address)


async def test_one_inner_address_refuses_all() -> None:
    with pytest.raises(CallbackRefused):
        await check_callback("http://x.example/", Allowed(), resolving=known(PUBLIC, "10.0.0.1"))


@pytest.mark.parametrize(
    "callback",
    [
        "http://127.0.0.1/", "http://localhost/", "http://[::1]:80/", "http://2130706433/",
        "http://0x7f.1/", "http://0177.0.0.1/", "http://127.1/", "http://0/",
        "http://[::ffff:127.0.0.1]/", "http://localhost./",
    ],
)  # fmt: skip
async def test_spellings_of_this_machine_are_refused(callback: str) -> None:
    with pytest.raises(CallbackRefused):
        await check_callback(callback, Allowed())


@pytest.mark.parametrize(
    "callback",
    [
        "", "x", "ftp://x.example/", "file:///etc/passwd", "http://", "http:///x", "//x.example/",
        "http://u@x.example/", "http://u:p@x.example/", "http://x.example/#f", "http://x.example:99999/",
        "http://x.example/\r\nHost: y", "http://x\\@y.example/", "http://bücher.example/",
        "http://x.example/" + "a" * 2000, "http://[::1/", "gopher://x.example/",
    ],
)  # fmt: skip
async def test_what_is_no_web_address_is_refused(callback: str) -> None:
    with pytest.raises(CallbackRefused):
        await check_callback(callback, Allowed(), resolving=known(PUBLIC))


async def test_an_unknown_host_is_refused() -> None:
    with pytest.raises(CallbackRefused, match="not known"):
        await check_callback("http://x.example/", Allowed(), resolving=known())


async def test_what_is_allowed_by_configuration_may_be_told() -> None:
    allowed = Allowed.parse("10.1.0.0/16, listener.internal,fd00::/8")
    for address in ("10.1.2.3", "fd00::1", "::ffff:10.1.0.1"):
        await check_callback("http://x.example/", allowed, resolving=known(address))
    await check_callback("http://Listener.internal/", allowed, resolving=known("192.168.0.1"))
    for address in ("10.2.0.1", "192.168.0.1"):
        with pytest.raises(CallbackRefused):
            await check_callback("http://x.example/", allowed, resolving=known(address))
    with pytest.raises(Invalid):
        Allowed.parse("10.0.0.1/8")


@pytest.mark.parametrize("port", [1, 22, 25, 53, 110, 143, 465, 587, 993, 1023])
async def test_the_port_of_another_service_is_refused(port: int) -> None:
    with pytest.raises(CallbackRefused, match="port"):
        await check_callback(f"http://x.example:{port}/", Allowed(), resolving=known(PUBLIC))


@pytest.mark.parametrize("port", [80, 443, 1024, 8443])
async def test_other_ports_are_called(port: int) -> None:
    target = await check_callback(f"http://x.example:{port}/", Allowed(), resolving=known(PUBLIC))
    assert target.port == port


async def test_an_allowed_host_has_any_port() -> None:
    allowed = Allowed.parse("10.0.0.0/8")
    target = await check_callback("http://x.example:25/", allowed, resolving=known("10.0.0.1"))
    assert (target.port, target.address) == (25, "10.0.0.1")
