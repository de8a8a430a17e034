"""Whom a rule would have hit: a replay over past attempts, event by event, as the platform counts. Pure.

Only what our own data can tell (a collector's `unknown` says why not). Work in other pools of the project is not counted; a ban of the
rule keeps its Toloker's later attempts out of the replay, and the counting starts again when it ends; until then what was submitted
before it is still reviewed, counts with the rest, and may make it longer.
"""
import operator
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from crowdsourcing.rules.catalogue import COLLECTORS

_DAY = timedelta(hours=24)
_FOREVER = datetime.max
_UNITS = {"MINUTES": "minutes", "HOURS": "hours", "DAYS": "days"}
OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "GT": operator.gt, "GTE": operator.ge, "LT": operator.lt, "LTE": operator.le, "EQ": operator.eq, "NE": operator.ne}


@dataclass(frozen=True, slots=True)
class Attempt:
    """One assignment, with the platform's times. `suite` is the job. `by_itself`: the pool accepts without review; `together`: everybody
    who does the job is given the same page (task suite), else the platform makes a page for each, and counts each alone."""

    worker: str
    suite: int
    reward: Decimal
    created: datetime
    submitted: datetime | None = None
    accepted: datetime | None = None
    rejected: datetime | None = None
    skipped: datetime | None = None
    by_itself: bool = False
    together: bool = True


@dataclass(frozen=True, slots=True)
class Event:
    """`kind`: submit, skip, pay (accepted by itself), accept, return (accepted after a rejection), reject."""

    at: datetime
    kind: str
    attempt: Attempt


@dataclass(slots=True)
class Hit:
    """Somebody (or a job: `suite`) a rule acts on. `first` and `last` time, how often, and what was counted the last time.

    `kept_out`: later attempts that a ban would have prevented; `waiting`: attempts and USD that would have been decided.
    """

    worker: str
    suite: int | None
    first: datetime
    last: datetime
    times: int
    facts: dict[str, float | str | None]
    until: datetime | None = None
    kept_out: int = 0
    kept_out_money: Decimal = Decimal(0)
    waiting: int = 0
    waiting_money: Decimal = Decimal(0)


@dataclass(slots=True)
class Counts:
    """What one collector remembers of one Toloker, or of one job."""

    verdicts: dict[int, str] = field(default_factory=dict)
    fast: deque[bool] = field(default_factory=deque)
    submitted: set[int] = field(default_factory=set)
    finished: set[int] = field(default_factory=set)
    skipped: int = 0
    earned: deque[tuple[datetime, Decimal]] = field(default_factory=deque)
    states: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class _Ban:
    """`over`: it has ended, and what was counted before is forgotten."""

    since: datetime
    until: datetime
    over: bool = False


def events_of(attempts: Iterable[Attempt]) -> list[Event]:
    """In the order in which the platform saw them."""
    return sorted((event for attempt in attempts for event in _events(attempt)), key=lambda event: event.at)


def _events(attempt: Attempt) -> Iterator[Event]:
    if attempt.skipped is not None:
        yield Event(attempt.skipped, "skip", attempt)
    if attempt.submitted is not None:
        yield Event(attempt.submitted, "submit", attempt)
    if attempt.rejected is not None:
        yield Event(attempt.rejected, "reject", attempt)
    if attempt.accepted is not None:
        kind = "return" if attempt.rejected is not None else "pay" if attempt.by_itself else "accept"
        yield Event(attempt.accepted, kind, attempt)


# --- collectors: (counts, event, parameters) -> facts, or None where this event says nothing new to the collector --------------------
Facts = dict[str, Any]


