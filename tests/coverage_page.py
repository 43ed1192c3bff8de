"""Writes docs/api/coverage.md: what of Mastodon's client API is there, and which test calls it.

python -m tests.coverage_page    (and docs/security-coverage.md beside it)
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

from echo.streaming import sse
from tests import security_page, structure
from tests.routes import Route, all_routes

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/api/coverage.md"
DONE, NOT_YET = "done", "not yet"
STREAMS = "/api/v1/streaming/"
METHODS = {"get": "GET", "pages": "GET", "post": "POST", "put": "PUT", "patch": "PATCH", "delete": "DELETE"}
# Tests about every route, or about a property of many.
GENERAL = {
    f"tests/api/test_{name}.py" for name in ("common", "costs", "hardening", "races", "scopes", "visibility")
}
HEAD = """\
# The client API, route by route

Written by `make docs` from the route table and the structure of Mastodon's API description; a test fails when
it is out of date. *Done*: answers as Mastodon does. *Not yet*: a JSON 404, like every unknown path.
"""
_ANY = "{}"


@dataclass(frozen=True, slots=True)
class Line:
    """One operation of the description, and what we have of it."""

    method: str
    path: str
    state: str
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A call that a test makes: a method (empty: any) and the segments of a path ("{}": a value)."""

    method: str
    segments: tuple[str, ...]


def shape(path: str) -> str:
    """The path with every parameter the same."""
    return re.sub(r"\{[^}]+\}", _ANY, path)


def lines() -> list[Line]:
    """Every operation of the description."""
    ours = {(route.method, route.shape): route for route in all_routes()}
    found = []
    for method, path in structure.operations():
        route = ours.get((method, shape(path)))
        if route is None and path.startswith(STREAMS) and path.removeprefix(STREAMS) in sse.PATHS:
            route = ours.get((method, f"{STREAMS}{_ANY}"))
        found.append(_line(method, path, route))
    return sorted(found, key=lambda line: (line.path, line.method))


def beyond() -> list[Line]:
    """Routes of ours for apps that the description does not have."""
    described = {(method, shape(path)) for method, path in structure.operations()}
    twins = {"PUT": "PATCH", "PATCH": "PUT"}
    found: list[Line] = []
    for route in all_routes():
        is_for_apps = route.path.startswith(("/api/", "/oauth/")) and not route.mark.startswith("page")
        if not is_for_apps or (route.method, route.shape) in described:
            continue
        if (twins.get(route.method, ""), route.shape) in described:
            continue  # PUT and PATCH are the same everywhere
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route.path)
        found.append(_line(route.method, path, route))
    return found


def render() -> str:
    """The page."""
    described, own = lines(), beyond()
    counts = {state: sum(line.state == state for line in described) for state in (DONE, NOT_YET)}
    parts = [HEAD, "\n| state | operations |\n| --- | --- |\n"]
    parts += [f"| {state} | {count} |\n" for state, count in counts.items()]
    parts.append("\n## Described\n\n" + _table(described))
    parts.append("\n## Not described, but asked for by apps\n\n" + _table(own))
    return "".join(parts)


def _table(rows: Iterable[Line]) -> str:
    text = "| method | path | state | tests |\n| --- | --- | --- | --- |\n"
    for line in rows:
        tests = " ".join(f"`{name}`" for name in line.tests)
        text += f"| {line.method} | `{line.path}` | {line.state} | {tests} |\n"
    return text


def _line(method: str, path: str, route: Route | None) -> Line:
    if route is None:
        return Line(method, path, NOT_YET, ())
    return Line(method, path, DONE, _tests(method, path))


def _tests(method: str, path: str) -> tuple[str, ...]:
    """The test files that call this operation, at most two, those of the resource first."""
    wanted = tuple(shape(path).strip("/").split("/"))
    found = [name for name, file in _files().items() if _calls(file, method, wanted)]
    resource = next((part for part in wanted[2:] if part != _ANY), "")
    return tuple(sorted(found, key=lambda name: (name in GENERAL, resource not in name, name))[:2])


