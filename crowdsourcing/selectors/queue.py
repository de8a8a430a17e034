"""The review queue: what waits for a decision, narrowed, in an order, and which comes next."""
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import timezone

from annotation import selectors as room1
from annotation.models import Issue
from crowdsourcing.models import Assignment, BulkItem, ProviderCommand, Verdict
from crowdsourcing.selectors.policies import policy_comes
from crowdsourcing.selectors.reviews import REVIEW_END, review_end
from crowdsourcing.statuses import OPEN_COMMAND_STATUSES, AssignmentStatus

# Suspicion from which a level begins; below the first it is low.
LEVELS = {"high": 0.6, "medium": 0.3, "low": 0.0}
# Word in the address -> columns; the last one makes the order total.
ORDERS = {"oldest": ("submitted", "pk"), "deadline": ("accepted_by_itself_at", "pk"), "suspicion": ("-suspicion", "submitted", "pk")}
_AGE = re.compile(r"(under|over)-(\d{1,4})h")
_LONGEST_HOURS = 24 * 100


@dataclass(frozen=True)
class QueueFilters:
    """What a reviewer wants to see, as it stands in the address; empty means any.

    `age`: "under-24h" or "over-72h" since it was submitted. `due`: hours until the platform accepts by itself. `suspicion`: this level or
    more. `issues`: "open": with issues about this attempt that nobody has resolved.
    """

    project: int | None = None
    pool: int | None = None
    toloker: str = ""
    age: str = ""
    due: int | None = None
    suspicion: str = ""
    issues: str = ""
    sort: str = "oldest"

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> "QueueFilters":
        """ValidationError by field; keys that are no filter are left alone."""
        errors: dict[str, str] = {}
        values: dict[str, Any] = {}
        for name, (read, sentence) in _READERS.items():
            text = str(data.get(name) or "").strip()
            if not text:
                continue
            value = read(text)
            if value is None:
                errors[name] = sentence.format(text[:40])
            else:
                values[name] = value
        if errors:
            raise ValidationError(errors)
        return cls(**values)

    @classmethod
    def names(cls) -> set[str]:
        return set(_READERS)

    def given(self) -> dict[str, Any]:
        """Only what is not its default."""
        plain = QueueFilters()
        return {name: value for name, value in asdict(self).items() if value != getattr(plain, name)}

    def query(self) -> str:
        """For an address, without the question mark."""
        return urlencode(self.given())

    @property
    def narrows(self) -> bool:
        return bool(self.given().keys() - {"sort"})


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def _hours(text: str) -> int | None:
    number = _number(text)
    return number if number is not None and 0 < number <= _LONGEST_HOURS else None


_READERS: dict[str, tuple[Any, str]] = {
    "project": (_number, "“{}” is not a project's number."),
    "pool": (_number, "“{}” is not a pool's number."),
    "toloker": (lambda text: text if len(text) <= 64 and "\x00" not in text else None, "“{}” is not a Toloker's id."),
    "age": (lambda text: text if _AGE.fullmatch(text) else None, "“{}” is not an age such as under-24h or over-72h."),
    "due": (_hours, "“{}” is not a number of hours from 1 to 2400."),
    "suspicion": (lambda text: text if text in LEVELS else None, "“{}” is not one of low, medium, high."),
    "issues": (lambda text: text if text == "open" else None, "“{}” is not a choice: only open is."),
    "sort": (lambda text: text if text in ORDERS else None, "“{}” is not one of oldest, deadline, suspicion."),
}


def suspicion_level(score: float) -> str:
    """"low", "medium" or "high"."""
    return next(level for level, least in LEVELS.items() if score >= least)


def queue_of(user: Any, filters: QueueFilters) -> QuerySet[Assignment]:
    """Submitted work of the user's projects that nobody has judged, each with `accepted_by_itself_at` on our clock."""
    rows = Assignment.objects.filter(status=AssignmentStatus.SUBMITTED)
    if not room1.is_admin(user):
        rows = rows.filter(pool__task__project__in=room1.projects_for(user).order_by().values("pk"))
    return narrowed(rows, filters).order_by(*ORDERS[filters.sort])


