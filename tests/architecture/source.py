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


def loaded_by(*starts: str) -> set[str]:
    """The modules that importing some modules loads, by their paths: what they import, and what that imports."""
    known = trees()
    found: set[str] = set()
    waiting = [_path(start, known) for start in starts]
    while waiting:
        path = waiting.pop()
        if path in found or not path:
            continue
        found.add(path)
        package = path.removesuffix("/__init__.py").removesuffix(".py").split("/")
        if not path.endswith("/__init__.py"):
            package.pop()
        for node in ast.walk(known[path]):
            if isinstance(node, ast.ImportFrom):
                above = package[: len(package) - node.level + 1] if node.level else []
                module = ".".join([*above, *([node.module] if node.module else [])])
                waiting += [
                    _path(name, known) for name in (module, *(f"{module}.{a.name}" for a in node.names))
                ]
    return found


def _path(module: str, known: dict[str, ast.Module]) -> str:
    """The path of a module, "" for one that is not ours."""
    stem = module.replace(".", "/")
    return next((path for path in (f"{stem}.py", f"{stem}/__init__.py") if path in known), "")
