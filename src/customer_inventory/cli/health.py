"""`cinv health` asks a service on this machine how it is, as probes of containers do."""

import http.client
import json
import sys
from typing import Any

import click

from customer_inventory.cli.failing import DONE, PROBLEMS
from customer_inventory.cli.output import output_option, show
from customer_inventory.kit.errors import Unavailable
from customer_inventory.kit.settings import Settings

_PROBES = ("startup", "live", "ready")
_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - anywhere is asked at home # nosec B104
_OK = 200


@click.command()
@click.argument("probe", type=click.Choice(_PROBES), default="ready")
@click.option(
    "--timeout", type=click.IntRange(1, 60), default=5, show_default=True, help="Seconds to wait."
)
@output_option
def health(probe: str, timeout: int, output: str) -> None:
    """Ask the service at CINV_HOST and CINV_PORT how it is.

    PROBE says what: `startup` whether it has begun, `live` whether it answers, `ready` whether it
    takes requests (the default).

    Exit code 0: it is so; 1: it is not; 3: nobody answers.

    \b
    Example:
      cinv health live
    """
    settings = Settings.from_environment()
    host = _ANY.get(settings.host, settings.host)
    status, told = _asked(host, settings.port, probe, timeout)
    row = {"what": probe, "state": told.get("status", status), **told}
    show([row], output, columns=("what", "state", "output"), empty="")
    sys.exit(DONE if status == _OK else PROBLEMS)


def _asked(host: str, port: int, probe: str, timeout: int) -> tuple[int, dict[str, Any]]:
    connection = http.client.HTTPConnection(host, port, timeout=timeout)
    try:
        connection.request("GET", f"/health/{probe}")
        answer = connection.getresponse()
        told = json.loads(answer.read() or b"{}")
    except (OSError, http.client.HTTPException, ValueError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise Unavailable(
            f"No service answers on {host} port {port}: {why}.",
            hint="Look at CINV_HOST and CINV_PORT, and at the service's log.",
        ) from error
    finally:
        connection.close()
    return answer.status, told if isinstance(told, dict) else {}
