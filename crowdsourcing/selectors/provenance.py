"""Whose work is on jobs, for exports: the attempt that holds each, its Toloker under a name of ours, its price and its verdict; of merged
work those of everybody."""
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db.models import F, Q
from django.utils.crypto import salted_hmac

from crowdsourcing.models import Assignment, Consensus, ProviderCommand, StatusChange, Verdict
from crowdsourcing.statuses import AssignmentStatus, Cause

COLUMNS = ("assignment_id", "toloker", "price", "currency", "status", "started", "submitted", "accepted", "verdict_at",
           "verdict_by", "verdict_person", "verdict_source", "policy_version", "suspicion", "people", "agreement")
_SALT = "crowdsourcing.provenance"
_VERDICTS = (AssignmentStatus.ACCEPTED, AssignmentStatus.REJECTED)
# Of the change that was the verdict: (who made it, whether by a command of ours) -> word of the export.
_BY = {(Cause.REQUESTER, True): "person", (Cause.SYSTEM, True): "policy", (Cause.SYSTEM, False): "automatic acceptance",
       (Cause.PLATFORM, False): "platform"}


def toloker_name(account_id: int, user_id: str) -> str:
    """20 hex digits: the same for the same person on this installation, and not to be turned back without its SECRET_KEY."""
    return salted_hmac(_SALT, f"{account_id}:{user_id}", algorithm="sha256").hexdigest()[:20]


def provenance_of(jobs: Sequence[int]) -> dict[int, dict[str, str]]:
    """Job id -> column -> text, for jobs whose present holder is an assignment, and for those with merged work: there what differs from
    one to the other is listed, "; " between, in the order of taking. Three queries, four with merged work."""
    wanted = set(jobs)
    holders, merged = Q(job__in=jobs, remote_id=F("job__attempt")), Q(job__parent_job__in=jobs, status=AssignmentStatus.ACCEPTED)
    rows = Assignment.objects.filter(holders | merged).select_related("toloker", "job", "pool__crowd_project__account")
    held = {assignment.pk: assignment for assignment in rows.defer("solution", "suspicion_signals").order_by("created", "pk")}
    verdicts, reasons = _verdicts(list(held)), _reasons(held)
    found: dict[int, list[dict[str, str]]] = defaultdict(list)
    for pk, assignment in held.items():
        facts = {**_facts(assignment), **verdicts.get(pk, {}), **reasons.get(pk, {})}
        for job in wanted & {assignment.job_id, assignment.job.parent_job_id}:
            found[job or 0].append(facts)
    several = [job for job, each in found.items() if len(each) > 1]
    agreed = dict(Consensus.objects.filter(task_suite__job__in=several).values_list("task_suite__job", "score")) if several else {}
    return {job: {**_together(each), "people": str(len(each)), "agreement": _share(agreed.get(job))} for job, each in found.items()}


def _together(people: list[dict[str, str]]) -> dict[str, str]:
    names = dict.fromkeys(name for facts in people for name in facts)
    values = {name: [facts.get(name, "") for facts in people] for name in names}
    return {name: each[0] if len(set(each)) == 1 else "; ".join(each) for name, each in values.items()}


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _facts(assignment: Assignment) -> dict[str, str]:
    account = assignment.pool.crowd_project.account
    return {
        "assignment_id": assignment.remote_id, "toloker": toloker_name(account.pk, assignment.toloker.user_id),
        "price": f"{assignment.reward:f}", "currency": "USD", "status": assignment.status, "started": _time(assignment.created),
        "submitted": _time(assignment.submitted), "accepted": _time(assignment.accepted),
        "suspicion": "" if assignment.suspicion_at is None else f"{assignment.suspicion:.3f}"}


def _verdicts(assignments: list[int]) -> dict[int, dict[str, str]]:
    changes = StatusChange.objects.filter(
        target_type=ProviderCommand.Target.ASSIGNMENT, target_id__in=assignments, new__in=_VERDICTS).select_related("actor")
    # The last one stands: a rejection may be turned.
    return {change.target_id: {
        "verdict_at": _time(change.at), "verdict_by": _BY.get((Cause(change.cause), change.command_id is not None), _plain(change)),
        "verdict_person": change.actor.get_username() if change.actor else ""} for change in changes.order_by("at", "id")}


def _reasons(held: dict[int, Assignment]) -> dict[int, dict[str, str]]:
    """Which part of which policy was behind the status that the attempt has now: of several verdicts for it the last."""
    wanted: dict[str, str] = {AssignmentStatus.ACCEPTED: Verdict.Outcome.ACCEPT, AssignmentStatus.REJECTED: Verdict.Outcome.REJECT}
    rows = Verdict.objects.filter(assignment__in=list(held), outcome__in=wanted.values()).order_by("pk").values_list(
        "assignment", "outcome", "source", "policy__version")
    return {pk: {"verdict_source": source, "policy_version": "" if version is None else str(version)}
            for pk, outcome, source, version in rows if wanted.get(held[pk].status) == outcome}


def _plain(change: StatusChange) -> str:
    return "person" if change.actor_id else str(Cause(change.cause).value)


def _time(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
