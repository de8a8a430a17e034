"""What a review policy may say. Pure: a config and what is known of its pool in, the whole config or sentences out.

    {"automatic":    {"reject_without_work": bool, "reject_below_seconds": seconds a frame or null, "reject_untouched_from": share or null,
                      "ask_suspicion_from": 0..1 or null, "accept_rest": bool},
     "ground_truth": {"accept_from": score, "reject_below": score, "min_frames": frames},
     "consensus":    {"accept_from": agreement, "reject_below": agreement, "min_iou": 0..1, "quorum": people or null,
                      "max_people": people a job},
     "verification": {"min_confidence": 0..1, "ok_share": share, "min_frames": frames},
     "max_rounds":   rejected attempts a job, "stop": {"first": decisions, "accepted_share": share} or null}

A block that is not there takes no part. {} is by hand. Several blocks decide in the order of ORDER: the first that is sure decides.
"""
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# The order in which blocks are asked; a block that cannot tell passes on to the next.
ORDER = ("automatic", "ground_truth", "consensus", "verification")
BLOCKS: dict[str, str] = {"automatic": "Rules", "ground_truth": "Ground truth", "consensus": "Consensus",
                          "verification": "Verification crowd"}


@dataclass(frozen=True)
class Limit:
    """One value of a config: `whole` for counts; `optional` ones may be null, which switches that rule off."""

    default: Any
    low: float = 0
    high: float = 1
    whole: bool = False
    optional: bool = False


FIELDS: dict[str, dict[str, Limit | bool]] = {
    "automatic": {
        "reject_without_work": True,
        "reject_below_seconds": Limit(None, 0.1, 86_400, optional=True),
        "reject_untouched_from": Limit(None, 0.01, 1, optional=True),
        "ask_suspicion_from": Limit(0.6, 0.01, 1, optional=True),
        "accept_rest": False,
    },
    "ground_truth": {"accept_from": Limit(0.8, 0.01, 1), "reject_below": Limit(0.5, 0, 1), "min_frames": Limit(1, 1, 10_000, whole=True)},
    # Boxes of careful people have an IoU of 0.8 and more; a box that half of the objects lack costs a third of the agreement.
    "consensus": {"accept_from": Limit(0.7, 0.01, 1), "reject_below": Limit(0.4, 0, 1), "min_iou": Limit(0.5, 0.1, 1),
                  "quorum": Limit(None, 1, 10, whole=True, optional=True), "max_people": Limit(5, 2, 10, whole=True)},
    # The notebook's confidence; every frame has to be right.
    "verification": {"min_confidence": Limit(0.8, 0.5, 1), "ok_share": Limit(1, 0.01, 1), "min_frames": Limit(1, 1, 10_000, whole=True)},
}
STOP: dict[str, Limit | bool] = {"first": Limit(20, 1, 100_000, whole=True), "accepted_share": Limit(0.1, 0.01, 1)}
MAX_ROUNDS = Limit(3, 1, 100, whole=True)


class PolicyError(ValueError):
    """`errors`: dotted path into the config ("verification.min_confidence"; "" for the whole) -> a sentence with the next step."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(f"{path or 'policy'}: {sentence}" for path, sentence in errors.items()))
        self.errors = errors


@dataclass(frozen=True)
class PoolFacts:
    """What a policy is held against.

    `least_frames`: frames of the smallest job; `truth_frames`: of the jobs with ground truth, frames that have it in the one with the
    fewest, 0 without any; `people`: Tolokers a job; `votes`: the most votes a question may get, None without a verification set up.
    """

    least_frames: int = 1
    truth_frames: int = 0
    people: int = 1
    votes: int | None = None
    verifier_skill: bool = False
    annotated_skill: bool = False
    accepts_everything: bool = False


def is_by_hand(config: Mapping[str, Any]) -> bool:
    """No block decides anything."""
    return not any(config.get(block) for block in ORDER)


def with_defaults(block: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """A block's values with the defaults of those that are left out."""
    return {name: values.get(name, _default(limit)) for name, limit in FIELDS[block].items()}


def clean(config: Any, facts: PoolFacts) -> dict[str, Any]:
    """The whole config with all defaults written out; {} stays {}. Raises PolicyError with every mistake at once."""
    if not isinstance(config, Mapping):
        raise PolicyError({"": "A policy is an object with the blocks automatic, ground_truth, consensus and verification. {} means: by "
                               "hand."})
    errors: dict[str, str] = {}
    known = (*ORDER, "max_rounds", "stop")
    errors |= {str(name): f"There is no “{name}” in a policy. It may have {', '.join(known)}." for name in config if name not in known}
    found: dict[str, Any] = {
        block: _block(block, FIELDS[block], config[block], errors) for block in ORDER if config.get(block) not in (None, False)}
    if found:
        found["max_rounds"] = _value("max_rounds", MAX_ROUNDS, config.get("max_rounds", MAX_ROUNDS.default), errors)
        stop = config.get("stop", {})
        found["stop"] = None if stop is None else _block("stop", STOP, stop, errors)
    if not found and not errors and any(config.get(name) is not None for name in ("max_rounds", "stop")):
        errors[""] = ("Nothing in this policy decides. Switch on at least one of rules, ground truth, consensus and verification crowd, "
                      "or send {}.")
    if not errors:
        errors = _impossible(found, facts)
    if errors:
        raise PolicyError(errors)
    return found


