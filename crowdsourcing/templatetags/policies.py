"""Words of review policies and verdicts. `{% load policies %}`.

| tag | gives |
|---|---|
| `{{ version|policy_words }}` | what a version decides by, one line |
| `{% outcome_of_policy word %}` | accept, reject, ask or open as a dot with its word |
| `{% verdict_dot verdict %}` | "Accept", "Reject", "Left to you" and what decided |
| `{{ verdict|verdict_rows }}` | (name, value) of all that it was made of and held against |
| `{{ replay|replay_sentence }}` | "14 more accepted, $0.70 more." |
"""
from typing import Any

from django import template
from django.utils.safestring import SafeString

from annotation.templatetags.pages import dot
from crowdsourcing.charts import percent
from crowdsourcing.models import ReviewPolicy, Verdict
from crowdsourcing.quality.policies import BLOCKS, ORDER, is_by_hand
from crowdsourcing.quality.replaying import Replay
from crowdsourcing.selectors.policies import BY_HAND
from crowdsourcing.templatetags.crowd import money

register = template.Library()

OUTCOMES = {"accept": ("green", "Accept"), "reject": ("red", "Reject"), "ask": ("yellow", "Left to you"),
            "open": ("gray", "Not decided")}
# Of a verdict's inputs: name, words, unit.
_INPUTS = (("seconds", "Time", " s"), ("frames", "Frames", ""), ("untouched_frames", "Untouched frames", ""),
           ("with_work", "With work", ""), ("suspicion", "Suspicion", ""), ("rejected_before", "Rejected before", ""))
THRESHOLDS = {
    "reject_without_work": "Rejects without work", "reject_below_seconds": "Rejects below, s a frame",
    "reject_untouched_from": "Rejects from this share untouched", "ask_suspicion_from": "Asks you from suspicion",
    "accept_rest": "Accepts the rest", "accept_from": "Accepts from score", "reject_below": "Rejects below score",
    "min_frames": "Frames needed", "min_confidence": "Confidence needed", "ok_share": "Share that must be right",
    "max_rounds": "Rejections a job at most", "min_iou": "IoU of one object", "quorum": "People an object needs",
    "max_people": "People a job at most"}
# Thresholds that forms take in percent, and what a verifier's answer says of the work.
_SHARES = {"reject_untouched_from", "min_confidence", "ok_share"}
_ANSWERS, _VOTES = {"OK": "done well", "BAD": "not done well"}, {"OK": "Yes", "BAD": "No"}


@register.filter
def policy_words(policy: ReviewPolicy) -> str:
    if is_by_hand(policy.config):
        return "By hand"
    return ", ".join(_block_words(block, policy.config[block]) for block in ORDER if policy.config.get(block))


def _block_words(block: str, values: dict[str, Any]) -> str:
    if block == "ground_truth":
        return f"{BLOCKS[block]} (from {values['accept_from']:g}, not below {values['reject_below']:g})"
    if block == "consensus":
        return f"{BLOCKS[block]} (from {values['accept_from']:g}, not below {values['reject_below']:g})"
    if block == "verification":
        return f"{BLOCKS[block]} ({100 * values['min_confidence']:g} % sure, {100 * values['ok_share']:g} % of the frames)"
    return f"{BLOCKS[block]}{' (accept the rest)' if values['accept_rest'] else ''}"


@register.simple_tag
def outcome_of_policy(outcome: str) -> SafeString:
    return dot(*OUTCOMES[outcome])


@register.simple_tag
def verdict_dot(verdict: Verdict) -> SafeString:
    color, word = OUTCOMES[verdict.outcome]
    by = "by hand" if verdict.source == BY_HAND else BLOCKS.get(verdict.source, verdict.source).lower()
    return dot(color, f"{word}: {by}")


@register.filter
def verdict_rows(verdict: Verdict) -> list[tuple[str, str]]:
    """For a table: one row a number, one a frame that was verified."""
    inputs = verdict.inputs
    rows = [(words, _shown(inputs[name], unit)) for name, words, unit in _INPUTS if name in inputs]
    if worker := inputs.get("worker"):
        rows.append(("The Toloker before", _before(worker)))
    if truth := inputs.get("ground_truth"):
        rows.append(("Ground truth", f"{truth['score']:.2f}" + "".join(
            f"; frame {frame}: {score:.2f}" for frame, score in truth["frames"].items())))
    if agreed := inputs.get("consensus"):
        rows += _agreed(agreed)
    rows += [(f"Frame {one['frame']}", _voted(one)) for one in inputs.get("verification", [])]
    rows += [(THRESHOLDS.get(name, name), _threshold(name, value)) for name, value in verdict.thresholds.items()]
    return rows


def _before(one: dict[str, Any]) -> str:
    if not one["judged"]:
        return "nothing of them in this project was judged"
    return (f"{one['accepted']} of {one['judged']} accepted; with 95 % certainty {100 * one['low']:.0f} to {100 * one['high']:.0f} % of "
            "their work is good")


def _agreed(one: dict[str, Any]) -> list[tuple[str, str]]:
    score = "nothing to compare" if one["score"] is None else (
        f"{one['score']:.2f}, with 95 % certainty between {one['low']:.2f} and {one['high']:.2f}")
    frames = "".join(f"; frame {frame}: {value:.2f}" for frame, value in one["frames"].items())
    return [("Agreement", f"{score}{frames}"), ("Others", f"{one['people']} people in all; {one['matched']} objects in common, "
                                                          f"{one['missed']} missing, {one['extra']} extra")]


def _shown(value: Any, unit: str) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}{unit}" if isinstance(value, int | float) else str(value)


def _threshold(name: str, value: Any) -> str:
    if value is None:
        return "more than half" if name == "quorum" else "not set"
    return f"{100 * value:g} %" if name in _SHARES and isinstance(value, int | float) else _shown(value, "")


def _voted(one: dict[str, Any]) -> str:
    """"not done well, 90 % sure; answers: No (weight 0.75), Yes"."""
    answer = _ANSWERS.get(one["answer"], one["answer"]) or ("no clear answer" if one["settled"] else "still open")
    sure = f", {percent(one['confidence'])} sure" if one["confidence"] is not None else ""
    votes = ", ".join(_VOTES.get(vote["answer"], vote["answer"]) + (f" (weight {vote['weight']:.2f})" if vote["weight"] is not None else "")
                      for vote in one["votes"])
    return f"{answer}{sure}; answers: {votes}" if votes else f"{answer}{sure}"


@register.filter
def replay_sentence(replay: Replay) -> str:
    more, paid = replay.more_accepted, replay.more_paid
    if not more and not paid:
        return "As many accepted, and no money more or less."
    return f"{abs(more)} {'more' if more >= 0 else 'fewer'} accepted, {money(abs(paid))} {'more' if paid >= 0 else 'less'}."
