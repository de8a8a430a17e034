"""What only looks at quality: whom it lets in, what filters tell of others' work, and what odd addresses get."""
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from annotation.models import Frame, OrganizationMember
from annotation.services import organizations
from crowdsourcing import tasks
from crowdsourcing.models import Assignment, Pool, StatusChange, Verdict, Verification, VerificationTask, Vote, WorkMeasure
from crowdsourcing.verification_wishes import DEFAULTS
from tests.cast import door, person
from tests.crowdsourcing import scene

pytestmark = [pytest.mark.services, pytest.mark.django_db]
ROOT = "/api/crowdsourcing"
# {pool}, {task}, {worker}, {job}, {assignment}, {verdict}, {change}: of somebody else's pool.
PAGES = ["/pools/{pool}/quality", "/pools/{pool}/quality/labels", "/pools/{pool}/quality/workers", "/pools/{pool}/results",
         "/pools/{pool}/policy", "/pools/{pool}/rules", "/pools/{pool}/rules?preview", "/pools/{pool}/verification",
         "/crowdsourcing/workers/{worker}", "/review/next?after={assignment}"]
DETAILS = ["/pools/{pool}/quality", "/pools/{pool}/confusion", "/pools/{pool}/policy", "/pools/{pool}/rules", "/pools/{pool}/verification",
           "/workers/{worker}", "/verdicts/{verdict}", "/assignments/{assignment}", "/reviews/{change}"]
LISTS = {
    "workers": ["", "pool={pool}", "user_id={user}"],
    "verdicts": ["", "pool={pool}", "task={task}", "job={job}", "assignment={assignment}", "toloker={user}", "outcome=reject",
                 "actor=alice"],
    "assignments": ["", "pool={pool}", "job={job}", "toloker={user}", "status=REJECTED", "suspicion=high", "due_within=2400"],
    "reviews": ["", "pool={pool}", "job={job}", "assignment={assignment}", "toloker={user}", "reviewer=alice"],
    "task-suites": ["", "pool={pool}", "job={job}"], "status-changes": ["", "target={assignment}", "target_type=assignment"]}
ODD = ["0", "-1", "abc", "9" * 30, "9" * 5_000, "NaN", "\x00", "²", ""]


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    found: list[int] = []
    monkeypatch.setattr(tasks, "ring_for_confusions", found.append)
    return found


@pytest.fixture
def pool(alice: Any, team: Any) -> Pool:
    """Alice's in her organization, one job rejected, one waiting, a vote and a verdict."""
    project = scene.project(alice)
    project.organization = team
    project.save(update_fields=["organization"])
    made = scene.pool(scene.task(project, jobs=2), status="OPEN")
    for number in range(2):
        Frame.objects.create(task=made.task, number=number, name="a.jpg", width=400, height=300, byte_size=1)
    rows = [scene.assignment(job, status) for job, status in zip(made.task.jobs.all(), ("REJECTED", "SUBMITTED"), strict=True)]
    Assignment.objects.filter(pool=made).update(suspicion=0.9)
    WorkMeasure.objects.create(assignment=rows[0], with_work=True, frames=1, seconds=5, marks=1)
    Verdict.objects.create(assignment=rows[0], source="hand", outcome="reject", explanation="Why.", actor=alice)
    verification = Verification.objects.create(pool=made, mark="m", config=DEFAULTS)
    question = VerificationTask.objects.create(
        verification=verification, assignment=rows[0], frame=0, answer="BAD", confidence=0.9, decided_at=timezone.now())
    Vote.objects.create(task=question, toloker=rows[1].toloker, remote_assignment_id="p", answer="BAD", submitted=timezone.now())
    return made


@pytest.fixture
def named(pool: Pool) -> Callable[[str], str]:
    row = Assignment.objects.get(status="REJECTED")
    change = StatusChange.objects.get(target_type="assignment", target_id=row.pk, new="REJECTED")
    names = {"pool": pool.pk, "task": pool.task_id, "worker": row.toloker_id, "user": row.toloker.user_id, "job": row.job_id,
             "assignment": row.pk, "verdict": row.verdicts.get().pk, "change": change.pk}
    return lambda address: address.format(**names)


@pytest.fixture
def outsiders(pool: Pool, wanda: Any, stranger: Any, bob: Any) -> dict[str, Client]:
    """A worker of the organization, somebody without a role, and a supervisor and an owner of another organization."""
    other = organizations.create_organization(actor=bob, slug="herds", name="Herds")
    supervisor = person("susan")
    OrganizationMember.objects.create(organization=other, user=supervisor, role="supervisor")
    people = {"worker": wanda, "stranger": stranger, "supervisor elsewhere": supervisor, "bob": bob}
    return {who: door(user) for who, user in people.items()}


def test_outsiders_find_nothing(outsiders: dict[str, Client], named: Callable[[str], str], rung: list[int]) -> None:
    for who, client in outsiders.items():
        for address in [*PAGES, *(ROOT + path for path in DETAILS)]:
            assert client.get(named(address)).status_code == 404, (who, address)
        for path in ("policy/replay", "rules/preview"):
            answer = client.post(named(f"{ROOT}/pools/{{pool}}/{path}"), {"config": {}, "rules": []}, content_type="application/json")
            assert answer.status_code == 404, (who, path)
    assert not rung, "nobody has anything counted for an outsider"


def test_filters_tell_outsiders_nothing(outsiders: dict[str, Client], signed_in: Client, named: Callable[[str], str]) -> None:
    for name, queries in LISTS.items():
        for query in queries:
            address = named(f"{ROOT}/{name}?{query}")
            assert signed_in.get(address).json()["count"], f"{address} finds nothing for its owner, so it proves nothing"
            for who, client in outsiders.items():
                assert client.get(address).json()["count"] == 0, (who, address)
    for query in ("", "?pool={pool}", "?toloker={user}", "?suspicion=high"):
        for who, client in outsiders.items():
            context = client.get(named(f"/review{query}")).context
            assert (context["page"].paginator.count, context["sums"]["count"], list(context["pools"])) == (0, 0, []), (who, query)
            assert client.get("/review/soon").context["totals"]["far"] == 0


@pytest.mark.parametrize("odd", ODD, ids=[f"odd {number}" for number in range(len(ODD))])
def test_odd_addresses_get_a_page_or_a_word(signed_in: Client, named: Callable[[str], str], rung: list[int], odd: str) -> None:
    names = ("page", "sort", "verifiers", "show", "worker", "honeypots", "all", "preview")
    for page in PAGES:
        address = named(page)
        answer = signed_in.get(address + ("&" if "?" in address else "?") + urlencode([(name, odd) for name in names for _ in range(2)]))
        assert answer.status_code in (200, 302), address
    filters = ("page", "project", "pool", "toloker", "age", "due", "suspicion", "issues", "sort")
    for path in ("/review", "/review/next", "/review/soon"):
        assert signed_in.get(f"{path}?{urlencode(dict.fromkeys(filters, odd))}").status_code in (200, 302), path
    for listed, name in (("workers", "pool"), ("workers", "page"), ("verdicts", "policy"), ("verdicts", "page"), ("assignments", "sort"),
                         ("assignments", "due_within"), ("reviews", "toloker"), ("reviews", "page_size")):
        answer = signed_in.get(f"{ROOT}/{listed}?{urlencode([(name, odd), (name, odd)])}")
        assert answer.status_code == 200 or (answer.status_code in (400, 404) and answer.json()), (listed, name)
