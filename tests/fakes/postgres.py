"""A real PostgreSQL of the test session: a cluster in a folder, reached through a socket in it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

PACKAGED = Path("/usr/lib/postgresql")
OWNER = "postgres"
"""PostgreSQL refuses to run as root; Debian's package brings this user."""


def postgres_programs() -> Path | None:
    """The folder of ``initdb`` and ``pg_ctl``; None where PostgreSQL is not installed."""
    found = shutil.which("initdb")
    packaged = sorted(PACKAGED.glob("*/bin/initdb"))
    programs = Path(found) if found else (packaged[-1] if packaged else None)
    return programs.parent if programs else None


@contextmanager
def running_postgres(folder: Path, programs: Path) -> Generator[str]:
    """A server on a socket in the folder; yields its address."""
    folder.mkdir(parents=True, exist_ok=True)
    as_owner: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, OWNER, OWNER)
        as_owner = ["setpriv", f"--reuid={OWNER}", f"--regid={OWNER}", "--clear-groups"]
    data = folder / "data"

    def run(program: str, *arguments: str) -> None:
        command = [*as_owner, str(programs / program), *arguments]
        subprocess.run(command, check=True, capture_output=True, cwd=folder)

    run("initdb", "-D", str(data), "--auth=trust", "--no-sync", "-U", OWNER, "-E", "UTF8")
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off -c max_connections=200"
    run("pg_ctl", "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql://{OWNER}@/postgres?host={quote(str(folder), safe='')}"
    finally:
        run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
