"""A sandbox that is killed again and again while everybody is at work. Each caller repeats what was not answered, as the protocol allows:
a batch by its operation_id, a Toloker by looking at what he has, a reviewer by the status. Afterwards nothing is doubled or lost."""
import random
import subprocess
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.client import HTTPException
from typing import Any
from urllib.error import URLError

import pytest

from tests.sandbox import books
from tests.sandbox.conftest import REISSUE, Shop, project_form
from tests.stack.sandbox import START_SECONDS, Door, Refused, SandboxServer, TolokerAccount, free_port, sandbox_server

SEED, KILLS, TOLOKERS = 20_240_701, 3, 5
# A life ends after so many answers, so that a busy machine tests as much as an idle one; but it does not last for ever.
ANSWERS, LONGEST_LIFE = (20, 70), 10.0


class Mortal:
    """A second server on the same database, to be killed."""

    def __init__(self, sandbox: SandboxServer) -> None:
        self.sandbox, self.port = sandbox, free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    @contextmanager
    def life(self) -> Iterator[subprocess.Popen[bytes]]:
        """From start to SIGKILL."""
        with self.sandbox.process("serve", "--port", str(self.port)) as process:
            until = time.monotonic() + START_SECONDS
            while not self._answers():
                assert process.poll() is None and time.monotonic() < until
                time.sleep(0.05)
            yield process
            process.kill()
            process.wait()

    def _answers(self) -> bool:
        try:
            Door(self.url).call("GET", "/control/v1/clock")
        except (OSError, HTTPException):
            return False
        return True


class Town:
    """Everybody at work, and what each of them was told."""

    def __init__(self, shop: Shop, mortal: Mortal) -> None:
        self.shop, self.over = shop, threading.Event()
        self.requester = Door(mortal.url, shop.requester.authorization)
        self.crowd = [TolokerAccount(mortal.url, one.authorization, one.id, one.token) for one in (shop.toloker() for _ in range(TOLOKERS))]
        fields = {"reward_per_assignment": 0.05, "quality_control": {"configs": [REISSUE]}}
        self.mixed, self.manual = shop.pool(per_page=2, overlap=2, **fields), shop.pool(mixer_config=None, overlap=2, **fields)
        # Names of images in tasks and pages, and comments of bonuses, that somebody was told exist.
        self.tasks: list[str] = []
        self.bonuses: list[str] = []
        self.given: dict[str, str] = {}
        self.submitted: list[str] = []
        self.verdicts: dict[str, str] = {}
        self.answers = self.cut_off = 0
        self.failures: list[BaseException] = []

    def insist(self, door: Door, method: str, path: str, body: Any = None, *already: str) -> Any:
        """The answer, asked for until there is one; None if a repeat is told by one of these codes that it was done before."""
        repeated = False
        while True:
            try:
                answer = door.call(method, path, body)
                self.answers += 1
                return answer
            except Refused as refusal:
                if refusal.status == 503:
                    time.sleep(0.05)
                elif repeated and refusal.code in already:
                    return None
                else:
                    raise
            except (OSError, HTTPException) as error:
                # A refused connection was never heard; any other may have been.
                self.cut_off += not isinstance(error, URLError)
                time.sleep(0.05)
            repeated = True

    def batches(self, dice: random.Random) -> None:
        """Tasks into one pool, pages into the other."""
        names = [f"https://example.com/{uuid.UUID(int=dice.getrandbits(128))}.png" for _ in range(4)]
        tasks = [{"input_values": {"image": name}} for name in names]
        suites = [{"pool_id": self.manual, "tasks": pair} for pair in (tasks[:2], tasks[2:])]
        noun, body = dice.choice([("tasks", [{"pool_id": self.mixed, **task} for task in tasks]), ("task-suites", suites)])
        key = uuid.UUID(int=dice.getrandbits(128))
        path = f"/api/v1/{noun}?operation_id={key}&allow_defaults=true&open_pool=true&async_mode={dice.choice(['true', 'false'])}"
        self.insist(self.requester, "POST", path, body, "OPERATION_ALREADY_EXISTS")
        self.tasks += names

    def pay(self, dice: random.Random) -> None:
        comments = [str(uuid.UUID(int=dice.getrandbits(128))) for _ in self.crowd]
        body = [{"user_id": toloker.id, "amount": dice.randrange(5, 40) / 1000, "without_message": True, "private_comment": comment}
                for toloker, comment in zip(self.crowd, comments, strict=True)]
        path = f"/api/v1/user-bonuses?operation_id={uuid.UUID(int=dice.getrandbits(128))}"
        self.insist(self.requester, "POST", path, body, "OPERATION_ALREADY_EXISTS")
        self.bonuses += comments

    def work(self, toloker: TolokerAccount, dice: random.Random) -> None:
        """Take something, and submit or skip it."""
        pool = dice.choice([self.mixed, self.manual])
        try:
            page = self.insist(toloker, "POST", f"/worker/v1/pools/{pool}/take", None, "TOO_MANY_ACTIVE_ASSIGNMENTS")
        except Refused as refusal:
            assert refusal.code == "NO_TASKS_AVAILABLE", refusal
            time.sleep(0.02)
            return
        if page is None:
            # The take that was not answered did happen.
            (page,) = self.insist(toloker, "GET", "/worker/v1/assignments?status=ACTIVE")["items"]
        page = self.insist(toloker, "GET", f"/worker/v1/assignments/{page['id']}")
        self.given[page["id"]] = toloker.id
        if dice.random() < 0.2:
            self.insist(toloker, "POST", f"/worker/v1/assignments/{page['id']}/skip", None, "INAPPROPRIATE_STATUS")
            return
        solutions = [{"output_values": {"result": dice.choice(["OK", "BAD"])}} for _ in page["tasks"]]
        self.insist(toloker, "POST", f"/worker/v1/assignments/{page['id']}/submit", {"solutions": solutions}, "INAPPROPRIATE_STATUS")
        self.submitted.append(page["id"])

    def review(self, dice: random.Random) -> None:
        waiting = [key for key in list(self.submitted) if key not in self.verdicts]
        if not waiting:
            time.sleep(0.02)
            return
        key, status = dice.choice(waiting), dice.choice(["ACCEPTED", "ACCEPTED", "REJECTED"])
        verdict = {"status": status, "public_comment": "so"}
        self.insist(self.requester, "PATCH", f"/api/v1/assignments/{key}", verdict, "INAPPROPRIATE_STATUS")
        self.verdicts[key] = status

    def threads(self) -> list[threading.Thread]:
        acts: list[Callable[[random.Random], None]] = [self.batches, self.batches, self.pay, self.pay, self.review]
        acts += [partial(self.work, toloker) for toloker in self.crowd]
        return [threading.Thread(target=self._repeat, args=(act, random.Random(SEED + n))) for n, act in enumerate(acts)]

    def wait_for(self, more: int, verdict: str | None = None) -> None:
        """Until so many more calls were answered, and there was such a verdict."""
        until, enough = time.monotonic() + LONGEST_LIFE, self.answers + more
        while (self.answers < enough or (verdict and verdict not in list(self.verdicts.values()))) and time.monotonic() < until:
            time.sleep(0.01)

    def _repeat(self, act: Callable[[random.Random], None], dice: random.Random) -> None:
        try:
            while not self.over.is_set():
                act(dice)
        except BaseException as error:
            self.failures.append(error)


