import re
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest

from plugproof_contracts.facts.diagrams import DETOURS, arrows, mermaid, svg, text
from plugproof_contracts.facts.level import Level
from plugproof_contracts.facts.session import Status
from plugproof_contracts.facts.session_lifecycle import LIFECYCLE, TERMINAL

ROWS = {tuple(move) for move in LIFECYCLE}
SVG = "{http://www.w3.org/2000/svg}"
TEXT_LEVELS = {"==": "documented", "--": "inferred", "..": "assumed"}
LINK_LEVELS = {"==>": "documented", "-->": "inferred", "-.->": "assumed"}


def groups(drawing, kind):
    """The groups of one class that stand for something, so not the legend's."""
    found = ElementTree.fromstring(drawing).iter(f"{SVG}g")
    return [group for group in found if kind in group.get("class").split() and len(group.attrib) > 1]


def numbers(element, *names):
    return [float(element.get(name)) for name in names]


def boxes(drawing=None):
    """(left, top, right, bottom) of every status."""
    for group in groups(drawing or svg(), "status"):
        x, y, width, height = numbers(group.find(f"{SVG}rect"), "x", "y", "width", "height")
        yield group.get("data-status"), (x, y, x + width, y + height)


def labels():
    """(left, top, right, bottom) of every arrow's label, at a generous 8 px for each letter."""
    for group in groups(svg(), "move"):
        label = group.find(f"{SVG}text")
        (x, y), half = numbers(label, "x", "y"), 4 * len(label.text)
        yield f"{group.get('data-source')}-{group.get('data-target')}", (x - half, y - 8, x + half, y + 8)


def overlap(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def points_along(group, step=200):
    corners = [tuple(map(float, pair.split(","))) for pair in group.find(f"{SVG}polyline").get("points").split()]
    for (x1, y1), (x2, y2) in pairwise(corners):
        for share in range(1, step):
            yield x1 + (x2 - x1) * share / step, y1 + (y2 - y1) * share / step


# --- what is drawn ------------------------------------------------------------------------------


def test_the_text_holds_exactly_the_rows_of_the_lifecycle():
    drawn, source = set(), None
    for line in text().splitlines()[:-1]:
        if move := re.fullmatch(r"  (==|--|\.\.) (\w+) [=.-]+> (\w+)", line):
            drawn.add((source, move[2], move[3], TEXT_LEVELS[move[1]]))
        else:
            source = line.strip("()")
    assert drawn == ROWS


def test_the_flowchart_holds_exactly_the_rows_of_the_lifecycle():
    first, legend, *lines = mermaid().splitlines()
    links = [re.fullmatch(r"    (\w+) (==>|-->|-\.->)\|([\w, ]+)\| (\w+)", line) for line in lines[len(Status) :]]
    drawn = {(link[1], cause, link[4], LINK_LEVELS[link[2]]) for link in links for cause in link[3].split(", ")}
    assert (first, legend.strip()[:2]) == ("flowchart TD", "%%")
    assert drawn == ROWS


def test_the_svg_holds_exactly_the_rows_of_the_lifecycle():
    drawn = {
        (group.get("data-source"), cause, group.get("data-target"), group.get("class").split()[1])
        for group in groups(svg(), "move")
        for cause in group.find(f"{SVG}text").text.split(", ")
    }
    assert drawn == ROWS


def test_every_drawing_sets_the_terminal_statuses_apart():
    assert {line[1:-1] for line in text().splitlines() if line.startswith("(")} == TERMINAL
    assert set(re.findall(r"^    (\w+)\(\[\1\]\)$", mermaid(), re.MULTILINE)) == TERMINAL
    assert {group.get("data-status") for group in groups(svg(), "terminal")} == TERMINAL
    assert [group.get("data-status") for group in groups(svg(), "status")] == list(Status)


def test_every_drawing_explains_its_levels():
    assert text().endswith("==> documented, --> inferred, ..> assumed, (terminal)\n")
    assert "%% ==> documented, --> inferred, -.-> assumed, ([terminal])" in mermaid()
    legend = [group for group in ElementTree.fromstring(svg()).iter(f"{SVG}g") if group.get("class") == "legend"]
    assert [group.find(f"{SVG}text").text for group in legend] == list(Level)
    assert [group.find(f"{SVG}g").get("class") for group in legend] == [f"move {level}" for level in Level]


@pytest.mark.parametrize("seen", [(), {Status.CHARGING}, ("created", "captured"), tuple(Status)])
def test_exactly_the_seen_statuses_stand_out(seen):
    assert {group.get("data-status") for group in groups(svg(seen), "seen")} == set(seen)
    assert (">seen<" in svg(seen)) is bool(seen)


def test_a_diagram_does_not_depend_on_the_order_of_statuses():
    """The same statuses give the same bytes, in whatever order they are seen."""
    assert svg(tuple(Status)) == svg(frozenset(Status)) == svg(tuple(Status)[::-1])
    assert svg() == svg([])


def test_the_svg_loads_nothing():
    assert set(re.findall(r"url\(([^)]*)\)", svg())) == {f"#lifecycle-head-{level}" for level in Level}
    assert re.findall(r"href|script|@import|http(?!://www\.w3\.org/2000/svg)", svg()) == []


# --- how it is laid out -------------------------------------------------------------------------


def test_no_two_boxes_or_labels_cover_each_other():
    covering = [(one, other) for (one, a), (other, b) in combinations([*boxes(), *labels()], 2) if overlap(a, b)]
    assert covering == []


def test_no_arrow_runs_through_a_status():
    through = {
        (group.get("data-source"), group.get("data-target"), status)
        for group in groups(svg(), "move")
        for status, (left, top, right, bottom) in boxes()
        for x, y in points_along(group)
        if left < x < right and top < y < bottom
    }
    assert through == set()


def test_everything_lies_inside_the_frame():
    width, height = numbers(ElementTree.fromstring(svg()), "width", "height")
    inside = [
        0 <= left and 0 <= top and right <= width and bottom <= height for _, (left, top, right, bottom) in boxes()
    ]
    assert inside == [True] * len(Status)


def test_every_detour_is_taken():
    assert {(arrow.source, arrow.target, arrow.level) for arrow in arrows()} >= set(DETOURS)
