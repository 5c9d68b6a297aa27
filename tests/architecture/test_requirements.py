"""docs/requirements.md holds all 144 numbers, and what it calls done is proved by a test that says so."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| ([A-Z]\d+) \| (.+) \| (.+) \|$", re.MULTILINE)
ALL = (
    [f"H{number:02}" for number in range(1, 32)]
    + [f"O{number:02}" for number in range(1, 41)]
    + [f"U{number:02}" for number in range(1, 74)]
)


def rows() -> list[tuple[str, str, str]]:
    """Number, text and state of each row of the document."""
    return ROW.findall((ROOT / "docs" / "requirements.md").read_text(encoding="utf-8"))


def named_by_tests() -> dict[str, list[str]]:
    """Each requirement number that a test carries as a mark, with the tests that carry it."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for number in filter(None, map(number_marked, node.decorator_list)):
                    found.setdefault(number, []).append(f"{path.relative_to(ROOT)}::{node.name}")
    return found


def number_marked(decorator: ast.expr) -> str | None:
    """The number in @pytest.mark.requirement("O04"); anything but one literal string there is an error."""
    if not isinstance(decorator, ast.Call) or ast.unparse(decorator.func) != "pytest.mark.requirement":
        return None
    (argument,) = decorator.args
    return str(ast.literal_eval(argument))


def test_every_requirement_stands_in_the_document_once() -> None:
    assert len(ALL) == 144
    numbers = Counter(number for number, _, _ in rows())
    assert [number for number, times in numbers.items() if times > 1] == []
    assert sorted(numbers) == sorted(ALL)


def test_every_requirement_is_done_or_not_yet() -> None:
    assert {state for _, _, state in rows()} <= {"done", "not yet"}


def test_every_requirement_that_is_done_is_named_by_a_test() -> None:
    named = named_by_tests()
    assert [number for number, _, state in rows() if state == "done" and number not in named] == []


def test_no_test_names_a_requirement_that_does_not_exist() -> None:
    unknown = {number: tests for number, tests in named_by_tests().items() if number not in ALL}
    assert unknown == {}