def narrowed(rows: QuerySet[Assignment], filters: QueueFilters) -> QuerySet[Assignment]:
    rows = rows.annotate(accepted_by_itself_at=REVIEW_END)
    wanted = Q()
    if filters.project is not None:
        wanted &= Q(pool__task__project=filters.project)
    if filters.pool is not None:
        wanted &= Q(pool=filters.pool)
    if filters.toloker:
        # Pages show the last eight characters; shorter ones could mean somebody else.
        wanted &= Q(**{"toloker__user_id__endswith" if len(filters.toloker) >= 8 else "toloker__user_id": filters.toloker})
    if filters.age:
        wanted &= _of_age(filters.age)
    if filters.due is not None:
        wanted &= Q(accepted_by_itself_at__lte=timezone.now() + timedelta(hours=filters.due))
    if filters.suspicion:
        wanted &= Q(suspicion__gte=LEVELS[filters.suspicion])
    if filters.issues:
        wanted &= Q(Exists(Issue.objects.filter(job=OuterRef("job"), attempt=OuterRef("remote_id"), resolved_date=None)))
    return rows.filter(wanted)


def _of_age(age: str) -> Q:
    """By the platform's clock, which wrote `submitted`; the little that clocks differ does not matter for hours."""
    found = _AGE.fullmatch(age)
    assert found is not None
    edge = timezone.now() - timedelta(hours=int(found[2]))
    return Q(submitted__gt=edge) if found[1] == "under" else Q(submitted__lte=edge)


def _asked() -> QuerySet[ProviderCommand]:
    return ProviderCommand.objects.filter(
        target_type=ProviderCommand.Target.ASSIGNMENT, target_id=OuterRef("pk"), status__in=OPEN_COMMAND_STATUSES)


def _planned() -> QuerySet[BulkItem]:
    return BulkItem.objects.filter(assignment=OuterRef("pk"), state=BulkItem.State.WAITING, bulk__stopped_at=None)


def undecided(rows: QuerySet[Assignment]) -> QuerySet[Assignment]:
    """Those about which no decision is on its way to the platform or waits for its turn in a bulk decision."""
    return rows.exclude(Exists(_asked())).exclude(Exists(_planned()))


def with_decisions(rows: QuerySet[Assignment]) -> QuerySet[Assignment]:
    """Each with `deciding` (the verb that is on its way, or None), `planned` (its turn in a bulk decision comes), `left_because` (why a
    policy left it to a person, or None) and `policy_comes` (the pool's policy is still to decide)."""
    left = Verdict.objects.filter(assignment=OuterRef("pk"), outcome=Verdict.Outcome.ASK).order_by("-pk")
    return rows.annotate(deciding=Subquery(_asked().values("kind")[:1]), planned=Exists(_planned()),
                         left_because=Subquery(left.values("explanation")[:1]),
                         policy_comes=ExpressionWrapper(policy_comes(), output_field=BooleanField()))


def queue_sums(rows: QuerySet[Assignment]) -> dict[str, Any]:
    """{"count", "amount", "free", "free_amount"}: all, and those that are undecided; USD without the fee. One query."""
    free = ~Exists(_asked()) & ~Exists(_planned())
    found = rows.order_by().aggregate(
        count=Count("pk"), amount=Sum("reward"), free=Count("pk", filter=free), free_amount=Sum("reward", filter=free))
    return {name: value or 0 for name, value in found.items()}


def next_to_review(user: Any, after: Assignment | None, filters: QueueFilters) -> Assignment | None:
    """The first of the user's queue that comes after `after` (None: the very first) and that nobody has decided about; None at the end.

    `after` need not be in the queue any more: its place is told by its own times and suspicion, not by counting rows.
    """
    rows = undecided(queue_of(user, filters))
    if after is not None:
        rows = rows.filter(_behind(after, filters.sort)).exclude(pk=after.pk)
    return rows.select_related("pool__task__project", "pool__crowd_project__account", "task_suite", "job", "toloker").first()


def _behind(after: Assignment, sort: str) -> Q:
    """Rows whose place in the order is behind that of `after`. Rows without a time are last, as in the database."""
    place: dict[str, Any] = {
        "submitted": after.submitted, "accepted_by_itself_at": review_end(after), "suspicion": after.suspicion, "pk": after.pk}
    found, same = Q(), Q()
    for column in ORDERS[sort]:
        name = column.lstrip("-")
        found |= same & _beyond(name, place[name], down=column.startswith("-"))
        same &= Q(**{name: place[name]}) if place[name] is not None else Q(**{f"{name}__isnull": True})
    return found


def _beyond(name: str, value: float | datetime | None, *, down: bool) -> Q:
    if value is None:
        return Q(pk__in=[])
    return Q(**{f"{name}__lt": value}) if down else Q(**{f"{name}__gt": value}) | Q(**{f"{name}__isnull": True})
