"""One word for one thing: what people read says "email", everywhere."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import kinfold

ROOT = Path(kinfold.__file__).parent
HYPHENATED = re.compile(r"\be-mails?\b", re.IGNORECASE)


def _sentences(source: str) -> list[str]:
    """The strings of a module without its docstrings, which only programmers read."""
    tree = ast.parse(source)
    holders = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, holders) and node.body and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
    ]


def test_everything_people_read_says_email_without_a_hyphen() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {text}"
        for path in ROOT.rglob("*.py")
        for text in (
            # The API's page shows the docstrings of its operations.
            [path.read_text("utf-8")]
            if path.is_relative_to(ROOT / "entrypoints/rest")
            else _sentences(path.read_text("utf-8"))
        )
        if HYPHENATED.search(text)
    ]
    found += [
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*.html")
        if HYPHENATED.search(re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.DOTALL))
    ]
    assert found == []
