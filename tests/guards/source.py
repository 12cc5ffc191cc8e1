"""Our own source as syntax trees, for the guards that look at it."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.database import ROOT

APP = ROOT / "app"


@cache
def modules() -> dict[str, ast.Module]:
    """Each module of the service by its path under the checkout, such as `app/store/session.py`."""
    return {
        str(file.relative_to(ROOT)): ast.parse(file.read_text(encoding="utf-8")) for file in sorted(APP.rglob("*.py"))
    }


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Each call with the last part of the name that is called: `commit` for `connection.commit()`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            yield node.func.id if isinstance(node.func, ast.Name) else node.func.attr, node


def texts(tree: ast.AST) -> Iterator[ast.Constant]:
    """Each text of the code itself: docstrings left out, and so are texts that stand alone to tell about a value."""
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node


def folders(parent: Path) -> list[Path]:
    """The packages directly below a folder."""
    return sorted(folder for folder in parent.iterdir() if (folder / "__init__.py").exists())