def _share(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None


def _acceptance_rate(counts: Counts, event: Event, parameters: dict[str, Any]) -> Facts | None:
    if event.kind not in ("accept", "return", "reject"):
        return None
    counts.verdicts.pop(id(event.attempt), None)
    counts.verdicts[id(event.attempt)] = event.kind
    size = parameters.get("history_size")
    latest = list(islice(reversed(counts.verdicts.values()), int(size))) if size else list(counts.verdicts.values())
    rejected = latest.count("reject")
    return {"total_assignments_count": len(latest), "accepted_assignments_rate": _share(len(latest) - rejected, len(latest)),
            "rejected_assignments_rate": _share(rejected, len(latest))}


def _answer_count(counts: Counts, event: Event, parameters: dict[str, Any]) -> Facts | None:
    key = id(event.attempt)
    if event.kind == "submit":
        counts.submitted.add(key)
    if event.kind == "reject":
        counts.finished.discard(key)
    # What was submitted before a ban is not finished after it.
    if event.kind not in ("submit", "return") or key not in counts.submitted:
        return None
    counts.finished.add(key)
    return {"assignments_accepted_count": len(counts.finished)}


def _submit_time(counts: Counts, event: Event, parameters: dict[str, Any]) -> Facts | None:
    if event.kind != "submit":
        return None
    threshold = timedelta(seconds=float(parameters["fast_submit_threshold_seconds"]))
    counts.fast.append(event.at - event.attempt.created < threshold)
    if (size := parameters.get("history_size")) and len(counts.fast) > size:
        counts.fast.popleft()
    return {"total_submitted_count": len(counts.fast), "fast_submitted_count": sum(counts.fast)}


def _skipped(counts: Counts, event: Event, parameters: dict[str, Any]) -> Facts | None:
    if event.kind == "submit":
        counts.skipped = 0
    if event.kind != "skip":
        return None
    counts.skipped += 1
    return {"skipped_in_row_count": counts.skipped}


def _income(counts: Counts, event: Event, parameters: dict[str, Any]) -> Facts | None:
    if event.kind not in ("pay", "accept", "return"):
        return None
    counts.earned.append((event.at, event.attempt.reward))
    while counts.earned[0][0] <= event.at - _DAY:
        counts.earned.popleft()
    return {"income_sum_for_last_24_hours": float(sum(amount for _, amount in counts.earned))}


_STATES = {"submit": ("", "pending"), "accept": ("pending", "accepted"), "reject": ("pending", "rejected"),
           "return": ("rejected", "accepted"), "pay": ("pending", "accepted")}
_WORDS = {"accept": "ACCEPT", "return": "ACCEPT_AFTER_REJECT", "reject": "REJECT"}


def _assessment(counts: Counts, event: Event, parameters: dict[str, Any]) -> Facts | None:
    before, after = _STATES.get(event.kind, ("", ""))
    counts.states[before] -= 1
    counts.states[after] += 1
    if event.kind not in _WORDS:
        return None
    return {"assessment_event": _WORDS[event.kind], **{f"{name}_assignments_count": counts.states[name] for name in (
        "pending", "accepted", "rejected")}}


_COLLECTORS: dict[str, Callable[[Counts, Event, dict[str, Any]], Facts | None]] = {
    "ACCEPTANCE_RATE": _acceptance_rate, "ANSWER_COUNT": _answer_count, "ASSIGNMENT_SUBMIT_TIME": _submit_time,
    "SKIPPED_IN_ROW_ASSIGNMENTS": _skipped, "INCOME": _income, "ASSIGNMENTS_ASSESSMENT": _assessment}


def why_unknown(collector: str) -> str:
    """Why the replay cannot tell; empty where it can."""
    return "" if collector in _COLLECTORS else COLLECTORS[collector].unknown


def holds(rule: dict[str, Any], facts: Facts) -> bool:
    """Whether all conditions hold. A share of nothing is unknown: that is other than everything, and nothing else."""
    for condition in rule["conditions"]:
        found = facts.get(condition["key"])
        if found is None:
            if condition["operator"] != "NE":
                return False
        elif not OPERATORS[condition["operator"]](found, condition["value"]):
            return False
    return True


# --- the replay ----------------------------------------------------------------------------------------------------------------------
def replay(collector: dict[str, Any], rule: dict[str, Any], events: list[Event]) -> list[Hit]:
    """Everybody whom the rule would have hit, in the order of the first time. `why_unknown` must be empty."""
    run = _Run(collector, rule)
    for event in events:
        run.see(event)
    return list(run.hits.values())


class _Run:
    def __init__(self, collector: dict[str, Any], rule: dict[str, Any]) -> None:
        self.count = _COLLECTORS[collector["type"]]
        self.parameters = collector.get("parameters") or {}
        self.rule, self.action = rule, rule["action"]["type"]
        self.by_job = COLLECTORS[collector["type"]].subject == "task suite"
        self.memory: dict[Any, Counts] = {}
        self.hits: dict[Any, Hit] = {}
        self.bans: dict[Any, list[_Ban]] = {}
        self.away: set[int] = set()
        self.waiting: dict[str, dict[int, Attempt]] = {}

    def see(self, event: Event) -> None:
        attempt = event.attempt
        key: Any = attempt.suite if self.by_job else attempt.worker
        if self._is_kept_out(attempt, key):
            return
        self._begin_again(key, event.at)
        self._follow(event)
        counted = id(attempt) if self.by_job and not attempt.together else key
        facts = self.count(self.memory.setdefault(counted, Counts()), event, self.parameters)
        if facts is not None and holds(self.rule, facts):
            self._act(key, event, facts)

    def _is_kept_out(self, attempt: Attempt, key: Any) -> bool:
        if id(attempt) in self.away:
            return True
        if not any(ban.since <= attempt.created < ban.until for ban in self.bans.get(key, ())):
            return False
        self.away.add(id(attempt))
        hit = self.hits[key]
        if attempt.submitted is not None:
            hit.kept_out += 1
            hit.kept_out_money += attempt.reward
        return True

    def _begin_again(self, key: Any, at: datetime) -> None:
        """With a ban's end the counting starts anew."""
        ban = self._last_ban(key)
        if ban is not None and ban.until <= at:
            ban.over = True
            self.memory[key] = Counts()

    def _last_ban(self, key: Any) -> _Ban | None:
        """The one that is in force, or whose end was not seen yet."""
        bans = self.bans.get(key)
        return bans[-1] if bans and not bans[-1].over else None

    def _ban(self, key: Any, at: datetime, until: datetime) -> datetime:
        """When it ends: a rule makes a ban longer, never shorter."""
        ban = self._last_ban(key)
        if ban is None:
            ban = _Ban(at, until)
            self.bans.setdefault(key, []).append(ban)
        ban.until = max(ban.until, until)
        return ban.until

    def _follow(self, event: Event) -> None:
        """Who has what waiting for review."""
        mine = self.waiting.setdefault(event.attempt.worker, {})
        if event.kind == "submit":
            mine[id(event.attempt)] = event.attempt
        elif event.kind != "skip":
            mine.pop(id(event.attempt), None)

    def _act(self, key: Any, event: Event, facts: Facts) -> None:
        hit = self.hits.get(key)
        if hit is None:
            hit = self.hits[key] = Hit(event.attempt.worker, event.attempt.suite if self.by_job else None, event.at, event.at, 0, facts)
        hit.last, hit.facts, hit.times, hit.worker = event.at, facts, hit.times + 1, event.attempt.worker
        if self.action in ("RESTRICTION_V2", "RESTRICTION"):
            until = _end(event.at, self.rule["action"].get("parameters") or {})
            hit.until = self._ban(key, event.at, _aware(until, event.at))
        elif self.action in ("APPROVE_ALL_ASSIGNMENTS", "REJECT_ALL_ASSIGNMENTS"):
            decided = self.waiting.pop(event.attempt.worker, {}).values()
            hit.waiting += len(decided)
            hit.waiting_money += sum((one.reward for one in decided), Decimal(0))


def _end(at: datetime, parameters: dict[str, Any]) -> datetime:
    days = parameters.get("duration_days")
    unit = "days" if days else _UNITS.get(parameters.get("duration_unit", ""))
    if unit is None:
        return _FOREVER
    try:
        return at + timedelta(**{unit: float(days or parameters["duration"])})
    except OverflowError:
        return _FOREVER


def _aware(until: datetime, like: datetime) -> datetime:
    return until if until.tzinfo is not None else until.replace(tzinfo=like.tzinfo)
