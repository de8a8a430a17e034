"""Containers, Procfile and the demo run the same processes with settings that exist."""
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.fernet import Fernet
from honcho.environ import parse_procfile

from cvatoloka.task_pages import TOLOKA_ORIGINS
from tests.house.test_settings import OF_PROGRAMS, in_example, read_by

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "docker-compose.yml").read_text()))


@pytest.fixture(scope="module")
def ours(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The services that run our image."""
    return {name: service for name, service in compose["services"].items() if service["image"] == "cvatoloka"}


def test_containers_run_what_the_procfile_runs(ours: dict[str, dict[str, Any]]) -> None:
    commands = {name: service["command"] for name, service in ours.items() if "migrate" not in name}
    assert commands == dict(parse_procfile((ROOT / "Procfile").read_text()).processes)


def test_the_image_starts_the_web_server_by_default() -> None:
    command = re.search(r'^CMD \[(.*)\]$', (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert command is not None
    words = [word.strip().strip('"') for word in command[1].split(",")]
    assert " ".join(words) == parse_procfile((ROOT / "Procfile").read_text()).processes["web"]


def test_containers_set_only_settings_that_exist(ours: dict[str, dict[str, Any]]) -> None:
    application, sandbox = read_by("cvatoloka/settings.py"), read_by("sandbox/settings.py")
    for name, service in ours.items():
        known = sandbox if name.startswith("sandbox") else application | OF_PROGRAMS
        assert set(service["environment"]) - known == set(), name


# Places inside the image, and what belongs to a checkout or to tests only.
OF_THE_IMAGE = {"CELERY_TASK_ALWAYS_EAGER", "DATUMARO_PYTHON", "MEDIA_ROOT", "READ_ENV_FILES", "SANDBOX_FILES", "SANDBOX_PORT",
                "SANDBOX_STATIC_AUTOREFRESH", "STATICFILES_STORAGE", "STATIC_ROOT"}


@pytest.mark.parametrize(("service", "module"), [("web", "cvatoloka/settings.py"), ("worker", "cvatoloka/settings.py"),
                                                 ("beat", "cvatoloka/settings.py"), ("sandbox", "sandbox/settings.py")])
def test_every_setting_of_the_env_file_reaches_its_container(ours: dict[str, dict[str, Any]], service: str, module: str) -> None:
    assert read_by(module) - set(ours[service]["environment"]) - OF_THE_IMAGE == set()


def test_toloka_may_frame_the_editor_wherever_it_runs() -> None:
    origins = ",".join(TOLOKA_ORIGINS)
    for name in ("docker-compose.yml", ".env.example"):
        assert origins in (ROOT / name).read_text(), name


def test_every_process_that_serves_has_a_health_check(compose: dict[str, Any]) -> None:
    for name in ("web", "worker", "beat", "sandbox", "postgres", "redis"):
        assert compose["services"][name]["healthcheck"]["test"][0] == "CMD", name


def test_the_worker_can_be_scaled(ours: dict[str, dict[str, Any]]) -> None:
    assert {"container_name", "ports", "hostname"} & set(ours["worker"]) == set()


def test_processes_wait_for_the_tables(ours: dict[str, dict[str, Any]]) -> None:
    for name in ("web", "worker", "beat"):
        assert ours[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_variables_of_the_compose_file_are_in_the_example_file() -> None:
    used = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    assert used - in_example() == set()


def test_the_image_runs_as_an_ordinary_user_and_copies_what_exists() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert "USER cvatoloka" in lines
    sources = [words[1] for line in lines if (words := line.split())[:1] == ["COPY"] and not words[1].startswith("--")]
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for source in [*sources, "package-lock.json"]:
        assert (ROOT / source).exists(), source
        assert any(source == name or source.startswith(f"{name}/") for name in allowed), source


def test_env_makes_a_file_with_usable_keys_and_never_touches_one_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    for name in ("bin/env", ".env.example"):
        (tmp_path / name).write_text((ROOT / name).read_text())
    subprocess.run([sys.executable, tmp_path / "bin" / "env"], check=True, capture_output=True)
    written = (tmp_path / ".env").read_text()
    values = dict(re.findall(r"^([A-Z_]+)=(.*)$", written, re.MULTILINE))
    assert set(values) == {"SECRET_KEY", "CREDENTIALS_KEYS", "SANDBOX_SECRET_KEY", "POSTGRES_PASSWORD"} and all(values.values())
    Fernet(values["CREDENTIALS_KEYS"])
    assert (tmp_path / ".env").stat().st_mode & 0o077 == 0
    again = subprocess.run([sys.executable, tmp_path / "bin" / "env"], check=True, capture_output=True, text=True)
    assert "left alone" in again.stdout and (tmp_path / ".env").read_text() == written
