"""Checking a training's form."""
from decimal import Decimal
from typing import Any

from sandbox.forms.checker import Checker, form_of
from sandbox.forms.pools import LONGEST_SECONDS

READ_ONLY = ("id", "owner", "type", "status", "last_close_reason", "created", "last_started", "last_stopped")
MOST_TASKS = MOST_SUITES = 500
LONGEST_DAYS = 36_500


def training_form(body: Any) -> dict[str, Any]:
    """The form to store, or 400."""
    check = Checker(body)
    check.text("project_id", required=True)
    check.text("private_name", required=True, longest=1_000)
    check.boolean("inherited_instructions", required=True)
    check.text("public_instructions")
    for name in ("may_contain_adult_content", "mix_tasks_in_creation_order", "shuffle_tasks_in_task_suite"):
        check.boolean(name)
    check.integer("assignment_max_duration_seconds", 5, LONGEST_SECONDS, required=True)
    check.integer("training_tasks_in_task_suite_count", 0, MOST_TASKS, required=True)
    check.integer("task_suites_required_to_pass", 0, MOST_SUITES)
    check.integer("retry_training_after_days", 1, LONGEST_DAYS)
    check.part("metadata")
    check.finish()
    return form_of(body, READ_ONLY)


# What a Pool row has in columns and a training's form has not: it costs nothing and does not end by itself.
COLUMNS: dict[str, Any] = {"type": "TRAINING", "reward_per_assignment": Decimal(0), "priority": 0, "will_expire": None}
