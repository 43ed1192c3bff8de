"""How the code is written: small, described, finished, and free of this machine."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.laws.tree import PACKAGES, ROOT, name_of, parsed, sources, tracked

FUNCTION_LINES, FILE_LINES, MEDIAN_LINES = 60, 300, 15
# file or file::function -> the page in docs/decisions that says why it may be longer
LONGER: dict[str, str] = {}
Function = ast.FunctionDef | ast.AsyncFunctionDef
# Names that say nothing about what is inside.
EMPTY_NAMES = {
    "utils",
    "util",
    "helpers",
    "helper",
    "manager",
    "service",
    "services",
    "base",
    "common",
    "misc",
}
ALLOWED_NAMES = {"echo/cli/common.py"}


def _functions(path: Path) -> list[Function]:
    return [node for node in ast.walk(parsed(path)) if isinstance(node, Function)]


def _length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


@pytest.mark.parametrize("package", PACKAGES)
def test_functions_and_files_are_short(package: str) -> None:
    for path in sources(package):
        lines = len(path.read_text(encoding="utf-8").splitlines())
        assert lines <= FILE_LINES or name_of(path) in LONGER, f"{name_of(path)} has {lines} lines"
        for function in _functions(path):
            name = f"{name_of(path)}::{function.name}"
            assert _length(function) <= FUNCTION_LINES or name in LONGER, f"{name}: {_length(function)} lines"
    assert all((ROOT / "docs/decisions" / page).is_file() for page in LONGER.values())


def test_most_functions_are_very_short() -> None:
    lengths = sorted(_length(function) for path in sources() for function in _functions(path))
    assert lengths[len(lengths) // 2] < MEDIAN_LINES


def test_every_module_says_what_it_is() -> None:
    for path in sources():
        assert ast.get_docstring(parsed(path)), f"{name_of(path)} has no docstring"


SURFACES = ("echo/api/", "echo/web/", "echo/streaming/", "echo/cli/", "workers/")


def test_public_functions_below_the_surfaces_say_what_they_do() -> None:
    for path in sources():
        if name_of(path).startswith(SURFACES):
            continue
        for node in parsed(path).body:
            # A decorated one is a route, whose file says what it serves.
            if isinstance(node, Function) and not node.name.startswith("_") and not node.decorator_list:
                assert ast.get_docstring(node), f"{name_of(path)}::{node.name} has no docstring"


def test_docstrings_use_the_known_headings() -> None:
    other = re.compile(r"^ *(Args|Arguments|Parameters|Params|Return|Raise|Yields|Examples?|Notes?):", re.M)
    for path in sources():
        for node in ast.walk(parsed(path)):
            if isinstance(node, Function | ast.ClassDef | ast.Module):
                assert not other.search(ast.get_docstring(node) or ""), (
                    f"{name_of(path)}:{node.body[0].lineno}"
                )


def test_errors_are_exceptions_like_others() -> None:
    for path in sources():
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.ClassDef):
                bases = {base.id for base in node.bases if isinstance(base, ast.Name)}
                assert "BaseException" not in bases, f"{name_of(path)}::{node.name}"


# Called by the library whose class or rules they belong to.
OVERRIDING = {"disconnect", "send_packed_command", "_parse_name", "_parse_words"}


def test_booleans_are_given_by_name() -> None:
    for path in sources():
        for function in _functions(path):
            arguments = function.args.posonlyargs + function.args.args
            for argument in arguments:
                is_flag = isinstance(argument.annotation, ast.Name) and argument.annotation.id == "bool"
                is_set_by_others = function.name.startswith("__") or function.name in OVERRIDING
                is_only_one = len(arguments) == 1
                told = f"{name_of(path)}::{function.name}({argument.arg})"
                assert not is_flag or is_set_by_others or is_only_one, told


def test_imports_stand_at_the_top() -> None:
    """An import inside a function, or for types only, hides a circle."""
    for path in sources():
        for function in _functions(path):
            hidden = [node for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)]
            assert not hidden, f"{name_of(path)}::{function.name} imports inside"
        names = {node.id for node in ast.walk(parsed(path)) if isinstance(node, ast.Name)}
        assert "TYPE_CHECKING" not in names, name_of(path)


def test_names_of_files_say_what_is_inside() -> None:
    for path in sources():
        assert path.stem not in EMPTY_NAMES or name_of(path) in ALLOWED_NAMES, name_of(path)


# Where words of the client API are read: scopes, and addresses of routes that wait for a log-in.
CLIENT_WORDS = ("echo/api/", "echo/render/", "echo/streaming/", "echo/policy/scopes.py", "echo/web/wishes.py")


def test_wire_names_and_client_names_stay_in_their_rooms() -> None:
    """`reblog` and `favourite` are words of the client API, `attributedTo` is one of the wire."""
    client = re.compile(r"(?<!:)(reblog|favourite)", re.I)
    wire = re.compile(r"attributedTo|inReplyTo|attributed_to")
    for path in sources("echo"):
        text = path.read_text(encoding="utf-8")
        assert not wire.search(text), name_of(path)
        if not name_of(path).startswith(CLIENT_WORDS):
            assert not client.search(text), f"{name_of(path)}: {client.search(text)}"


UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|NotImplemented" + r"Error)\b")
HOSTS = re.compile(
    r"py" + r"pi\.org|files\.python" + r"hosted|registry\.np" + r"mjs|index\.crates|proxy\.golang", re.I
)
MACHINES = re.compile(r"(?<![\w.])/(wo" + r"rk|fa" + r"rm|home/\w+|Users/\w+|opt/ve" + r"nv)[/\w-]*")


def _texts() -> list[tuple[str, str]]:
    kinds = {
        ".py",
        ".md",
        ".toml",
        ".txt",
        ".lock",
        ".sh",
        ".html",
        ".css",
        ".js",
        ".yml",
        ".yaml",
        ".cfg",
        "",
    }
    return [
        (name_of(path), path.read_text(encoding="utf-8", errors="replace"))
        for path in tracked()
        if path.suffix in kinds
    ]


def test_nothing_is_left_for_later() -> None:
    for name, text in _texts():
        if Path(name).suffix in (".py", ".js", ".html", ".css"):
            assert not UNFINISHED.search(text), f"{name}: {UNFINISHED.search(text)}"


def test_no_package_index_and_no_machine_is_named() -> None:
    for name, text in _texts():
        assert not HOSTS.search(text), f"{name}: {HOSTS.search(text)}"
        assert not MACHINES.search(text), f"{name}: {MACHINES.search(text)}"


def test_checks_are_not_switched_off_wholesale() -> None:
    """A rule may be silenced on one line and by its name, never in a whole file."""
    for path in sources():
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"#\s*(ruff: noqa|mypy: ignore|type: ignore(?!\[))", text), name_of(path)
        assert not re.search(r"# noqa(?!: [A-Z]+[0-9]+)", text), name_of(path)


# Tests fetch nobody's server: where none was fetched by hand, there is nothing to play with. Neither do they
# install Janus, a browser, PgBouncer or systemd.
MAY_SKIP = {
    "tests/interop/test_peers.py",
    "tests/conferencing/test_janus.py",
    "tests/e2e/test_rooms.py",
    "tests/e2e/test_settings_pages.py",
    "tests/e2e/test_accessible.py",
    "tests/e2e/test_walk.py",
    "tests/deploy/test_files.py",
    "tests/store/test_pooled.py",
}


def test_no_test_is_skipped() -> None:
    for path in tracked():
        name = name_of(path)
        if name in MAY_SKIP or path == Path(__file__):
            continue
        if name.startswith("tests/") and path.suffix == ".py":
            found = re.search(
                r"pytest\.(skip|mark\.(skip|xfail))|importorskip", path.read_text(encoding="utf-8")
            )
            assert not found, f"{name_of(path)}: {found}"
