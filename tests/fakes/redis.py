"""A real Redis server of a test: on a socket of its own, and killed, frozen or emptied at will."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

PASSWORD = "a secret of the test"  # noqa: S105 (opens only the test's own server)


@dataclass
class RedisServer:
    """``start`` and ``stop`` as often as needed."""

    folder: Path
    options: tuple[str, ...] = ()
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def address(self) -> str:
        return f"unix://default:{PASSWORD.replace(' ', '%20')}@{self.folder / 's'}"

    def start(self) -> None:
        program = shutil.which("redis-server")
        assert program is not None
        socket = self.folder / "s"
        command = [
            program,
            "--port",
            "0",
            "--unixsocket",
            str(socket),
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        command += ["--requirepass", PASSWORD, "--dir", str(self.folder), *self.options]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        until = time.monotonic() + 20
        while not socket.exists() and time.monotonic() < until:
            time.sleep(0.01)

    def freeze(self) -> None:
        self._send(signal.SIGSTOP)

    def thaw(self) -> None:
        self._send(signal.SIGCONT)

    def stop(self) -> None:
        """At once, with everything it held."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
            (self.folder / "s").unlink(missing_ok=True)

    def _send(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)
