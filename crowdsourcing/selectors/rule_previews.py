"""Whom rules would have hit in a pool's data so far."""
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from crowdsourcing import rules
from crowdsourcing.models import Pool
from crowdsourcing.rules import replay
from crowdsourcing.rules.catalogue import COLLECTORS
from crowdsourcing.rules.replay import Attempt, Event, Hit
from crowdsourcing.selectors.drawing import in_pages
from crowdsourcing.selectors.skills import skill_names

# Of those who were hit, so many are listed; all are counted.
SHOWN = 50
_TIMES = ("created", "submitted", "accepted", "rejected", "skipped")


@dataclass(frozen=True)
class HitRow:
    """`counted`: what the rule saw; `effect`: what would have happened."""

    hit: Hit
    counted: str
    effect: str


@dataclass(frozen=True)
class Preview:
    """`unknown`: why our data cannot tell; then the rest says nothing. Money in USD."""

    unknown: str = ""
    note: str = ""
    tolokers: int = 0
    jobs: int = 0
    kept_out: int = 0
    kept_out_money: Decimal = Decimal(0)
    decided: int = 0
    decided_money: Decimal = Decimal(0)
    hits: list[HitRow] = field(default_factory=list)


def attempts_of(pool: Pool) -> Iterator[Attempt]:
    """Every assignment of the pool, two queries. A job that several do is one at the platform, whichever replica each has."""
    together = in_pages(pool)
    rows = pool.assignments.order_by("created", "pk").values_list("toloker__user_id", "task_suite__job_id", "reward", *_TIMES)
    for worker, job, reward, *times in rows.iterator():
        named = dict(zip(_TIMES, times, strict=True))
        # Accepted in the moment it was submitted: nobody reviewed it.
        by_itself = named["accepted"] is not None and named["accepted"] == named["submitted"]
        yield Attempt(worker=worker, suite=job, reward=reward, by_itself=by_itself, together=together, **named)


def events_of(pool: Pool) -> list[Event]:
    return replay.events_of(attempts_of(pool))


def preview(events: list[Event], collector: dict[str, Any], rule: dict[str, Any], skills: Mapping[str, str]) -> Preview:
    """Of one rule, alone. `collector` and `rule` have passed rules.clean."""
    why = replay.why_unknown(collector["type"])
    if why:
        return Preview(unknown=f"That cannot be known here: {why}")
    hits = replay.replay(collector, rule, events)
    by_job = COLLECTORS[collector["type"]].subject == "task suite"
    note = "Work in other pools of the project, which such a rule counts too, is not looked at here." \
        if (collector.get("parameters") or {}).get("history_size") else ""
    return Preview(
        note=note, tolokers=0 if by_job else len(hits), jobs=len(hits) if by_job else 0,
        kept_out=sum(hit.kept_out for hit in hits), kept_out_money=sum((hit.kept_out_money for hit in hits), Decimal(0)),
        decided=sum(hit.waiting for hit in hits), decided_money=sum((hit.waiting_money for hit in hits), Decimal(0)),
        hits=[HitRow(hit, rules.counted(collector, rule, hit.facts), rules.effect(collector, rule, hit.facts, skills))
              for hit in hits[:SHOWN]])


def previews(pool: Pool, configs: list[dict[str, Any]]) -> list[Preview]:
    """One for each rule, in order."""
    events, skills = events_of(pool), skill_names(pool.crowd_project.account)
    return [preview(events, config["collector_config"], rule, skills) for config in configs for rule in config["rules"]]
