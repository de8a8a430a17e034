"""Every collector, condition and action of the platform's quality control, and which go together (API reference, "Quality control").

One table for the check, the form, the wording and the preview: what is not here is refused. Rates are per cent.
"""
from dataclasses import dataclass
from typing import Any

from crowdsourcing.rules.values import Value


@dataclass(frozen=True)
class Action:
    """`offered`: in the form for new rules; the others are taken, kept and worded all the same."""

    type: str
    label: str
    parameters: tuple[Value, ...] = ()
    offered: bool = True
    help: str = ""


@dataclass(frozen=True)
class Collector:
    """`subject`: toloker or task suite: whom the rule is about. `unknown`: why our own data cannot tell whom it would hit."""

    type: str
    label: str
    help: str
    facts: tuple[Value, ...]
    actions: tuple[str, ...]
    parameters: tuple[Value, ...] = ()
    subject: str = "toloker"
    unknown: str = ""

    def fact(self, key: Any) -> Value | None:
        return next((fact for fact in self.facts if fact.key == key), None)

    @property
    def rates(self) -> tuple[str, ...]:
        """Facts that can become a skill's value."""
        return tuple(fact.key for fact in self.facts if fact.kind == "rate")


def _count(key: str, label: str, default: int = 0, unit: str = "") -> Value:
    return Value(key, label, "count", default=default, unit=unit)


def _rate(key: str, label: str, default: int = 50) -> Value:
    return Value(key, label, "rate", highest=100, default=default, unit="%")


HISTORY = Value("history_size", "Only the last", "count", lowest=1, required=False, unit="of them",
                help="Empty: everything of the Toloker in this pool. A number: the last so many in all pools of the project that have "
                     "the same rule with a number.")
_TOTAL = _count("total_answers_count", "answers", 3)
_RIGHT = _rate("correct_answers_rate", "right answers")
_WRONG = _rate("incorrect_answers_rate", "wrong answers")
_PER_TOLOKER = ("RESTRICTION_V2", "SET_SKILL", "APPROVE_ALL_ASSIGNMENTS", "REJECT_ALL_ASSIGNMENTS", "RESTRICTION")
_WITH_RATES = ("RESTRICTION_V2", "SET_SKILL", "SET_SKILL_FROM_OUTPUT_FIELD", "APPROVE_ALL_ASSIGNMENTS", "REJECT_ALL_ASSIGNMENTS",
               "RESTRICTION")
# The platform's documents only name these; whatever collector they stand with, they are kept.
ECHOED = ("CLEAN_ASSIGNMENTS_HISTORY", "CLEAN_COLLECTOR", "SET_POOL_COMPLETE")

COLLECTORS: dict[str, Collector] = {entry.type: entry for entry in (
    Collector(
        "ACCEPTANCE_RATE", "Share of accepted and rejected jobs", "Counts the Toloker’s jobs that were accepted or rejected by review.",
        (_count("total_assignments_count", "reviewed jobs", 2), _rate("rejected_assignments_rate", "rejected jobs", 35),
         _rate("accepted_assignments_rate", "accepted jobs", 80)), _WITH_RATES, (HISTORY,)),
    Collector(
        "ANSWER_COUNT", "Number of finished jobs", "Counts the Toloker’s jobs in this pool that are submitted or accepted.",
        (_count("assignments_accepted_count", "finished jobs"),), _PER_TOLOKER),
    Collector(
        "ASSIGNMENT_SUBMIT_TIME", "Jobs submitted too fast", "Counts the Toloker’s jobs that were submitted sooner than a limit.",
        (_count("fast_submitted_count", "fast jobs", 1), _count("total_submitted_count", "submitted jobs", 5)), _PER_TOLOKER,
        (Value("fast_submit_threshold_seconds", "Fast means sooner than", "count", lowest=1, default=20, unit="seconds"), HISTORY)),
    Collector(
        "SKIPPED_IN_ROW_ASSIGNMENTS", "Jobs skipped in a row", "Counts the Toloker’s skipped jobs since the last submitted one.",
        (_count("skipped_in_row_count", "jobs skipped in a row", 9),), _PER_TOLOKER),
    Collector(
        "INCOME", "Income of the last 24 hours", "Adds up what the Toloker earned in this pool in 24 hours.",
        (Value("income_sum_for_last_24_hours", "earned in 24 hours", "money", default=1, unit="USD"),), _PER_TOLOKER),
    Collector(
        "ASSIGNMENTS_ASSESSMENT", "Review of a job", "Looks at one job when an attempt at it is accepted or rejected.",
        (Value("assessment_event", "review", "choice", default="REJECT", choices={
            "ACCEPT": "accepted", "ACCEPT_AFTER_REJECT": "accepted after a rejection", "REJECT": "rejected"}),
         _count("pending_assignments_count", "attempts waiting for review"), _count("accepted_assignments_count", "accepted attempts"),
         _count("rejected_assignments_count", "rejected attempts", 3)), ("CHANGE_OVERLAP",), subject="task suite"),
    Collector(
        "USERS_ASSESSMENT", "Toloker loses access to the pool",
        "Looks at the finished jobs of a Toloker who is restricted or whose skill no longer fits the audience.",
        (Value("pool_access_revoked_reason", "reason", "choice", default="RESTRICTION", choices={
            "RESTRICTION": "a restriction", "SKILL_CHANGE": "a changed skill"}), Value("skill_id", "skill", "skill")),
        ("CHANGE_OVERLAP",), subject="task suite", unknown="who lost access and when is known to the platform only."),
    Collector(
        "GOLDEN_SET", "Control and training tasks", "Counts answers to the platform’s tasks with known solutions.",
        (_TOTAL, _RIGHT, _WRONG, _count("golden_set_answers_count", "answers to control tasks", 3),
         _rate("golden_set_correct_answers_rate", "right answers to control tasks"),
         _rate("golden_set_incorrect_answers_rate", "wrong answers to control tasks")), _WITH_RATES, (HISTORY,),
        unknown="answers to control tasks are compared by the platform only."),
    Collector(
        "MAJORITY_VOTE", "Agreement with the majority", "Counts answers that agree with most others on the same task.",
        (_TOTAL, _RIGHT, _WRONG), _WITH_RATES,
        (Value("answer_threshold", "Right is what so many answered", "count", lowest=1, default=2, unit="Tolokers"), HISTORY),
        unknown="answers are compared by the platform only, and a job that one Toloker annotates has no majority."),
    Collector(
        "TRAINING", "Training", "Counts the Toloker’s answers in the training of the pool.",
        (_count("submitted_assignments_count", "submitted training pages", 1), _TOTAL, _RIGHT, _WRONG,
         Value("next_assignment_available", "another training page is left", "bool", default=False)), _WITH_RATES,
        unknown="trainings happen at the platform only."),
    Collector(
        "CAPTCHA", "Captchas (out of use)", "Counts captchas that the Toloker solved. The platform no longer advises it.",
        (_count("stored_results_count", "captchas", 3), _rate("success_rate", "solved captchas", 60),
         _rate("fail_rate", "failed captchas")),
        _WITH_RATES, (HISTORY,), unknown="captchas are shown by the platform only."),
)}

