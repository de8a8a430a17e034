"""The embedded servers: real, private, kept between starts, and never left behind."""
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg2
import pytest
import redis

from cvatoloka.embedded import EmbeddedError, EmbeddedServices, wanted
from cvatoloka.embedded.postgres import socket_directory
from cvatoloka.embedded.services import read_env_file
from tests.stack.waiting import comes_true

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.services


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield tmp_path_factory.mktemp("embedded")


def processes_of(home: Path) -> list[psutil.Process]:
    """Servers started on that folder that still run. A redis-server shows its address instead of its folder, so its directory is asked."""
    found = []
    for process in psutil.process_iter(["name", "cmdline", "cwd"]):
        if process.info["name"] not in ("postgres", "redis-server"):
            continue
        if str(home) in " ".join(process.info["cmdline"] or []) + str(process.info["cwd"]):
            found.append(process)
    return found


def write_and_read(environment: dict[str, str]) -> list[int]:
    connection = psycopg2.connect(environment["DATABASE_URL"])
    with connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS starts (n serial)")
        cursor.execute("INSERT INTO starts DEFAULT VALUES RETURNING n")
        cursor.execute("SELECT n FROM starts ORDER BY n")
        rows = [row[0] for row in cursor.fetchall()]
    connection.close()
    return rows


def test_data_and_keys_outlive_a_stop_and_the_servers_do_not(home: Path) -> None:
    with EmbeddedServices(home, durable=False) as services:
        first = dict(services.environment)
        assert write_and_read(first) == [1]
        assert redis.Redis.from_url(first["REDIS_URL"]).ping()
        assert processes_of(home)
    assert processes_of(home) == []
    with EmbeddedServices(home, durable=False) as services:
        assert write_and_read(services.environment) == [1, 2]
        assert {name: services.environment[name] for name in ("SECRET_KEY", "CREDENTIALS_KEYS", "REDIS_URL")} == {
            name: first[name] for name in ("SECRET_KEY", "CREDENTIALS_KEYS", "REDIS_URL")}


def test_the_file_of_secrets_is_readable_by_its_owner_only_and_leads_to_the_servers(home: Path) -> None:
    with EmbeddedServices(home, durable=False) as services:
        assert stat.S_IMODE(services.env_file.stat().st_mode) == 0o600
        written = read_env_file(services.env_file)
        assert {name: written[name] for name in services.environment} == services.environment
        connection = psycopg2.connect(written["SANDBOX_DATABASE_URL"])
        assert connection.info.dbname == "sandbox"
        connection.close()


def test_nobody_without_the_password_reaches_redis(home: Path) -> None:
    with EmbeddedServices(home, durable=False) as services:
        assert services.redis is not None
        with pytest.raises(redis.exceptions.AuthenticationError):
            redis.Redis(host="127.0.0.1", port=services.redis.port).ping()


def test_a_second_owner_of_the_same_folder_is_told_who_has_it(home: Path) -> None:
    with EmbeddedServices(home, durable=False), pytest.raises(EmbeddedError, match=f"already running under process {os.getpid()}"):
        EmbeddedServices(home, durable=False).start()


def test_killing_the_owner_leaves_no_server_and_the_next_start_works(home: Path) -> None:
    program = (
        "import sys, time\nfrom pathlib import Path\nfrom cvatoloka.embedded import EmbeddedServices\n"
        f"EmbeddedServices(Path({str(home)!r}), durable=False).start()\nprint('up', flush=True)\ntime.sleep(60)\n")
    owner = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE)
    assert owner.stdout is not None and owner.stdout.readline() == b"up\n"
    assert processes_of(home)
    owner.send_signal(signal.SIGKILL)
    owner.wait(5)
    comes_true(lambda: not processes_of(home), seconds=15, said=lambda: processes_of(home))
    with EmbeddedServices(home, durable=False) as services:
        assert write_and_read(services.environment) == [1]


def test_servers_that_were_left_running_are_ended_by_the_next_start(home: Path) -> None:
    leftover = EmbeddedServices(home, durable=False)
    leftover.start()
    assert leftover.postgres.process is not None and leftover.redis is not None and leftover.redis.process is not None
    old = (leftover.postgres.process, leftover.redis.process)
    assert leftover._lock is not None
    leftover._lock.close()  # as if its process were gone and the signal at its death had not come
    with EmbeddedServices(home, durable=False) as services:
        for process in old:
            process.wait(10)
        assert write_and_read(services.environment) == [1]


def test_a_folder_that_cannot_be_written_gives_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(EmbeddedError, match=r"could not start in .*file/data: Not a directory\."):
        EmbeddedServices(tmp_path / "file" / "data").start()


def test_a_path_too_long_for_a_socket_moves_the_socket_elsewhere(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100)
    assert socket_directory(tmp_path / "a") == tmp_path / "a" / "run"
    assert deep not in socket_directory(deep).parents
    with EmbeddedServices(deep, durable=False) as services:
        assert write_and_read(services.environment) == [1]


@pytest.mark.parametrize(("environment", "answer"), [({}, True), ({"DATABASE_URL": "postgres://h/d", "REDIS_URL": "redis://h/0"}, False)])
def test_own_servers_in_the_environment_mean_nothing_embedded(environment: dict[str, str], answer: bool) -> None:
    assert wanted(environment) is answer


def test_half_an_environment_is_refused() -> None:
    with pytest.raises(EmbeddedError, match="DATABASE_URL is set and REDIS_URL is not"):
        wanted({"DATABASE_URL": "postgres://h/d"})