@dataclass(frozen=True, slots=True)
class TestFile:
    calls: frozenset[Call]
    words: frozenset[str]


@cache
def _files() -> dict[str, TestFile]:
    found = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        if path.parent.name == "laws":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        words = {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        words |= {part for word in words for part in word.strip("/").split("/")}
        found[str(path.relative_to(ROOT))] = TestFile(frozenset(_read(tree)), frozenset(words))
    return found


def _calls(file: TestFile, method: str, wanted: tuple[str, ...]) -> bool:
    return any(
        call.method in ("", method)
        and len(call.segments) == len(wanted)
        and all(_is_segment(file, said, asked) for said, asked in zip(call.segments, wanted, strict=True))
        for call in file.calls
    )


def _is_segment(file: TestFile, said: str, asked: str) -> bool:
    """A value stands for a parameter; for a word of the path only when the file has that word somewhere."""
    if asked == _ANY:
        return True
    return said == asked or (said == _ANY and asked in file.words)


def _read(tree: ast.Module) -> Iterator[Call]:
    """Every call of the API in a file: `get(path)`, `ask(method, path)`, and paths in a table of cases."""
    texts = _assigned(tree)
    for node in ast.walk(tree):
        method = ""
        if isinstance(node, ast.Call):
            children: list[ast.expr | None] = list(node.args)
            name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            method = METHODS.get(name, "") or _method_among(node.args)
        elif isinstance(node, ast.Tuple | ast.List | ast.Dict):
            children = list(node.keys if isinstance(node, ast.Dict) else node.elts)
            method = _method_among(children)
        else:
            continue
        for child in children:
            if child is not None:
                yield from _paths(method, child, texts)


def _method_among(nodes: Iterable[ast.expr | None]) -> str:
    for node in nodes:
        if isinstance(node, ast.Constant) and node.value in METHODS.values():
            return str(node.value)
    return ""


def _paths(method: str, node: ast.expr, texts: dict[str, list[str]]) -> Iterator[Call]:
    for text in _variants(node, texts):
        path = text.partition("?")[0]
        if path.startswith(("/api/", "/oauth/", "/.well-known/", "/health")):
            segments = tuple(
                _ANY if _ANY in part or part == "1" else part for part in path.strip("/").split("/")
            )
            yield Call(method, segments)


def _assigned(tree: ast.Module) -> dict[str, list[str]]:
    """What names in a file stand for, when it is a text."""
    texts: dict[str, list[str]] = {}
    for node in ast.walk(tree):
        targets: list[ast.expr] = node.targets if isinstance(node, ast.Assign) else []
        for target in targets:
            names = target.elts if isinstance(target, ast.Tuple) else [target]
            values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
            for name, value in zip(names, values, strict=False):
                if isinstance(name, ast.Name) and isinstance(value, ast.Constant | ast.JoinedStr):
                    texts.setdefault(name.id, []).extend(_variants(value, texts))
    return texts


def _variants(node: ast.expr, texts: dict[str, list[str]]) -> list[str]:
    """The texts that an expression may be, values as "{}"."""
    if isinstance(node, ast.Constant):
        return [re.sub(r"\{[^}]*\}", _ANY, node.value)] if isinstance(node.value, str) else []
    if isinstance(node, ast.Name):
        return texts.get(node.id, [])
    if isinstance(node, ast.BinOp):
        return [left + (_variants(node.right, texts) or [_ANY])[0] for left in _variants(node.left, texts)]
    if isinstance(node, ast.JoinedStr):
        parts = [
            (_variants(part.value, texts) or [_ANY])
            if isinstance(part, ast.FormattedValue)
            else _variants(part, texts)
            for part in node.values
        ]
        return ["".join(chosen) for chosen in product(*parts)][:50]
    return []


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(render(), encoding="utf-8")
    security_page.write()
