"""Law: the language imports nothing of Echo, nothing that does I/O, and pyld only where it is asked for."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import activitypub

ROOT = Path(activitypub.__file__).parent
ALLOWED = {"activitypub", "cryptography", "msgspec", "http_sf", "idna", "rfc8785"}
#: What canonicalises JSON-LD, and what is made of that.
LINKED = ("loader.py", "graph.py")
IO = {
    "asyncio",
    "socket",
    "ssl",
    "http",
    "subprocess",
    "threading",
    "sqlite3",
    "os",
    "pathlib",
    "logging",
    "time",
}


def imported(path: Path) -> set[str]:
    roots: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            roots |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            roots.add((node.module or "").partition(".")[0])
    return roots


def test_only_what_is_pure_is_imported() -> None:
    for path in ROOT.rglob("*.py"):
        foreign = {name for name in imported(path) if name not in sys.stdlib_module_names} - ALLOWED
        assert foreign == ({"pyld"} if path.name == "loader.py" else set()), path
        assert not imported(path) & IO, path


def test_pyld_is_loaded_only_by_its_own_module() -> None:
    modules = sorted(
        ".".join(("activitypub", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")
        for path in ROOT.rglob("*.py")
        if path.name not in LINKED
    )
    code = f"import sys, {', '.join(modules)}; sys.exit('pyld' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT.parent, check=False).returncode == 0


def test_files_and_functions_stay_small() -> None:
    for path in ROOT.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") < 300, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                assert (node.end_lineno or 0) - node.lineno < 60, (path, node.name)