SCOPES = {"ALL_PROJECTS": "all your projects", "PROJECT": "this project", "POOL": "this pool"}
_SCOPE = Value("scope", "From", "choice", choices=SCOPES, default="ALL_PROJECTS")
_NOTE = Value("private_comment", "Note, only you see it", "text", highest=499, required=False)
_SKILL = Value("skill_id", "Skill", "skill")
UNITS = {"DAYS": "days", "HOURS": "hours", "MINUTES": "minutes", "PERMANENT": "for good"}
# The longest ban of each unit is a hundred years, so that its end is a date.
LONGEST = {"MINUTES": 52_560_000, "HOURS": 876_000, "DAYS": 36_500}

ACTIONS: dict[str, Action] = {entry.type: entry for entry in (
    Action("RESTRICTION_V2", "Ban the Toloker", (
        _SCOPE, Value("duration", "For", "count", lowest=1, highest=LONGEST["MINUTES"], required=False, default=10),
        Value("duration_unit", "Unit", "choice", choices=UNITS, default="DAYS"), _NOTE)),
    Action("SET_SKILL", "Give the Toloker a skill", (
        _SKILL, Value("skill_value", "Value", "count", highest=100, default=1))),
    Action("SET_SKILL_FROM_OUTPUT_FIELD", "Make a share the value of a skill", (
        _SKILL, Value("from_field", "Share", "choice"))),
    Action("CHANGE_OVERLAP", "Give the job to more Tolokers", (
        Value("delta", "How many more", "count", lowest=-30_000, highest=30_000, default=1),
        Value("open_pool", "Open the pool if it is closed", "bool", required=False, default=True))),
    Action("APPROVE_ALL_ASSIGNMENTS", "Accept all the Toloker’s jobs that wait for review"),
    Action("REJECT_ALL_ASSIGNMENTS", "Reject all the Toloker’s jobs that wait for review", (
        Value("public_comment", "Reason that the Toloker reads", "text", highest=2_048, required=False),)),
    Action("RESTRICTION", "Ban the Toloker (older form)", (
        _SCOPE, Value("duration_days", "For", "count", lowest=1, highest=LONGEST["DAYS"], required=False, unit="days"), _NOTE),
           offered=False),
    *(Action(name, label, offered=False, help="The platform’s documents only name it.") for name, label in zip(ECHOED, (
        "Forget the Toloker’s history", "Start the counting again", "Close the pool as complete"), strict=True)),
)}


def actions_of(collector: Collector) -> list[Action]:
    """The actions that go with a collector, the usual ones first."""
    return [ACTIONS[name] for name in (*collector.actions, *ECHOED)]


def parameters_of(action: Action, collector: Collector) -> tuple[Value, ...]:
    """The action's parameters; the share that becomes a skill is one of the collector's own."""
    if action.type != "SET_SKILL_FROM_OUTPUT_FIELD":
        return action.parameters
    shares = {fact.key: fact.label for fact in collector.facts if fact.kind == "rate"}
    return tuple(Value("from_field", "Share", "choice", choices=shares, default=next(iter(shares), None)) if value.key == "from_field"
                 else value for value in action.parameters)


def fresh(collector: Collector) -> dict[str, Any]:
    """A new rule of a collector, as the form begins with it."""
    usual, fact = ACTIONS[collector.actions[0]], collector.facts[0]
    condition = {"key": fact.key, "operator": fact.operators[0], "value": fact.default}
    action = {"type": usual.type, "parameters": defaults(parameters_of(usual, collector))}
    return config_of(collector.type, defaults(collector.parameters), [condition], action)


def defaults(values: tuple[Value, ...]) -> dict[str, Any]:
    return {value.key: value.default for value in values if value.default is not None}


def config_of(collector: str, parameters: dict[str, Any], conditions: list[dict[str, Any]], action: dict[str, Any]) -> dict[str, Any]:
    """One rule as the platform writes it."""
    told = {"type": collector, **({"parameters": parameters} if parameters else {})}
    return {"collector_config": told, "rules": [{"conditions": conditions, "action": action}]}
