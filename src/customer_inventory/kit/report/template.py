"""Templates of reports: each in its own room, on the one layout and style that all share."""

from functools import cache

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    Template,
)

from customer_inventory.kit.report.model import number, percent


@cache
def template(package: str, name: str) -> Template:
    """Return the template `name` that lies in a package.

    It extends `report/page.html.jinja`, with the blocks `title` and `body`. Filters: `number`,
    a number as people read it; `percent`, a share of 1 as one.
    """
    own: BaseLoader = PackageLoader(package, "")
    shared = PrefixLoader({"report": PackageLoader("customer_inventory.kit.report", "")})
    environment = Environment(
        loader=ChoiceLoader([shared, own]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = number
    environment.filters["percent"] = percent
    return environment.get_template(name)
