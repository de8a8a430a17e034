"""How much does the API cost above plain views that do just the work (bench/plain/floors.py), in the same process and the same run?

    python bench/api.py [--jobs 100000] [--rounds 60] [--seconds 4] [--only list save] [--json FILE]

List a page of 100 among so many jobs; save and get 100 shapes; one frame; open a job of 100 frames to its first frame (job, labels, meta,
annotations, frame). By one client (median of interleaved rounds, ms) and by 8 (rounds a second). Starts PostgreSQL, Redis and granian
itself and stops what it started. The floors have no login, permission or check. Exit code 1 when a goal is missed.

22 November 2026, two busy cores, 1,000 jobs, before and after the collector left the loaded program alone and shapes were told without
copying them, three runs each in turns: get by 8 clients 4.0, 2.9, 2.9 and 2.8, 2.5, 2.4 x; opening a job 2.2, 1.9, 2.3 and 1.6, 2.0,
1.8 x; get by one client 2.5 to 4.7 x either way, 2.5 in the quietest run of both. Processor time in one process: annotations of 1,000
shapes 8.5 and 3.8 ms, floor 2.1.
"""
import argparse
import json
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.plain.client import many, one  # noqa: E402
from cvatoloka.embedded import EmbeddedServices  # noqa: E402
from cvatoloka.embedded.processes import free_port, last_line, spawn, stop  # noqa: E402

GOALS = {"list": 3.0, "save": 3.0, "get": 3.0, "frame": 2.5, "open": 2.0}
WITH_MANY = ("list", "save", "get", "frame")
CLIENTS = 8
SLICES = 4


@dataclass
class Row:
    """One comparison: milliseconds of one client, or rounds a second of several."""

    name: str
    clients: int
    ours: float
    floor: float
    goal: float

    @property
    def ratio(self) -> float:
        return self.ours / self.floor if self.clients == 1 else self.floor / self.ours

    @property
    def missed(self) -> bool:
        return self.ratio > self.goal

    def line(self) -> str:
        unit = "ms" if self.clients == 1 else "/s"
        clients = "8 clients" if self.clients > 1 else "1 client "
        return (f"  {self.name:<6} {clients} {self.ours:9.2f} {unit} floor {self.floor:9.2f} {unit} "
                f"{self.ratio:5.2f}x  goal {self.goal:.1f}{' MISSED' if self.missed else ''}")


@contextmanager
def served(folder: Path) -> Iterator[int]:
    """Port of a server with an empty, migrated database; Django is set up for it here too."""
    services = EmbeddedServices(folder / "servers", durable=True)
    (folder / "media").mkdir()
    (folder / "servers").mkdir()
    process = None
    try:
        port = free_port()
        os.environ.update(_environment(folder, services.start(), port))
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        process = spawn([sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
                         "--workers", "1", "--blocking-threads", "4", "bench.plain.wsgi:application"],
                        log=folder / "web.log", env=dict(os.environ), cwd=ROOT)
        _wait(port, folder)
        yield port
    finally:
        if process is not None:
            stop(process, signal.SIGTERM, 15.0)
        services.stop()


def _environment(folder: Path, addresses: dict[str, str], port: int) -> dict[str, str]:
    from cryptography.fernet import Fernet

    return {**addresses, "DJANGO_SETTINGS_MODULE": "bench.plain.settings", "READ_ENV_FILES": "false", "LOG_LEVEL": "ERROR",
            "DEBUG": "false",
            "SECRET_KEY": "a key for benchmarks only, long enough to please the checks", "CREDENTIALS_KEYS": Fernet.generate_key().decode(),
            "PUBLIC_URL": f"http://localhost:{port}", "ALLOWED_HOSTS": "localhost", "MEDIA_ROOT": str(folder / "media"),
            "STATIC_ROOT": str(folder / "static"), "EMAIL_URL": "memorymail://",
            "STATICFILES_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage"}


def _wait(port: int, folder: Path) -> None:
    import httpx

    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            if httpx.get(f"http://localhost:{port}/healthz", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise RuntimeError(f"The server did not start: {last_line(folder / 'web.log')}")


def measure(name: str, world: object, port: int, options: argparse.Namespace) -> Iterator[Row]:
    """Both in turn, slice by slice, so that what else the machine does meets both."""
    ours, floor = getattr(world, name)()
    for steps in (ours, floor):
        one(port, steps, 5)
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(SLICES):
        for steps, taken in zip((ours, floor), times, strict=True):
            taken += one(port, steps, max(1, options.rounds // SLICES))
    yield Row(name, 1, statistics.median(times[0]), statistics.median(times[1]), GOALS[name])
    if name in WITH_MANY:
        rates: tuple[list[float], list[float]] = ([], [])
        for _ in range(SLICES):
            for steps, found in zip((ours, floor), rates, strict=True):
                found.append(many(port, steps, CLIENTS, options.seconds / SLICES))
        yield Row(name, CLIENTS, statistics.mean(rates[0]), statistics.mean(rates[1]), GOALS[name])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=60, help="by one client")
    parser.add_argument("--seconds", type=float, default=4, help="by 8 clients, each side")
    parser.add_argument("--only", nargs="*", choices=list(GOALS), default=list(GOALS))
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cvatoloka-bench-") as name, served(Path(name)) as port:
        from bench.plain.world import World

        world = World(port, options.jobs)
        rows: list[Row] = []
        for wanted in options.only:
            for row in measure(wanted, world, port, options):
                print(row.line(), flush=True)
                rows.append(row)
    if options.json:
        options.json.write_text(json.dumps([{**asdict(row), "ratio": row.ratio} for row in rows], indent=1))
    return int(any(row.missed for row in rows))


if __name__ == "__main__":
    sys.exit(main())
