"""Whatever is done with the rights of a role goes through `acting`, which checks and writes down.

Source:  every allowed write leaves an audit row
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from types import ModuleType

from echo.http.access import PERMISSION
from echo.policy.deeds import NEEDED, Deed
from tests.laws.tree import ROOT, parsed
from tests.routes import Route, all_routes

# They only ask, in words too long for an address.
QUESTIONS = {
    "/api/v1/admin/measures",
    "/api/v1/admin/dimensions",
    "/api/v1/admin/retention",
    "/api/v1/admin/canonical_email_blocks/test",
}
# What checks them itself.
CHECKS = {"acting", "seat_now"}
ASKING = re.compile(r"/(preview|dry_run|dry-run|test)$")


def writes() -> Iterator[Route]:
    for route in all_routes():
        is_privileged = getattr(route.view, PERMISSION, None) is not None
        is_question = route.method == "GET" or route.path in QUESTIONS or ASKING.search(route.path)
        if is_privileged and not is_question:
            yield route


def test_every_privileged_write_says_who_does_it() -> None:
    """A view hands `staff()` or `by()` on, itself or in a function of its own file."""
    for route in writes():
        view = inspect.unwrap(route.view)
        module = inspect.getmodule(view)
        assert module is not None
        assert _says_who(view, module, 3), f"{route.method} {route.path}: nobody is named who does it"


def test_whoever_is_handed_to_an_action_is_checked_there() -> None:
    """Every action that takes a `Staff` opens its unit of work by `acting`, or hands them on."""
    found = 0
    for path in sorted((ROOT / "echo" / "actions").glob("*.py")):
        for node in ast.walk(parsed(path)):
            if not isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef) or node.name in CHECKS:
                continue
            taken = [
                one.arg
                for one in (*node.args.args, *node.args.kwonlyargs)
                if one.annotation is not None and ast.unparse(one.annotation) == "Staff"
            ]
            if not taken or node.name.startswith("_"):
                continue
            found += 1
            handed = {
                ast.unparse(argument)
                for call in ast.walk(node)
                if isinstance(call, ast.Call)
                for argument in (*call.args, *(keyword.value for keyword in call.keywords))
            }
            assert taken[0] in handed, f"{path.name}: {node.name} does not hand {taken[0]} to `acting`"
    assert found > 10


def test_every_deed_needs_a_permission_and_is_done_somewhere() -> None:
    assert set(NEEDED) == set(Deed)
    text = "".join(path.read_text() for path in (ROOT / "echo").rglob("*.py") if path.name != "deeds.py")
    for deed in Deed:
        assert f"Deed.{deed.name}" in text, f"nothing does {deed.value}"


def _says_who(view: object, module: ModuleType, depth: int) -> bool:
    tree = ast.parse(textwrap.dedent(inspect.getsource(view)))  # type: ignore[arg-type]
    names = {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    names |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    called = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    if called & {"staff", "by", "staff_page.by"}:
        return True
    if depth == 0:
        return False
    mine = [getattr(module, name) for name in names if inspect.isfunction(getattr(module, name, None))]
    return any(_says_who(one, module, depth - 1) for one in mine if inspect.getmodule(one) is module)
