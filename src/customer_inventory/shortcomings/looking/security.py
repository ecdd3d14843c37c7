"""Security: who may do more than should be."""

from customer_inventory.shortcomings.check import Check
from customer_inventory.store.sql import beside

SQL = beside(__name__)

CHECKS = (
    Check(
        "SEC01", "A role may do everything", SQL.strong_roles, "role", 1, 2,
        risk="Whoever has its password reads and changes everything, past guard and ledger.",
        remedy="Take SUPERUSER and BYPASSRLS from it, or its LOGIN.",
    ),
    Check(
        "SEC02", "Everybody may make something in a schema", SQL.open_schemas, "schema", 1, None,
        risk="A function of a stranger may be called in place of ours.",
        remedy="REVOKE CREATE ON SCHEMA … FROM PUBLIC.",
    ),
    Check(
        "SEC03", "A function acts as its owner, wherever names lead",
        SQL.unpinned_functions, "function", 1, None,
        risk="A caller can have it call something else, as its owner.",
        remedy="ALTER FUNCTION … SET search_path.",
    ),
    Check(
        "SEC04", "Everybody may read a table", SQL.readable_tables, "table", 1, None,
        risk="Customers' data is read past the guard and the ledger.",
        remedy="REVOKE ALL ON … FROM PUBLIC; give reporting roles views instead.",
    ),
    Check(
        "SEC05", "A table has no row-level security", SQL.open_walls, "table", 1, None,
        risk="Whatever is granted by mistake shows all rows.",
        remedy="cinv db migrate raises the wall again.",
    ),
)  # fmt: skip
