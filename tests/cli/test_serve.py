"""`snags serve`: the page and the API on this machine, until interrupted."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from cli import main
from graph.settings import Settings

SNAGS = str(Path(sys.executable).with_name("snags"))


def test_it_says_where_it_is_and_ends_on_interrupt() -> None:
    """The first line is the address; the page answers there; Ctrl-C is a normal end."""
    command = [SNAGS, "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        said = running.stderr.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+", said)
        assert address, said
        for line in running.stderr:
            if "startup complete" in line:
                break
        with httpx.Client(base_url=address[0], timeout=20) as client:
            assert client.get("/healthz").status_code == 200
        running.send_signal(signal.SIGINT)
        rest = running.stderr.read()
    assert running.returncode == 0
    assert "Traceback" not in rest


def test_an_address_that_is_not_ours_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong --host is a usage error that names it."""
    assert main(["serve", "--host", "192.0.2.1"]) == 2
    assert capsys.readouterr().err.startswith("snags: Cannot listen on 192.0.2.1:")


def test_loopback_is_the_default() -> None:
    """Without being told otherwise it can be reached from this machine only."""
    assert Settings.from_env({}).host == "127.0.0.1"
