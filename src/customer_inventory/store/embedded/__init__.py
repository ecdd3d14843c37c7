"""The embedded PostgreSQL server: made, started, shared between processes and stopped.

`place` says where its files lie and `account` who owns them, `binaries` where its programs
are, `cluster` makes the data directory, `adoption` puts another in its place, `configuration`
sizes it to the `machine`, `process` starts and stops the server, `probe` asks it how it is,
`locks` keep processes apart.
"""

import sys

if sys.platform == "win32":
    from customer_inventory.store.embedded.unsupported import EmbeddedServer
else:
    from customer_inventory.store.embedded.filling import Filling
    from customer_inventory.store.embedded.server import Attachment, EmbeddedServer, Status

    __all__ = ["Attachment", "EmbeddedServer", "Filling", "Status"]
