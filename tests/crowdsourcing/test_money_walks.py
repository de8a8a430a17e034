"""Random walks: whatever people, the platform and its pages do in whatever order, our ledger says what the platform's work says."""
import random
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from annotation.models import Job, Snapshot
from annotation.services import shapes
from crowdsourcing import selectors
from crowdsourcing.job_keys import job_key_of
from crowdsourcing.models import Assignment, ProviderCommand
from crowdsourcing.providers.errors import Refused as RefusedThere, Unavailable
from crowdsourcing.selectors.consensus import people_wanted
from crowdsourcing.services import assignments
from crowdsourcing.services.policies import set_policy
from crowdsourcing.transitions import CONSUMES_OVERLAP, Refused
from tests.crowdsourcing.crowd import Crowd
from tests.crowdsourcing.test_consensus import ASIDE, ELSEWHERE, RIGHT, settle

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]
PRICE = Decimal("0.05")
STEPS = 45


class Meanwhile(list[Any]):
    """The calls of the platform: before one is answered something else may happen there."""

    def __init__(self, happens: Callable[[], None]) -> None:
        super().__init__()
        self.happens = happens

    def append(self, call: Any) -> None:
        super().append(call)
        if not call[0].startswith("did "):
            self.happens()


class Walk:
    """One pool of three jobs; each step does something that can happen."""

    def __init__(self, crowd: Crowd, seed: int) -> None:
        self.crowd, self.dice, self.people = crowd, random.Random(seed), 0
        self.outside, self.strangers = Counter[str](), self.dice.random() < 0.4
        crowd.make_frames()
        self.overlap = self.dice.choice([1, 2, 2, 3])
        crowd.open_pool(overlap=self.overlap, reissue_policy=self.dice.choice(["by_hand", "at_once"]))
        if self.overlap > 1 and self.dice.random() < 0.7:
            set_policy(actor=crowd.owner, pool=crowd.pool, config={"consensus": {"max_people": self.overlap + 2}})
        self.keys = [job_key_of(crowd.suite(number)) for number in range(3)]
        self.restless, self.remote_id, self.at_once = True, crowd.pool.remote_id, crowd.pool.reissue_policy == "at_once"
        crowd.platform.calls = Meanwhile(self.meanwhile)

    def meanwhile(self) -> None:
        """Between any two calls of ours."""
        if self.restless and self.dice.random() < 0.15:
            self.dice.choice([self.take, self.take, self.hand_in_elsewhere, self.give_up, self.decide_elsewhere, self.change_offer])()

    def at(self, *statuses: str) -> str:
        """The id of an attempt with one of these statuses at the platform, "" without any."""
        found = [key for key, row in self.crowd.platform.assignments.items() if row.status in statuses]
        return self.dice.choice(found) if found else ""

    def step(self) -> None:
        verbs = [self.take] * 4 + [self.hand_in] * 4 + [self.sync] * 3 + [self.deliver] * 3 + [self.decide] * 4 + [
            self.give_up, self.decide_elsewhere, self.reissue, self.settle, self.change_offer, self.fault]
        self.dice.choice(verbs)()

    def take(self) -> None:
        self.people += 1
        try:
            self.crowd.platform.take(self.remote_id, f"w{self.people:03d}", self.dice.choice(self.keys))
        except AssertionError:
            return

    def hand_in(self) -> None:
        if not (key := self.at("ACTIVE")):
            return
        row = Assignment.objects.filter(remote_id=key).first()
        if row is not None:
            job = Job.objects.get(pk=row.job_id)
            label = self.crowd.project.labels.get().pk
            box = self.dice.choice([RIGHT, RIGHT, ASIDE, ELSEWHERE])
            content = {"shapes": [{"type": "rectangle", "points": box, "label_id": label}], "tags": []}
            shapes.write_frames(job, shapes.validate_frames(job=job, frames={str(job.start_frame): content}))
            Snapshot.objects.create(job=job, attempt=key, worker="w", reason="submitted", revision=1, digest="d" * 64,
                                    data={"frames": shapes.frames_of(job=job)})
        self.crowd.platform.submit(key, {"digest": "d" * 64})

    def hand_in_elsewhere(self) -> None:
        """What our editor was never asked about has no work."""
        if key := self.at("ACTIVE"):
            self.crowd.platform.submit(key, {"digest": "d" * 64})

    def give_up(self) -> None:
        if key := self.at("ACTIVE"):
            self.crowd.platform.change(key, self.dice.choice(["SKIPPED", "EXPIRED"]))

    def decide_elsewhere(self) -> None:
        """In the platform's own pages, or an appeal there; its rule offers what is rejected again."""
        if not (key := self.at("SUBMITTED", "REJECTED")):
            return
        found = self.crowd.platform.assignments[key]
        if found.status == "REJECTED" or self.dice.random() < 0.5:
            self.crowd.platform.change(key, "ACCEPTED")
            return
        self.crowd.platform.change(key, "REJECTED")
        if self.at_once:
            self.crowd.platform.tasks[found.task_id].overlap += 1

    def decide(self) -> None:
        rows = list(Assignment.objects.filter(status__in=["SUBMITTED", "REJECTED"]).order_by("pk"))
        if not rows:
            return
        row = self.dice.choice(rows)
        verb = assignments.accept_assignment if row.status == "REJECTED" or self.dice.random() < 0.5 else assignments.reject_assignment
        self.ask(verb, assignment=row, comment="So it is.")

    def reissue(self) -> None:
        self.ask(assignments.reissue_job, task_suite=self.crowd.suite(self.dice.randrange(3)))

    def ask(self, verb: Any, **arguments: Any) -> None:
        try:
            verb(actor=self.crowd.owner, **arguments)
        except Refused:
            return

    def change_offer(self) -> None:
        """Somebody offers a job to another number in the platform's pages; not in every walk, as what is theirs stays."""
        if not self.strangers:
            return
        task = self.dice.choice(list(self.crowd.platform.tasks.values()))
        used = sum(row.task_id == task.id and row.status in CONSUMES_OVERLAP for row in self.crowd.platform.assignments.values())
        wanted = max(used, self.overlap, task.overlap + self.dice.choice([-1, 1]))
        self.outside[task.id] += max(0, wanted - task.overlap)
        task.overlap = wanted

    def fault(self) -> None:
        method = self.dice.choice(["accept", "reject", "reissue", "withdraw", "tasks"])
        if self.dice.random() < 0.3:
            self.crowd.platform.fail(method, RefusedThere("The platform said no.", "NO"))
        else:
            self.crowd.platform.fail(method, Unavailable("The platform is away.", "AWAY"), after=self.dice.random() < 0.5)

    def sync(self) -> None:
        self.crowd.sync()

    def settle(self) -> None:
        settle(self.crowd)

    def deliver(self) -> None:
        waiting = list(ProviderCommand.objects.filter(status="pending").order_by("created_at"))
        if waiting:
            self.crowd.deliver(self.dice.choice(waiting))

    def rest(self) -> None:
        """Until nothing moves any more, without faults."""
        self.restless = False
        self.crowd.platform.faults.clear()
        for _ in range(4):
            self.crowd.deliver_all()
            self.crowd.sync()
            settle(self.crowd)

    # --- what must hold ---------------------------------------------------------------------------------------------------------------

    def check(self) -> None:
        money = self.crowd.money()
        assert min(money.values()) >= 0, money

    def check_all(self) -> None:
        platform, money = self.crowd.platform, self.crowd.money()
        rows = list(platform.assignments.values())
        sums: Counter[str] = Counter()
        for row in rows:
            sums[row.status] += row.reward
        used = Counter(row.task_id for row in rows if row.status in CONSUMES_OVERLAP)
        open_places = sum(max(0, task.overlap - used[task.id]) for task in platform.tasks.values())
        assert (money["spent"], money["reserved"]) == (sums["ACCEPTED"], sums["SUBMITTED"])
        # What was rejected may still be accepted after all.
        assert money["free"] == open_places * PRICE + sums["ACTIVE"] + sums["REJECTED"]
        for number in range(3):
            suite = self.crowd.suite(number)
            task = platform.tasks[suite.remote_task_id]
            assert suite.overlap == task.overlap
            assert not ProviderCommand.objects.filter(target_type="task_suite", target_id=suite.pk, status="pending").exists()
            here = len(selectors.people_at(suite))
            wanted = max(0, people_wanted(suite) - here)
            # What somebody offers to more in the platform's pages is theirs, and so is what a refusal left there.
            if not self.outside[task.id] and not self.refused(suite):
                assert task.overlap - used[task.id] <= wanted, (number, here, wanted)
        decided = Counter(call for call in platform.calls if call[0] in ("did accept", "did reject"))
        assert not decided or max(decided.values()) == 1

    def refused(self, suite: Any) -> int:
        return ProviderCommand.objects.filter(target_type="task_suite", target_id=suite.pk, status="failed").count()


@pytest.mark.parametrize("seed", [0, 3, 7, 11])
def test_the_ledger_says_what_the_platforms_work_says(crowd: Crowd, seed: int) -> None:
    walk = Walk(crowd, seed)
    for _ in range(STEPS):
        walk.step()
        walk.check()
    walk.rest()
    walk.check()
    walk.check_all()
