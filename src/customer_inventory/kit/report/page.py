"""A report as one page of HTML: whole in itself, for screens light and dark, and for paper."""

from markupsafe import Markup

from customer_inventory.kit.report.chart import bars, columns
from customer_inventory.kit.report.model import UNKNOWN, Report, Section, shown
from customer_inventory.kit.report.template import template


def page(report: Report) -> bytes:
    """Return the page: no script, nothing from elsewhere, a table under each chart."""
    made = template(__package__, "report.html.jinja").render(
        report=report,
        parts=[section for section in report.sections if section.level == 1],
        shown=shown,
        unknown=UNKNOWN,
        drawn=drawn,
    )
    return made.encode()


def drawn(section: Section) -> Markup:
    """Return the chart of a section, each bar with its figure."""
    chart = section.chart
    assert chart is not None  # noqa: S101 - the template asks before
    if chart.draw == "columns":
        return columns(section.drawn, chart.said)
    column = section.tables[0].columns[chart.column]
    return bars(section.drawn, chart.said, lambda value: shown(value, column))
