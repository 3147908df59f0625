"""``snags serve``: the chat page and the API on this machine."""

from __future__ import annotations

import argparse
import contextlib
import errno
import socket
import sys

from commands.environment import settings_of_environment
from commands.exit_codes import DONE
from graph.errors import SettingsError
from server import serve as serve_http
from terminal import say

PORTS_TO_TRY = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--host", help="address to listen on (default: loopback; there is no login)"
    )
    parser.add_argument("--port", type=int, help="where it is in use, the next free one is taken")


def run(chosen: argparse.Namespace) -> int:
    """Serve the chat page and the API until interrupted."""
    settings = settings_of_environment(host=chosen.host, port=chosen.port)
    listener = listen(settings.host, settings.port)
    host, port = listener.getsockname()[:2]
    if settings.port not in (0, port):
        say(f"Port {settings.port} is in use; taking {port}.")
    if not host.startswith("127.") and host != "::1":
        say(f"There is no login: whoever reaches {host} can read every report.")
    say(f"Snags: http://{f'[{host}]' if ':' in host else host}:{port}  (Ctrl-C ends it)")
    if settings.log_level == "info" and sys.stderr.isatty():
        settings = settings.model_copy(update={"log_level": "warning"})  # for a person, not a log
    with contextlib.suppress(KeyboardInterrupt):
        serve_http(settings, listener)
    return DONE


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to the port, or to the next free one (0: any).

    Raises:
        SettingsError: the address is not this machine's, or twenty ports in a row are in use.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in range(port, min(port + PORTS_TO_TRY, 65_536)):
        listener = socket.socket(family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, candidate))
            return listener
        except OSError as error:
            listener.close()
            if error.errno != errno.EADDRINUSE:
                raise SettingsError(
                    f"Cannot listen on {host}:{candidate}: {error}. Choose another --host or --port."
                ) from error
    raise SettingsError(f"Port {port} and those after it are in use. Choose another with --port.")
