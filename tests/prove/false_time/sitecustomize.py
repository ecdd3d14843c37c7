"""Lets Python sleep while libfaketime tells the time: that refuses sleeps until an instant.

On the path of services on the stage alone (`tests/prove/stage.py`), where Python reads it first.
"""

import select
import time


def _sleep(seconds: float) -> None:
    select.select([], [], [], seconds)


time.sleep = _sleep
