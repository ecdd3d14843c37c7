"""The service works as little as it can: its role in the database, the address it listens on."""

import asyncpg

from customer_inventory.kit.settings import Settings
from customer_inventory.store.database import Database
from customer_inventory.store.embedded import EmbeddedServer
from tests import distributed


@distributed.one_server("Tests have a cluster as its superuser.")
async def test_the_service_works_as_a_role_that_may_little(
    server: EmbeddedServer, database: Database
) -> None:
    """It owns its database, and is nothing in the server beside that."""
    row = await database.row(
        "SELECT rolname, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls"
        " FROM pg_roles WHERE rolname = current_user"
    )
    assert row is not None
    assert tuple(row) == ("cinv", False, False, False, False, False)
    reach = await database.row(
        "SELECT pg_has_role('pg_read_server_files', 'MEMBER') AS reads,"
        " pg_has_role('pg_write_server_files', 'MEMBER') AS writes,"
        " pg_has_role('pg_execute_server_program', 'MEMBER') AS runs"
    )
    assert reach is not None
    assert tuple(reach) == (False, False, False)


async def test_everybody_may_nothing_in_our_schemas(database: Database) -> None:
    """PUBLIC is granted no table of ours, and to make none."""
    granted = await database.fetch(
        "SELECT table_schema, table_name, privilege_type FROM information_schema.table_privileges"
        " WHERE grantee = 'PUBLIC' AND table_schema NOT IN ('pg_catalog', 'information_schema')"
        # What an extension brings is its own.
        " AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.deptype = 'e'"
        " AND d.objid = format('%I.%I', table_schema, table_name)::regclass)"
    )
    assert [tuple(row) for row in granted] == []
    makers = await database.fetch(
        "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_'"
        " AND has_schema_privilege('public', oid, 'CREATE')"
    )
    assert [row["nspname"] for row in makers] == []


async def test_the_socket_is_the_only_way_in(server: EmbeddedServer) -> None:
    connection = await asyncpg.connect(server.superuser_dsn)
    try:
        assert await connection.fetchval("SHOW listen_addresses") == ""
        assert await connection.fetchval("SHOW unix_socket_permissions") in ("0700", "0770")
    finally:
        await connection.close()


def test_it_listens_on_this_machine_alone() -> None:
    assert Settings.from_environment({}).host == "127.0.0.1"
