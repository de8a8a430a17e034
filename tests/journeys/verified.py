"""A house of its own for the second crowd's acceptance: the whole product under its supervisor, and a crew of robots of mixed quality."""
import contextlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2
from PIL import Image, ImageDraw

from tests.stack.mortal import Mortal, mortal
from tests.stack.sandbox import RequesterAccount

Box = tuple[float, float, float, float]
SIZE = (320, 240)
# What beat sends twice a minute or less often in a deployment comes so often here, as an admin may set it.
_BEAT_SECONDS = 4
# As a deployment has it, with shorter waits in the same order.
_SETTINGS = {"PLATFORM_TIMEOUT_SECONDS": "5", "COMMAND_RELEASE_SECONDS": "8", "VERIFICATION_LOOK_SECONDS": "1"}


@dataclass
class House:
    """All of it runs; `truth`: what is on the pictures, by name."""

    stack: Mortal
    folder: Path
    truth: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @contextlib.contextmanager
    def rows(self, statement: str, *values: Any) -> Iterator[list[tuple[Any, ...]]]:
        """What the application's database answers."""
        with (contextlib.closing(psycopg2.connect(self.stack.app.environment["DATABASE_URL"])) as connection, connection,
              connection.cursor() as cursor):
            cursor.execute(statement, values)
            yield cursor.fetchall()

    def hurry_beat(self) -> None:
        """Shorten the periods, in the rows that are the admins'."""
        with self.rows("UPDATE django_celery_beat_intervalschedule SET every = %s WHERE period = 'seconds' AND every BETWEEN 5 AND 60 "
                       "RETURNING id", _BEAT_SECONDS) as changed:
            assert changed
        with self.rows("UPDATE django_celery_beat_periodictasks SET last_update = now() RETURNING ident"):
            pass

    def standing(self) -> str:
        """What the application says of it, for a test that waited in vain."""
        with self.rows("SELECT waiting_for, sync_error FROM crowdsourcing_verification") as waiting, self.rows(
                "SELECT a.remote_id, a.status, t.frame, t.remote_task_id, t.answer, t.confidence, t.overlap, t.decided_at IS NOT NULL, "
                "v.outcome, v.explanation FROM crowdsourcing_assignment a "
                "LEFT JOIN crowdsourcing_verificationtask t ON t.assignment_id = a.id "
                "LEFT JOIN crowdsourcing_verdict v ON v.assignment_id = a.id "
                "WHERE a.status IN ('SUBMITTED', 'ACTIVE')") as open_ones, self.rows(
                "SELECT stage, state, count(*) FROM annotation_job GROUP BY 1, 2") as jobs, self.rows(
                "SELECT kind, status, attempts, error FROM crowdsourcing_providercommand WHERE status <> 'done'") as commands:
            return f"waits for {waiting}; open: {open_ones}; jobs: {jobs}; commands: {commands}"

    def unsettled(self) -> int:
        """How much of ours is not over: commands, attempts that are being done or judged, questions without an answer."""
        with self.rows("SELECT (SELECT count(*) FROM crowdsourcing_providercommand WHERE status IN ('pending', 'in flight')) + (SELECT "
                       "count(*) FROM crowdsourcing_assignment WHERE status IN ('ACTIVE', 'SUBMITTED')) + (SELECT count(*) "
                       "FROM crowdsourcing_verificationtask WHERE decided_at IS NULL)") as found:
            return int(found[0][0])

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
        self.stack.sandbox.control.call("POST", "/control/v1/robots", [{**kind, **common} for kind in kinds])


def _boxes(chance: random.Random) -> Iterator[Box]:
    """Boxes side by side, so that none covers another."""
    for column in range(chance.choice((2, 3))):
        left, top = column * 105 + chance.uniform(5, 20), chance.uniform(10, 90)
        yield (round(left), round(top), round(left + chance.uniform(45, 75)), round(top + chance.uniform(50, 120)))


@contextlib.contextmanager
def house(folder: Path, name: str) -> Iterator[House]:
    """Everything of it runs, and ends with the block."""
    with mortal(folder, name, **_SETTINGS) as stack:
        made = House(stack, folder)
        made.hurry_beat()
        yield made


def assignments(account: RequesterAccount, pool_id: str) -> list[dict[str, Any]]:
    """All of the pool, as the sandbox has them."""
    return account.call("GET", f"/api/v1/assignments?pool_id={pool_id}&limit=10000")["items"]


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