# --- values ---------------------------------------------------------------------------------------------------------
def _default(limit: Limit | bool) -> Any:
    return limit.default if isinstance(limit, Limit) else limit


def _block(path: str, fields: Mapping[str, Limit | bool], values: Any, errors: dict[str, str]) -> dict[str, Any]:
    if not isinstance(values, Mapping):
        errors[path] = f"“{path}” is an object with {', '.join(fields)}; leave it out to switch it off."
        return {}
    errors |= {f"{path}.{name}": f"There is no “{name}” here. Possible are {', '.join(fields)}." for name in values if name not in fields}
    return {name: _value(f"{path}.{name}", limit, values.get(name, _default(limit)), errors) for name, limit in fields.items()}


def _value(path: str, limit: Limit | bool, value: Any, errors: dict[str, str]) -> Any:
    if isinstance(limit, bool):
        if not isinstance(value, bool):
            errors[path] = "Choose true or false."
        return value
    if value is None and limit.optional:
        return None
    number = isinstance(value, int | float) and not isinstance(value, bool)
    # NaN is in no range.
    if not number or not limit.low <= value <= limit.high or (limit.whole and value != int(value)):
        errors[path] = f"Choose a {'whole ' if limit.whole else ''}number from {limit.low:g} to {limit.high:g}."
        return value
    return int(value) if limit.whole else value


# --- what cannot be -------------------------------------------------------------------------------------------------
def _impossible(config: Mapping[str, Any], facts: PoolFacts) -> dict[str, str]:
    """Sentences about a config whose values are all allowed one by one."""
    errors: dict[str, str] = {}
    if config and facts.accepts_everything:
        errors[""] = "This pool accepts everything by itself, at once. Switch off “Accept solutions automatically” in Update pool first."
    if rules := config.get("automatic"):
        errors |= _impossible_rules(rules)
    if truth := config.get("ground_truth"):
        errors |= _impossible_truth(truth, facts)
    if agreed := config.get("consensus"):
        errors |= _impossible_consensus(agreed, facts)
    if crowd := config.get("verification"):
        errors |= _impossible_crowd(crowd, facts)
    return errors


def _impossible_rules(rules: Mapping[str, Any]) -> dict[str, str]:
    if any(rules[name] not in (None, False) for name in FIELDS["automatic"]):
        return {}
    return {"automatic": "These rules decide nothing. Set one of them, or switch the block off."}


def _impossible_truth(truth: Mapping[str, Any], facts: PoolFacts) -> dict[str, str]:
    errors = {}
    if truth["reject_below"] > truth["accept_from"]:
        errors["ground_truth.reject_below"] = (
            f"A score between {truth['accept_from']:g} and {truth['reject_below']:g} would be accepted and rejected. "
            "Reject below at most the score from which you accept.")
    if not facts.truth_frames:
        errors["ground_truth"] = "No job of this pool has a frame with ground truth. Import ground truth into the task, or add honeypots."
    elif truth["min_frames"] > facts.truth_frames:
        errors["ground_truth.min_frames"] = (
            f"A job of this pool has only {_frames(facts.truth_frames)} with ground truth. Ask for at most {facts.truth_frames}.")
    return errors


def _impossible_consensus(agreed: Mapping[str, Any], facts: PoolFacts) -> dict[str, str]:
    if facts.people < 2:
        return {"consensus": "Each job of this pool is for one Toloker, who agrees with nobody. Make a task whose pool has two or more "
                             "Tolokers a job."}
    errors = {}
    if agreed["reject_below"] > agreed["accept_from"]:
        errors["consensus.reject_below"] = (
            f"An agreement between {agreed['accept_from']:g} and {agreed['reject_below']:g} would be accepted and rejected. "
            "Reject below at most the agreement from which you accept.")
    if agreed["max_people"] < facts.people:
        errors["consensus.max_people"] = f"Each job of this pool goes to {facts.people} Tolokers already. Allow at least as many."
    if agreed["quorum"] is not None and agreed["quorum"] > facts.people:
        errors["consensus.quorum"] = (f"Only {facts.people} Tolokers do a job, so no object is ever drawn by {agreed['quorum']} of them. "
                                      f"Ask for at most {facts.people}, or for none: more than half.")
    return errors


def _impossible_crowd(crowd: Mapping[str, Any], facts: PoolFacts) -> dict[str, str]:
    if facts.votes is None:
        return {"verification": "Nobody votes yet, so there is no confidence to ask for. Set up this pool's verification first."}
    errors = {}
    if facts.votes < 1:
        errors["verification.min_confidence"] = "The verification asks for no votes. Raise its overlap first, then ask for a confidence."
    elif facts.votes == 1 and crowd["min_confidence"] > 0.5 and not facts.verifier_skill:
        errors["verification.min_confidence"] = (
            "With one vote a question nobody knows how sure it is. Raise the most votes a question of the verification, or set 0.5.")
    missing = [word for word, there in (("for those who verify", facts.verifier_skill), ("for those who annotate", facts.annotated_skill))
               if not there]
    if missing:
        errors["verification"] = f"The verification has no skill {' and none '.join(missing)}. Choose it in the verification's settings."
    if crowd["min_frames"] > facts.least_frames:
        errors["verification.min_frames"] = (
            f"The smallest job of this pool has {_frames(facts.least_frames)}: more cannot be checked. "
            f"Ask for at most {facts.least_frames}.")
    return errors


def _frames(count: int) -> str:
    return f"{count} frame{'' if count == 1 else 's'}"
