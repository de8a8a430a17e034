"""A house of its own for the second crowd's acceptance: application, worker, Redis, sandbox and a crew of robots of mixed quality."""
import contextlib
import random
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2
from celery import Celery
from PIL import Image, ImageDraw

from cvatoloka.embedded.redis import EmbeddedRedis
from tests.stack.app import AppServer, fresh_database
from tests.stack.sandbox import RequesterAccount, SandboxServer, free_port, sandbox_server

Box = tuple[float, float, float, float]
SIZE = (320, 240)
# In beat's place; a deployment's periods are longer.
TASKS = ("sweep_commands", "sync_everything", "sweep_verifications", "settle_policies")
_RING_SECONDS = 4.0


@dataclass
class House:
    """All of it runs; `truth`: what is on the pictures, by name."""

    app: AppServer
    sandbox: SandboxServer
    redis: EmbeddedRedis
    folder: Path
    truth: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @contextlib.contextmanager
    def rows(self, statement: str, *values: Any) -> Iterator[list[tuple[Any, ...]]]:
        """What the application's database answers."""
        with psycopg2.connect(self.app.environment["DATABASE_URL"]) as connection, connection.cursor() as cursor:
            cursor.execute(statement, values)
            yield cursor.fetchall()

    def ring(self) -> None:
        """Every bell of the scheduler that the loop hangs on."""
        with Celery(broker=self.app.environment["REDIS_URL"], set_as_current=False) as bell:
            for task in TASKS:
                bell.send_task(f"crowdsourcing.tasks.{task}", queue=self.app.environment["CELERY_QUEUE"])

    def pictures(self, count: int) -> list[Path]:
        """So many pictures with two or three boxes each, which are the truth that the robots know."""
        chance, made = random.Random(count), []
        for number in range(count):
            image = Image.new("RGB", SIZE, (40, 60, 90))
            pen, boxes = ImageDraw.Draw(image), list(_boxes(chance))
            for box in boxes:
                pen.rectangle(box, fill=(240, 200, 60))
            path = self.folder / f"scene{number:02d}.png"
            image.save(path)
            self.truth[path.name] = [{"type": "rectangle", "label": "square", "points": list(box)} for box in boxes]
            made.append(path)
        return made

    def crew(self, annotation_pool: str, verification_pool: str) -> None:
        """Annotators: good, sloppy, spammers, the last the quickest. Verifiers: nearly all good, one sloppy, one spammer."""
        common: dict[str, Any] = {"truth": self.truth}
        kinds: list[dict[str, Any]] = [
            {"name": "Good", "count": 4, "accuracy": 1.0, "seconds": [3, 5], "pools": [annotation_pool], "seed": 1},
            {"name": "Sloppy", "count": 1, "accuracy": 0.5, "seconds": [2, 4], "pools": [annotation_pool], "seed": 2},
            {"name": "Spam", "count": 2, "spam": 1.0, "seconds": [0, 0], "pools": [annotation_pool], "seed": 3},
            {"name": "Verifier", "count": 9, "accuracy": 0.99, "seconds": [0, 1], "pools": [verification_pool], "seed": 4},
            {"name": "Dice", "count": 1, "spam": 1.0, "seconds": [0, 1], "pools": [verification_pool], "seed": 6}]
        self.sandbox.control.call("POST", "/control/v1/robots", [{**kind, **common} for kind in kinds])


def _boxes(chance: random.Random) -> Iterator[Box]:
    """Boxes side by side, so that none covers another."""
    for column in range(chance.choice((2, 3))):
        left, top = column * 105 + chance.uniform(5, 20), chance.uniform(10, 90)
        yield (round(left), round(top), round(left + chance.uniform(45, 75)), round(top + chance.uniform(50, 120)))


@contextlib.contextmanager
def house(folder: Path, name: str) -> Iterator[House]:
    """Everything of it runs, and ends with the block."""
    from django.conf import settings

    redis, port = EmbeddedRedis(folder / "redis", password="acceptance", durable=False), free_port()
    redis.start()
    try:
        with sandbox_server() as sandbox, sandbox.process("robots"):
            for part in ("media", "share"):
                (folder / part).mkdir()
            environment = _environment(folder, port, redis, sandbox) | {
                "DATABASE_URL": fresh_database(settings.DATABASES["default"], name)}
            app = AppServer(environment, port, folder)
            try:
                app.start()
                yield House(app, sandbox, redis, folder)
            finally:
                sandbox.delete_robots()
                app.stop()
    finally:
        redis.stop()


