"""Examples of what the API answers and takes, for its schema. A test holds their names against the serializers."""
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer

_AT = "2026-11-22T10:00:00Z"
_COMMAND = "6f1c2a34-3f2d-4a52-9d0e-1f6a5c7b8d90"


def shown(name: str, value: dict[str, Any]) -> Any:
    """For a serializer: an example of its answer, in lists too."""
    return extend_schema_serializer(examples=[OpenApiExample(name, value=value, response_only=True)])


def taken(name: str, value: dict[str, Any]) -> Any:
    """For a serializer: an example of a body."""
    return extend_schema_serializer(examples=[OpenApiExample(name, value=value, request_only=True)])


ACCOUNT = {"id": 2, "provider": "toloka", "environment": "sandbox", "base_url": "http://127.0.0.1:8090", "owner": "alice",
           "requester_id": "r-17", "requester_name": "Alice's shop", "balance": "120.500", "checked_at": _AT, "created_at": _AT}
COMMAND = {"id": _COMMAND, "kind": "start_pool", "status": "done", "step": "Done", "error_code": "", "error": "", "attempts": 1,
           "target": {"type": "pool", "id": 5}, "actor": "alice", "created_at": _AT, "next_try_at": _AT, "finished_at": _AT}
CROWD_PROJECT = {"id": 3, "project": 7, "account": ACCOUNT, "description": "Boxes around cars.", "remote_id": "4417",
                 "remote_url": "http://localhost:8090/requester/project/4417", "status": "ACTIVE", "synced_at": _AT, "sync_error": "",
                 "open_command": None, "created_at": _AT, "updated_at": _AT}
POOL: dict[str, Any] = {
    "id": 5, "task": 12, "project": 7, "crowd_project": 3, "reward_per_assignment": "0.050", "use_project_description": True,
    "public_description": "", "may_contain_adult_content": False, "auto_accept_solutions": False,
    "auto_close_after_complete_delay_seconds": 0, "assignment_max_duration_seconds": 600, "auto_accept_period_day": 14,
    "filter": {"and": [{"category": "profile", "key": "languages", "operator": "IN", "value": "EN"}]}, "reissue_policy": "after_dispute",
    "overlap": 1, "quality_rules": [],
    "interface": "editor", "interface_options": {}, "will_expire": "2027-01-21T10:00:00Z", "audience": "Tolokers who speak English.",
    "remote_id": "90210",
    "remote_url": "http://localhost:8090/requester/project/4417/pool/90210", "status": "OPEN", "last_close_reason": "",
    "remote_auto_accept": False, "synced_at": _AT,
    "sync_error": "", "open_command": None, "created_at": _AT, "updated_at": _AT}
POOL_DETAIL = {**POOL, "counts": {"jobs": 10, "submitted": 2, "accepted": 3},
               "money": {"budget": "0.500", "reserved": "0.250", "spent": "0.150", "free": "0.100", "fee_estimate": "0.150"}}
TASK_SUITE = {"id": 31, "pool": 5, "task": 12, "job": 88, "remote_task_id": "00016052f2--5f1e", "overlap": 1, "consensus": None}
ASSIGNMENT = {
    "id": 64, "pool": 5, "task": 12, "task_suite": 31, "job": 88, "toloker": "wanda", "remote_id": "00016052f2-6a", "status": "SUBMITTED",
    "reward": "0.050", "public_comment": "", "created": _AT, "submitted": "2026-11-22T10:06:00Z", "accepted": None, "rejected": None,
    "skipped": None, "expired": None, "snapshot": {"id": 140, "shape_count": 9, "tag_count": 0}, "correction": None,
    "submitted_without_work": False, "work_note": "", "accepted_automatically_at": "2026-12-06T10:06:00Z", "suspicion": 0.42,
    "suspicion_level": "medium",
    "suspicion_signals": [{"code": "fast", "weight": 0.3, "text": "Took 40 seconds; half of the others took more than 180."}],
    "truth_score": {"score": 0.81, "frames": {"4": {"score": 0.81, "matched": 6, "missing": 1, "extra": 0, "relabelled": 0}},
                    "measured_at": "2026-11-22T10:06:05Z"},
    "verdicts": []}
STATUS_CHANGE = {"id": 512, "target_type": "assignment", "target_id": 64, "old": "SUBMITTED", "new": "ACCEPTED", "cause": "requester",
                 "comment": "Good boxes.", "command": _COMMAND, "actor": "alice", "at": _AT, "seen_at": _AT}
REVIEW = {"id": 512, "assignment": 64, "verdict": "ACCEPTED", "comment": "Good boxes.", "cause": "requester", "reviewer": "alice",
          "command": _COMMAND, "at": _AT, "project": 7, "task": 12, "pool": 5, "job": 88, "toloker": "wanda", "reward": "0.050",
          "stands": True}
BULK = {"id": _COMMAND, "verb": "accept", "comment": "", "filters": {"pool": 5}, "count": 2, "amount": "0.100",
        "actor": "alice", "created_at": _AT, "stopped_at": None, "going_on": False, "outcomes": {"done": 2}, "amount_done": "0.100"}
BULK_ITEM = {"id": 9, "assignment": 64, "job": 88, "outcome": "done", "code": "", "detail": "", "command": _COMMAND}
POLICY = {"id": 8, "pool": 5, "version": 2, "config": {"verification": {"min_confidence": 0.8, "ok_share": 1, "min_frames": 1},
                                                       "max_rounds": 3, "stop": {"first": 20, "accepted_share": 0.1}},
          "created_at": _AT, "created_by": "alice", "stopped": False, "stopped_at": None, "stop_reason": "", "resumed_at": None,
          "resumed_by": None}
REPLAY = {"looked_at": 40, "left_out": 0, "unknown": 0, "before": {"accept": 12, "reject": 28}, "after": {"accept": 26, "reject": 14},
          "more_accepted": 14, "more_paid": "0.700", "changes": [
              {"assignment": 64, "job": 88, "toloker": "wanda", "reward": "0.050", "before": "reject", "after": "accept",
               "source": "verification", "why": "Other people looked at 1 frame of this work. 1 of 1 was found to be right."}]}
VERDICT = {"id": 91, "assignment": 64, "pool": 5, "job": 88, "toloker": "wanda", "outcome": "reject", "source": "automatic", "policy": 8,
           "policy_version": 2, "guide_version": 1,
           "inputs": {"frames": 4, "with_work": True, "rejected_before": 0, "seconds": 8.0, "untouched_frames": 0,
                      "worker": {"accepted": 7, "judged": 9, "estimate": 0.75, "low": 0.4526, "high": 0.9368}},
           "thresholds": {"reject_below_seconds": 5}, "confidence": None, "actor": None, "command": _COMMAND, "created_at": _AT,
           "explanation": "The work took 2.0 seconds a frame. At least 5 seconds are needed to look at a frame and mark what is on it."}
