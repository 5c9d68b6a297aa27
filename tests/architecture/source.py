"""The source of Kinfold as the checks read it: its modules imported, and its syntax trees."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from functools import cache
from pathlib import Path

import kinfold.domain

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "kinfold"


@cache
def import_whole_domain() -> None:
    """Import every module of the domain, so that everything that registers itself has done so."""
    for module in pkgutil.walk_packages(kinfold.domain.__path__, "kinfold.domain."):
        if ".migrations." not in module.name:
            importlib.import_module(module.name)


@cache
def trees(folder: str = "") -> dict[str, ast.Module]:
    """The syntax tree of every module under a folder of the package, by its path there."""
    return {
        path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted((PACKAGE / folder).rglob("*.py"))
        if "migrations" not in path.parts
    }
