"""Lines that are drawn once and filled in: as safe as the template that draws them."""

from __future__ import annotations

import pytest
from markupsafe import Markup

from kinfold.entrypoints.web.client_lines import ROW
from kinfold.entrypoints.web.drawing import filled, remembered

LINE = {
    "id": "1",
    "first_name": "Anna",
    "last_name": "Weber",
    "tint": "a1",
    "initials": "AW",
    "therapist": "Theo",
    "tags": Markup("<i>EMDR</i>"),
    "external_id": "",
    "updated": "Nov 2",
}
COLUMNS = ("name", "therapist", "tags", "external_id", "updated")


@pytest.mark.parametrize(
    "hostile",
    ["<script>alert(1)</script>", 'O\'Brien & "Sons"', "100% %s %(id)s", "\ue0f0id\ue0f1", "{{ 7*7 }}"],
)
def test_whatever_a_client_is_called_stays_text(hostile: str) -> None:
    drawn = filled(ROW, "client_row", [{**LINE, "first_name": hostile}], columns=COLUMNS, may_edit=True)
    assert f"{Markup.escape(hostile)} <b>Weber</b>" in drawn
    assert f'aria-label="Edit {Markup.escape(hostile)} Weber"' in drawn
    assert "<i>EMDR</i>" in drawn


def test_each_line_holds_its_own_values_and_nothing_of_the_one_before() -> None:
    drawn = filled(
        ROW,
        "client_row",
        [LINE, {**LINE, "id": "2", "first_name": "Ben"}],
        columns=COLUMNS[:2],
        may_edit=False,
    )
    first, second = drawn.split("</tbody>")[:2]
    assert "Anna" in first
    assert "/clients/1/" in first
    assert "Ben" not in first
    assert "Ben" in second
    assert "/clients/2/" in second
    assert "Anna" not in second
    assert "EMDR" not in drawn
    assert "Edit" not in drawn


def test_parts_are_remembered_for_equal_values_only() -> None:
    def tabs(label: str, count: int | None, current: bool) -> str:
        shown = [{"label": label, "href": "/", "count": count, "current": current}]
        return remembered("components/page.html", "tabs", shown, "People")

    assert tabs("Clients", 1, True) == tabs("Clients", 1, True)
    assert len({tabs("Clients", 1, True), tabs("Clients", 1, False), tabs("Clients", None, False)}) == 3
    # Equal and not alike: a text that looks like markup, and markup.
    assert "&lt;b&gt;" in tabs("<b>", None, False)
    assert "<b>" in tabs(Markup("<b>"), None, False)
    assert "&lt;b&gt;" in tabs("<b>", None, False)


def test_what_differs_each_time_is_placed_each_time_and_escaped() -> None:
    def side(token: str, here: str) -> str:
        fresh = {"csrf_token": token, "here": here}
        return remembered("components/side.html", "side", [], [], "", "Alder", "Olu", "", True, fresh=fresh)

    first, second = side("one", "/?a=1&b=%s"), side("two", '/"><script>')
    assert first.count('value="one"') == 2
    assert 'value="/?a=1&amp;b=%s"' in first
    assert second.count('value="two"') == 2
    assert "<script>" not in second
