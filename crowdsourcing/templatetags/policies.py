"""Words of review policies and verdicts. `{% load policies %}`.

| tag | gives |
|---|---|
| `{{ version|policy_words }}` | what a version decides by, one line |
| `{% outcome_of_policy word %}` | accept, reject, ask, wait or open as a dot with its word |
| `{{ replay|replay_sentence }}`, `{{ replay|not_yet:"before" }}` | "14 more accepted, $0.70 more."; how many nobody has decided |
"""
from typing import Any

from django import template
from django.utils.safestring import SafeString

from annotation.templatetags.pages import dot
from crowdsourcing.models import ReviewPolicy
from crowdsourcing.quality.judgement import WAIT
from crowdsourcing.quality.policies import BLOCKS, ORDER, is_by_hand
from crowdsourcing.quality.replaying import OPEN, Replay
from crowdsourcing.templatetags.crowd import money

register = template.Library()

OUTCOMES = {"accept": ("green", "Accept"), "reject": ("red", "Reject"), "ask": ("yellow", "Left to you"), "wait": ("gray", "Waits"),
            "open": ("gray", "Not decided")}


@register.filter
def policy_words(policy: ReviewPolicy) -> str:
    if is_by_hand(policy.config):
        return "By hand"
    return ", ".join(_block_words(block, policy.config[block]) for block in ORDER if policy.config.get(block))


def _block_words(block: str, values: dict[str, Any]) -> str:
    if block == "ground_truth":
        return f"{BLOCKS[block]} (from {values['accept_from']:g}, not below {values['reject_below']:g})"
    if block == "verification":
        return f"{BLOCKS[block]} ({100 * values['min_confidence']:g} % sure, {100 * values['ok_share']:g} % of the frames)"
    return f"{BLOCKS[block]}{' (accept the rest)' if values['accept_rest'] else ''}"


@register.simple_tag
def outcome_of_policy(outcome: str) -> SafeString:
    return dot(*OUTCOMES[outcome])


@register.filter
def replay_sentence(replay: Replay) -> str:
    more, paid = replay.more_accepted, replay.more_paid
    if not more and not paid:
        return "As many accepted, and no money more or less."
    return f"{abs(more)} {'more' if more >= 0 else 'fewer'} accepted, {money(abs(paid))} {'more' if paid >= 0 else 'less'}."


@register.filter
def not_yet(replay: Replay, side: str) -> int:
    counts: dict[str, int] = getattr(replay, side)
    return counts.get(WAIT, 0) + counts.get(OPEN, 0)
