"""`python -m sandbox ...`, and the page about it."""
import json
import re
import signal
import subprocess
import sys
import urllib.request

import psutil
import pytest

from tests.stack.sandbox import ROOT, RequesterAccount, SandboxServer
from tests.stack.waiting import comes_true


@pytest.mark.parametrize("arguments", [("requester", "--name", "x", "--balance", "much"), ("requester", "--name", "x", "--balance", "-1"),
                                       ("requester",), ("dance",), (), ("serve", "--port", "many")])
def test_the_command_line_refuses_nonsense(sandbox: SandboxServer, arguments: tuple[str, ...]) -> None:
    with pytest.raises(subprocess.CalledProcessError) as refusal:
        sandbox.run(*arguments)
    assert refusal.value.returncode == 2 and "usage:" in refusal.value.stderr


def test_a_requester_made_by_command_is_as_good_as_any(sandbox: SandboxServer) -> None:
    made = json.loads(sandbox.run("requester", "--name", "Acme", "--balance", "12.50"))
    answer = RequesterAccount(sandbox.url, f"ApiKey {made['token']}").call("GET", "/api/v1/requester")
    assert (answer["id"], answer["balance"], answer["public_name"]) == (made["id"], 12.5, {"EN": "Acme"})


def test_no_migration_is_missing(sandbox: SandboxServer) -> None:
    assert "No changes" in sandbox.run("makemigrations", "--check")


@pytest.mark.parametrize("arguments", [("serve", "--port", "0"), ("ticker",), ("robots",)])
def test_a_polite_stop_ends_every_process(sandbox: SandboxServer, arguments: tuple[str, ...]) -> None:
    with sandbox.process(*arguments) as process:
        # It is at work once it listens, or has called the database or the server.
        comes_true(lambda: bool(psutil.Process(process.pid).net_connections("all")))
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_health_is_told_without_a_token(sandbox: SandboxServer) -> None:
    with urllib.request.urlopen(f"{sandbox.url}/healthz") as answer:
        assert json.loads(answer.read()) == {"status": "ok"}


def test_the_page_about_the_sandbox_names_the_commands_that_there_are() -> None:
    """Its settings are held against docs/operations.md by tests/house/test_settings.py."""
    told = set(re.findall(r"^python -m sandbox (\w+)", (ROOT / "docs" / "sandbox.md").read_text(), re.MULTILINE))
    usage = subprocess.run([sys.executable, "-m", "sandbox", "-h"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert told == set(re.findall(r"^    (\w+)(?: |$)", usage, re.MULTILINE))