def _environment(folder: Path, port: int, redis: EmbeddedRedis, sandbox: SandboxServer) -> Mapping[str, str]:
    """As a deployment has it, with shorter waits in the same order."""
    return {
        "REDIS_URL": redis.url(), "CELERY_QUEUE": "acceptance", "PUBLIC_URL": f"http://localhost:{port}",
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "MEDIA_ROOT": str(folder / "media"), "STATIC_ROOT": str(folder / "static"), "SHARE_ROOT": str(folder / "share"),
        "STATICFILES_STORAGE": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage", "SANDBOX_URL": sandbox.url,
        "SANDBOX_PUBLIC_URL": sandbox.public_url, "EDITOR_FRAME_ANCESTORS": f"{sandbox.public_url},{sandbox.frame_origin}",
        "PLATFORM_TIMEOUT_SECONDS": "5", "COMMAND_RELEASE_SECONDS": "8", "VERIFICATION_LOOK_SECONDS": "1", "TEST_FOLDER": str(folder)}


def wait_until_done(house: House, account: RequesterAccount, pool_id: str, jobs: int, *, seconds: float) -> None:
    """Until every job of the platform's pool has an accepted assignment."""
    end, rung = time.monotonic() + seconds, 0.0
    while (done := accepted_jobs(account, pool_id)) < jobs:
        assert time.monotonic() < end, f"{done} of {jobs} jobs accepted after {seconds:.0f} s; {_standing(house)}"
        if time.monotonic() - rung > _RING_SECONDS:
            house.ring()
            rung = time.monotonic()
        time.sleep(0.5)


def _standing(house: House) -> str:
    """What the application says of it, for a test that waited in vain."""
    with house.rows("SELECT waiting_for FROM crowdsourcing_verification") as waiting, house.rows(
            "SELECT a.remote_id, a.status, t.frame, t.answer, t.confidence, t.overlap, t.decided_at IS NOT NULL, v.outcome, v.explanation "
            "FROM crowdsourcing_assignment a LEFT JOIN crowdsourcing_verificationtask t ON t.assignment_id = a.id "
            "LEFT JOIN crowdsourcing_verdict v ON v.assignment_id = a.id "
            "WHERE a.status IN ('SUBMITTED', 'ACTIVE')") as open_ones, house.rows(
            "SELECT stage, state, count(*) FROM annotation_job GROUP BY 1, 2") as jobs, house.rows(
            "SELECT kind, status, error FROM crowdsourcing_providercommand WHERE status <> 'done'") as commands:
        return f"waits for {waiting}; open: {open_ones}; jobs: {jobs}; commands: {commands}"


def assignments(account: RequesterAccount, pool_id: str) -> list[dict[str, Any]]:
    """All of the pool, as the sandbox has them."""
    return account.call("GET", f"/api/v1/assignments?pool_id={pool_id}&limit=10000")["items"]


def accepted_jobs(account: RequesterAccount, pool_id: str) -> int:
    found = account.call("GET", f"/api/v1/assignments?pool_id={pool_id}&status=ACCEPTED&limit=10000")["items"]
    return len({item["tasks"][0]["input_values"]["job_key"] for item in found})


def overlap_of(one: Box, other: Box) -> float:
    """Intersection over union."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    common = max(0.0, width) * max(0.0, height)
    whole = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)) - common
    return common / whole if whole > 0 else 0.0


def matches(drawn: list[Box], true: list[Box], least: float = 0.7) -> int:
    """How many of the true boxes have one of their own among the drawn ones that fits so well."""
    free, found = list(drawn), 0
    for box in true:
        best = max(free, key=lambda one: overlap_of(one, box), default=None)
        if best is not None and overlap_of(best, box) >= least:
            free.remove(best)
            found += 1
    return found
