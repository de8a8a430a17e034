"""A policy tried on past work: what it would have decided, held against what was decided or what another policy would. Changes nothing."""
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from crowdsourcing.models import Assignment, Pool
from crowdsourcing.quality.evidence import agreed_in_hindsight, evidence_of
from crowdsourcing.quality.judgement import ACCEPT, ASK, REJECT, WAIT, judge
from crowdsourcing.statuses import AssignmentStatus

# The newest attempts that are looked at: what a page can wait for.
MOST = 2_000
# Nobody decided yet.
OPEN = "open"
_DECIDED: dict[str, str] = {AssignmentStatus.ACCEPTED: ACCEPT, AssignmentStatus.REJECTED: REJECT, AssignmentStatus.SUBMITTED: OPEN}


@dataclass(frozen=True)
class Change:
    """One attempt about which the two differ: what it was and what it would be (accept, reject, ask, open), and why."""

    assignment: Assignment
    before: str
    after: str
    source: str
    why: str


@dataclass(frozen=True)
class Replay:
    """`before`, `after`: how many came to which outcome; `more_accepted` and `more_paid` (USD without the fee) may be negative.

    `left_out`: older attempts that were not looked at; `unknown`: those of which too little is known (votes, scores) to tell, which are in
    neither count.
    """

    looked_at: int
    left_out: int
    unknown: int
    before: dict[str, int]
    after: dict[str, int]
    more_paid: Decimal
    changes: list[Change]

    @property
    def whole(self) -> int:
        """All that was ever submitted."""
        return self.looked_at + self.left_out

    @property
    def more_accepted(self) -> int:
        return self.after.get(ACCEPT, 0) - self.before.get(ACCEPT, 0)


def replay(pool: Pool, config: Mapping[str, Any], against: Mapping[str, Any] | None = None) -> Replay:
    """`config` on all that was ever submitted in the pool, beside what was decided, or what the config `against` says of the same
    evidence. Suspicion and rounds are taken as they are now; how those who did one job agree is counted by each config's own rule, that
    of rejected work as it was before. Eight queries; where several do a job four more for each config, and three for every fifty jobs that
    have to be compared anew."""
    rows = Assignment.objects.filter(pool=pool, status__in=_DECIDED, submitted__isnull=False)
    newest = list(rows.select_related("task_suite", "toloker", "job").defer("solution").order_by("-submitted", "-pk")[:MOST])
    total = len(newest) if len(newest) < MOST else rows.count()
    evidence = evidence_of(pool, [row.pk for row in newest], compared=False)
    agreed, agreed_before = (agreed_in_hindsight(pool, newest, chosen or {}) for chosen in (config, against))
    before, after, changes, paid, unknown = Counter[str](), Counter[str](), list[Change](), Decimal(0), 0
    for row in newest:
        known = evidence[row.pk]
        was = _DECIDED[row.status] if against is None else judge(replace(known, agreed=agreed_before.get(row.pk)), against).outcome
        would = judge(replace(known, agreed=agreed.get(row.pk)), config)
        if WAIT in (was, would.outcome):
            unknown += 1
            continue
        before[was] += 1
        after[would.outcome] += 1
        paid += row.reward * ((would.outcome == ACCEPT) - (was == ACCEPT))
        if _differs(was, would.outcome):
            changes.append(Change(row, was, would.outcome, would.source, would.explanation))
    return Replay(len(newest), total - len(newest), unknown, dict(before), dict(after), paid, changes)


def _differs(before: str, after: str) -> bool:
    """What nobody decides is the same whatever the reason."""
    undecided = {ASK, OPEN}
    return before != after and not {before, after} <= undecided
