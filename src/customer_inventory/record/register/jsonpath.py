"""Conditions on documents as JSON paths of PostgreSQL, so that the database evaluates them."""

import msgspec

from customer_inventory.record.register.condition import Compared, Condition, Joined, Not


def holds(condition: Condition) -> str:
    """Return the condition of a JSON path that holds for a document for which `condition` does."""
    match condition:
        case Joined(how, parts):
            sign = " && " if how == "all" else " || "
            return f"({sign.join(holds(part) for part in parts)})"
        case Not(part):
            return f"(!({holds(part)}))"
        case Compared(path, sign, operand):
            place = f"${steps_of(path)}"
            if sign == "exists":
                return f"exists({place})" if operand else f"(!exists({place}))"
            tests = {
                "is": lambda: f"@ == {literal(operand)}",
                "in": lambda: " || ".join(f"@ == {literal(each)}" for each in operand),
                "atLeast": lambda: f"@ >= {literal(operand)}",
                "atMost": lambda: f"@ <= {literal(operand)}",
            }
            return f"exists({place} ? ({tests[sign]()}))"


def steps_of(path: str) -> str:
    """Return the steps of a JSON path for a dotted path, lists walked through."""
    return "".join(f".{literal(name)}[*]" for name in path.split("."))


def literal(value: str | float | bool) -> str:
    """Return a word, number or truth value as a JSON path has it."""
    return msgspec.json.encode(value).decode()
