"""SIGKILL at random moments of work that is under way, and what must be true of the platform's books afterwards."""
import os
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.journeys.verified import House, assignments
from tests.stack.mortal import EVERYTHING, VICTIMS, Mortal
from tests.stack.sandbox import RequesterAccount

# Names the seed of a run that is to be tried again.
VARIABLE = "KILL_SEED"
# Within so many changes of assignments all kills lie: the shortest run has more of them.
SPAN = 34
_DELAY_SECONDS = 0.6
_LOOK_SECONDS, _LONGEST_PAUSE_SECONDS = 0.3, 1.0
_DECIDED = ("ACCEPTED", "REJECTED")


def seed_of_this_run() -> int:
    """From the environment, else a new one; printed, so that a failed test shows it."""
    given = os.environ.get(VARIABLE)
    seed = int(given) if given else random.SystemRandom().randrange(10**6)
    print(f"{VARIABLE}={seed}")
    return seed


@dataclass
class Killer:
    """Kills each victim once, then everything at once: when so many changes were made at the sandbox, and a little later."""

    stack: Mortal
    seed: int
    plan: list[tuple[int, float, str]] = field(init=False)

    def __post_init__(self) -> None:
        chance = random.Random(self.seed)
        victims = [*chance.sample(sorted(VICTIMS), len(VICTIMS)), EVERYTHING]
        moments = sorted(chance.sample(range(1, SPAN), len(victims)))
        self.plan = [(moment, chance.uniform(0, _LONGEST_PAUSE_SECONDS), victim) for moment, victim in zip(moments, victims, strict=True)]

    def strike(self, changes: int) -> None:
        """Kill whose moment has come, and see it started again."""
        if not self.plan or changes < self.plan[0][0]:
            return
        _, pause, victim = self.plan.pop(0)
        time.sleep(pause)
        began = time.monotonic()
        self.stack.kill(victim)
        print(f"after {changes} changes: {victim}, back after {time.monotonic() - began:.1f} s")


def slow_down(stack: Mortal) -> None:
    """Decisions and questions take their time at the sandbox, so that kills find some on their way; and some answers get lost."""
    for method, path in (("PATCH", r"^/api/v1/assignments/"), ("POST", r"^/api/v1/tasks")):
        stack.sandbox.fault(path, "drop_after", method=method, times=2)
        stack.sandbox.fault(path, "delay", method=method, seconds=_DELAY_SECONDS, times=1_000)


def wait_until_accepted(house: House, pools: tuple[str, str], jobs: int, *, seconds: float, killer: Killer | None = None) -> None:
    """Until so many assignments of the first pool are accepted at the sandbox, and nothing of it waits there or here."""
    end = time.monotonic() + seconds
    while True:
        house.stack.assert_alive()
        changes = [change for change in house.stack.sandbox.changes() if change["pool_id"] in pools]
        accepted = sum(change["pool_id"] == pools[0] and change["after"] == "ACCEPTED" for change in changes)
        if accepted >= jobs and not house.unsettled():
            assert not killer or not killer.plan, f"the work was done before {killer.plan} died"  # type: ignore[union-attr]
            return
        assert time.monotonic() < end, (
            f"{accepted} of {jobs} jobs accepted after {seconds:.0f} s; killed: {house.stack.killed}; {house.standing()}")
        if killer is not None and accepted < jobs:
            killer.strike(len(changes))
        time.sleep(_LOOK_SECONDS)


def assert_decided_once(house: House, account: RequesterAccount, pool: str, jobs: int) -> None:
    """Counted at the sandbox: of each attempt one decision took effect, and each job has one accepted attempt."""
    changes = [change for change in house.stack.sandbox.changes(pool_id=pool) if change["after"] in _DECIDED]
    assert Counter(change["by"] for change in changes) == {"REQUESTER": len(changes)}
    given = assignments(account, pool)
    decided = {item["id"] for item in given if item["status"] in _DECIDED}
    assert Counter(change["assignment_id"] for change in changes) == dict.fromkeys(decided, 1)
    calls = house.stack.sandbox.requests(path=r"^/api/v1/assignments/", method="PATCH")
    through = Counter(call["path"].rpartition("/")[2] for call in calls if call["status"] == 200 and call["requester_id"] == account.id)
    # The log of calls misses those whose answer a kill cut off; what it has is no more than what happened.
    assert set(through) <= decided and set(through.values()) <= {1}
    paid = Counter(item["tasks"][0]["input_values"]["job_key"] for item in given if item["status"] == "ACCEPTED")
    assert len(paid) == jobs and set(paid.values()) == {1}, "each job is paid once"


def assert_asked_once(house: House, account: RequesterAccount, pool: str) -> None:
    """Each frame of an attempt is one question at the sandbox, and the one that we know."""
    tasks = account.call("GET", f"/api/v1/tasks?pool_id={pool}&limit=10000")["items"]
    there = [(task["input_values"]["assignment_id"], task["id"]) for task in tasks]
    with house.rows("SELECT a.remote_id || ':' || q.frame, q.remote_task_id FROM crowdsourcing_verificationtask q "
                    "JOIN crowdsourcing_verification v ON v.id = q.verification_id "
                    "JOIN crowdsourcing_assignment a ON a.id = q.assignment_id WHERE v.remote_pool_id = %s", pool) as asked:
        assert sorted(there) == sorted(asked)


def assert_books_agree(house: House, account: RequesterAccount, pools: tuple[str, str], spent_on_checks: Decimal) -> None:
    """What we say was spent is what the sandbox took, attempt by attempt and in sum."""
    work, checks = (assignments(account, pool) for pool in pools)
    with house.rows("SELECT a.remote_id, l.amount FROM crowdsourcing_ledgerentry l "
                    "JOIN crowdsourcing_assignment a ON a.id = l.assignment_id JOIN crowdsourcing_pool p ON p.id = a.pool_id "
                    "WHERE p.remote_id = %s AND l.kind LIKE 'charge%%'", pools[0]) as charged:
        assert sorted(charged) == sorted((item["id"], _money(item["reward"])) for item in work if item["status"] == "ACCEPTED")
    fee = 1 + Decimal(house.stack.sandbox.environment.get("SANDBOX_FEE_PERCENT", "30")) / 100
    pages = [item for item in checks if item["status"] == "ACCEPTED"]
    assert spent_on_checks == sum(_money(item["reward"]) for item in pages) * fee
    taken = Decimal(100) - _money(account.call("GET", "/api/v1/requester")["balance"])
    assert taken == sum(amount for _, amount in charged) * fee + spent_on_checks


def _money(value: Any) -> Decimal:
    return Decimal(str(value))
