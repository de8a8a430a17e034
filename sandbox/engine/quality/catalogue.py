"""Toloka's words: collectors, the facts their conditions may ask for, and the actions that go with them."""

_ANSWERS = ("total_answers_count", "correct_answers_rate", "incorrect_answers_rate")
# Collector -> keys its conditions may use.
CONDITIONS: dict[str, tuple[str, ...]] = {
    "ACCEPTANCE_RATE": ("total_assignments_count", "accepted_assignments_rate", "rejected_assignments_rate"),
    "ANSWER_COUNT": ("assignments_accepted_count",),
    "ASSIGNMENTS_ASSESSMENT": (
        "pending_assignments_count", "accepted_assignments_count", "rejected_assignments_count", "assessment_event"),
    "ASSIGNMENT_SUBMIT_TIME": ("total_submitted_count", "fast_submitted_count"),
    "CAPTCHA": ("stored_results_count", "success_rate", "fail_rate"),
    "GOLDEN_SET": (*_ANSWERS, "golden_set_answers_count", "golden_set_correct_answers_rate", "golden_set_incorrect_answers_rate"),
    "INCOME": ("income_sum_for_last_24_hours",),
    "MAJORITY_VOTE": _ANSWERS,
    "SKIPPED_IN_ROW_ASSIGNMENTS": ("skipped_in_row_count",),
    "TRAINING": ("submitted_assignments_count", "next_assignment_available", *_ANSWERS),
    "USERS_ASSESSMENT": ("pool_access_revoked_reason", "skill_id"),
}
# Names that the API's description has for facts of collectors.
ALIASES = {"wrong_answers_rate": "incorrect_answers_rate"}
ACTIONS = ("RESTRICTION", "RESTRICTION_V2", "SET_SKILL", "SET_SKILL_FROM_OUTPUT_FIELD", "CHANGE_OVERLAP", "APPROVE_ALL_ASSIGNMENTS",
           "REJECT_ALL_ASSIGNMENTS", "CLEAN_ASSIGNMENTS_HISTORY", "CLEAN_COLLECTOR", "SET_POOL_COMPLETE")
ASSESSMENTS = ("ASSIGNMENTS_ASSESSMENT", "USERS_ASSESSMENT")
ABOUT_A_TOLOKER = ("RESTRICTION", "RESTRICTION_V2", "SET_SKILL", "APPROVE_ALL_ASSIGNMENTS", "REJECT_ALL_ASSIGNMENTS")
# Kept and given back; what they would do is written nowhere.
ECHOED = ("CLEAN_ASSIGNMENTS_HISTORY", "CLEAN_COLLECTOR", "SET_POOL_COMPLETE")
# Facts that can become a skill's value: the collector's rates.
RATES = {kind: tuple(key for key in keys if key.endswith("_rate")) for kind, keys in CONDITIONS.items()}
WITH_HISTORY = ("ACCEPTANCE_RATE", "ASSIGNMENT_SUBMIT_TIME", "CAPTCHA", "GOLDEN_SET", "MAJORITY_VOTE", *ASSESSMENTS)
WORDS = {
    "assessment_event": ("ACCEPT", "ACCEPT_AFTER_REJECT", "REJECT"),
    "pool_access_revoked_reason": ("SKILL_CHANGE", "RESTRICTION"),
}


def actions_of(collector: str) -> tuple[str, ...]:
    """The actions that go with a collector."""
    if collector in ASSESSMENTS:
        return ("CHANGE_OVERLAP", *ECHOED)
    return (*ABOUT_A_TOLOKER, *(["SET_SKILL_FROM_OUTPUT_FIELD"] if RATES[collector] else []), *ECHOED)
