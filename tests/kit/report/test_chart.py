"""Charts: to scale, and safe whatever they are of."""

import re

from customer_inventory.kit.report.chart import bars, columns, lines, waterfall


def test_charts_escape_what_they_are_given() -> None:
    assert "<b>" not in bars([("<b>", 1)], "<b>", lambda _: "<b>")


def test_bars_are_to_scale_with_their_figures() -> None:
    values = [("a", 4), ("b", 1), ("c", -2)]
    plain = re.findall(r'width="([0-9.]+)" height="14"', bars(values, "x"))
    assert [float(length) for length in plain] == [440, 110, 0]
    told = bars(values, "x", lambda value: f"{value} EUR")
    lengths = re.findall(r'width="([0-9.]+)" height="14"', told)
    assert [float(length) for length in lengths] == [330, 82.5, 0]
    assert ">-2 EUR<" in told


def test_columns_are_there_for_each_day_and_for_none() -> None:
    assert columns([], "none").startswith("<svg")
    assert columns([("1 March", 0), ("2 March", 5)], "days").count("<rect") == 2


def test_lines_stop_where_nothing_is_known_and_stand_on_a_grid() -> None:
    drawn = lines(["May", "June", "July", "August"], [("<a>", [1, 3.5, None, 2])], "scores")
    assert drawn.count("<polyline") == 1
    assert drawn.count("<circle") == 3
    assert "&lt;a&gt;, June: 3.5" in drawn
    for label in (">0<", ">1<", ">2<", ">3<", ">4<", ">May<", ">August<"):
        assert label in drawn
    assert lines([], [], "nothing").count("<path") == 5


def test_a_share_has_a_grid_of_its_own_size() -> None:
    drawn = lines(["a", "b"], [("share", [0.25, 0.97])], "shares")
    assert ">0.25<" in drawn
    assert ">1<" in drawn


def test_a_waterfall_leads_from_step_to_step() -> None:
    drawn = waterfall(0.0, [("prior", -4.0), ("<name>", 6.0), ("birth", -1.0)], "why")
    found = re.findall(
        r'x="([0-9.]+)" y="[0-9]+" width="([0-9.]+)" height="14" class="([^"]+)"', drawn
    )
    assert [each for *_, each in found] == ["bar s1", "bar", "bar s1"]
    ends = [(float(left), float(left) + float(width)) for left, width, _ in found]
    # From -4 to 2 the room is 330 wide, 55 a bit; each begins where the one before has ended.
    assert ends == [(200, 420), (200, 530), (475, 530)]
    assert "<name>" not in drawn
    assert ">+6.0<" in drawn
