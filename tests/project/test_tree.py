"""The tree keeps what the README and the conventions say of it."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
LONGEST_FUNCTION = 60
SOURCE_SUFFIXES = {
    ".py",
    ".md",
    ".toml",
    ".yaml",
    ".yml",
    ".sh",
    ".js",
    ".css",
    ".html",
    ".txt",
    "",
}
OURS = {
    "agent",
    "tools",
    "graph",
    "prompts",
    "server",
    "cli",
    "commands",
    "terminal",
    "evals",
    "demo",
}


def project_files() -> list[Path]:
    """Files of the project: what git tracks or would track."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("Not a git checkout, so there is no list of the project's files.")
    names = {name for name in listed.stdout.decode().split("\0") if name}
    return sorted(path for name in names if (path := ROOT / name).is_file())


def sources() -> list[Path]:
    return [path for path in project_files() if path.suffix == ".py" and path.name != "conftest.py"]


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def imported(node: ast.AST) -> list[str]:
    """Top-level names that an import statement reaches for."""
    if isinstance(node, ast.Import):
        return [alias.name.partition(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [(node.module or "").partition(".")[0]]
    return []


def lines_of_code(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without those that only go on with a text."""
    texts = [node for node in ast.walk(function) if isinstance(node, ast.Constant | ast.JoinedStr)]
    of_texts = sum((text.end_lineno or text.lineno) - text.lineno for text in texts)
    return (function.end_lineno or function.lineno) - function.lineno + 1 - of_texts


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_ownership_list_names_every_folder_and_module_of_the_top_level_and_no_other() -> None:
    """A newcomer can trust the README's list: each folder of code is in it, and nothing that is not there."""
    owned = set(re.findall(r"^- `([\w./]+?)/?` owns ", README, flags=re.MULTILINE))
    files = [path.relative_to(ROOT) for path in project_files()]
    packages = {
        path.parts[0] for path in files if len(path.parts) > 1 and not path.parts[0].startswith(".")
    }
    modules = {path.name for path in files if len(path.parts) == 1 and path.suffix == ".py"}
    stages = {
        f"graph/{path.parts[1]}"
        for path in files
        if path.parts[0] == "graph" and len(path.parts) > 2
    }
    assert owned == packages | modules | stages


def test_stage_packages_are_empty_so_that_one_stage_loads_without_the_others() -> None:
    """Importing a stage must not load LangGraph, so the packages of graph/ hold no code."""
    full = [
        name_of(path) for path in (ROOT / "graph").rglob("__init__.py") if path.read_text().strip()
    ]
    assert full == []


def test_no_machine_paths() -> None:
    """The project works at any place: no file names a folder of the machine it was written on."""
    somewhere = re.compile(r"(?<![\w.])/(?:home|Users|root|work)/[A-Za-z]")
    found = [
        f"{name_of(path)}:{number}: {line.strip()[:80]}"
        for path in project_files()
        if path.suffix in SOURCE_SUFFIXES
        and path != Path(__file__)
        and path.stat().st_size < 400_000
        for number, line in enumerate(
            path.read_text(encoding="utf-8", errors="replace").splitlines(), 1
        )
        if somewhere.search(line)
    ]
    assert found == []


def test_no_function_is_longer_than_a_screen() -> None:
    """A function does one thing at one height; at sixty lines it does several.

    Data is not counted: texts that a test compares whole, and the tests' functions that write data out.
    """
    long = [
        f"{name_of(path)}: {function.name} has {length} lines"
        for path in sources()
        for function in functions(parsed(path))
        if (length := lines_of_code(function)) > LONGEST_FUNCTION
        and not (name_of(path).startswith("tests/") and not function.name.startswith("test_"))
    ]
    assert long == []


def test_own_imports_stand_at_the_top() -> None:
    """An own import inside a function hides a cycle; only the command line may, for its start-up time."""
    hidden = [
        f"{name_of(path)}:{node.lineno}"
        for path in sources()
        if path.name != "cli.py"
        for function in functions(parsed(path))
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom) and OURS & set(imported(node))
    ]
    assert hidden == []


@pytest.mark.parametrize(
    ("module", "allowed"),
    [
        ("server.py", {"agent", "graph", "server"}),
        ("terminal.py", {"graph"}),
        ("cli.py", {"commands", "evals", "graph", "terminal"}),
    ],
)
def test_modules_of_the_top_level_keep_to_the_one_direction(module: str, allowed: set[str]) -> None:
    """server → agent → tools → graph: import-linter sees packages only, so the modules are held here."""
    used = {name for node in ast.walk(parsed(ROOT / module)) for name in imported(node)} & OURS
    assert used <= allowed


@pytest.mark.parametrize(
    ("leaf", "allowed"),
    [
        ("errors", set[str]()),
        ("ids", set[str]()),
        ("browser", set[str]()),
        ("settings", {"graph.errors"}),
    ],
)
def test_leaves_import_nothing_of_ours(leaf: str, allowed: set[str]) -> None:
    """What everything may import imports nothing itself, so it can never close a cycle."""
    tree = parsed(ROOT / "graph" / f"{leaf}.py")
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    ours = {
        node.module or "" if isinstance(node, ast.ImportFrom) else node.names[0].name
        for node in imports
        if OURS & set(imported(node))
    }
    assert ours <= allowed


def test_nothing_imports_the_faces() -> None:
    """server, cli and terminal are where things start: only the commands may depend on them."""
    packages = [
        path
        for path in sources()
        if path.relative_to(ROOT).parts[0] in OURS - {"commands", "evals"}
    ]
    inside = [path for path in packages if len(path.relative_to(ROOT).parts) > 1]
    dependent = [
        name_of(path)
        for path in inside
        for node in ast.walk(parsed(path))
        if {"server", "cli", "terminal"} & set(imported(node))
    ]
    assert dependent == []


def test_only_one_place_catches_everything() -> None:
    """A failed part becomes data in the fan-out and nowhere else; elsewhere a broad except hides a bug."""
    broad = {
        name_of(path)
        for path in sources()
        if not name_of(path).startswith("tests/")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ExceptHandler)
        and isinstance(node.type, ast.Name)
        and node.type.id == "Exception"
    }
    assert broad <= {"graph/runs/fan_out.py"}


def test_licence_is_the_one_that_is_declared() -> None:
    """The whole text of the licence is there, not only its name."""
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_public_recordings_are_not_in_the_project(shared_recordings: Path) -> None:
    """Others' recordings are read where they lie and are never part of the project, under any name."""
    theirs = {
        path.read_bytes()
        for path in shared_recordings.rglob("*")
        if path.is_file() and path.suffix != ".md"
    }
    sizes = {len(body) for body in theirs}
    copied = [
        name_of(path)
        for path in project_files()
        if path.stat().st_size in sizes and path.read_bytes() in theirs
    ]
    assert copied == []