@pytest.fixture(scope="module", name="own")
def _own() -> Iterator[SandboxServer]:
    with sandbox_server() as server:
        yield server


def test_a_server_killed_at_any_moment_doubles_and_loses_nothing(own: SandboxServer) -> None:
    requester = own.create_requester(balance="1000.00")
    shop = Shop(own, requester, requester.call("POST", "/api/v1/projects", project_form()))
    mortal, dice = Mortal(own), random.Random(SEED)
    town = Town(shop, mortal)
    threads = town.threads()
    _live_and_die(mortal, town, threads, dice)
    assert town.failures == [] and town.cut_off > 0
    books.check(own)
    _all_that_was_answered_is_there(shop, town)


def _live_and_die(mortal: Mortal, town: Town, threads: list[threading.Thread], dice: random.Random) -> None:
    try:
        for n in range(KILLS):
            with mortal.life():
                for thread in threads if n == 0 else []:
                    thread.start()
                town.wait_for(dice.randint(*ANSWERS))
                # Not only right after an answer.
                time.sleep(dice.random() / 20)
        with mortal.life():
            town.wait_for(ANSWERS[1], verdict="ACCEPTED")
            town.over.set()
            for thread in threads:
                thread.join(60)
    finally:
        town.over.set()
    assert not any(thread.is_alive() for thread in threads)


def _all_that_was_answered_is_there(shop: Shop, town: Town) -> None:
    made = [task["input_values"]["image"] for pool in (town.mixed, town.manual)
            for task in shop.ask("GET", f"/tasks?pool_id={pool}&limit=100000")["items"]]
    assert Counter(made) == Counter(town.tasks) and len(made) >= 8
    bonuses = [bonus["private_comment"] for bonus in _pages(shop, "/user-bonuses?limit=300")]
    assert Counter(bonuses) == Counter(town.bonuses) and bonuses
    assignments = {row["id"]: row for pool in (town.mixed, town.manual)
                   for row in shop.ask("GET", f"/assignments?pool_id={pool}&limit=100000")["items"]}
    assert {key: row["user_id"] for key, row in assignments.items()} == town.given
    for key in town.submitted:
        assert assignments[key]["status"] == town.verdicts.get(key, "SUBMITTED") and assignments[key]["solutions"]
    assert {row["status"] for key, row in assignments.items() if key not in town.submitted} <= {"SKIPPED"}
    decided = Counter((change["assignment_id"], change["after"]) for change in shop.sandbox.changes() if change["before"] == "SUBMITTED")
    assert decided == Counter(town.verdicts.items()), "each decision took effect once, and that is what the log of changes says"
    assert "ACCEPTED" in town.verdicts.values()


def _pages(shop: Shop, path: str) -> Iterator[dict[str, Any]]:
    last = ""
    while True:
        page = shop.ask("GET", path + last)
        yield from page["items"]
        if not page["has_more"]:
            return
        last = f"&id_gt={page['items'][-1]['id']}"
