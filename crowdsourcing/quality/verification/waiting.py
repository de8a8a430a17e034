"""What a verification waits for, in one sentence with the next step; "" while there is nothing to wait for."""
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Exists, F, Max, OuterRef, Q

from crowdsourcing.models import Verification, Vote
from crowdsourcing.selectors.clock import platform_now
from crowdsourcing.selectors.commands import open_command
from crowdsourcing.selectors.policies import policy_of
from crowdsourcing.selectors.verifications import OPENED
from crowdsourcing.statuses import CommandKind, PoolStatus
from crowdsourcing.verification_wishes import DEFAULTS

# Reasons for which a pool that we opened closes and is opened again by us.
_REOPENED = ("", "COMPLETED", "NOT_ENOUGH_BALANCE", "ASSIGNMENTS_LIMIT_EXCEEDED")


_PATIENCE = "Waiting for answers"
_OVER = "The pool is archived: nothing in it can be reviewed any more, so nobody is asked about it."


def needs_somebody(sentence: str) -> bool:
    """Whether a sentence of these asks for more than patience."""
    return bool(sentence) and not sentence.startswith((_PATIENCE, _OVER))


def may_open(verification: Verification) -> bool:
    """Whether a closed pool is ours to open: it is new, or it closed because it was complete or without money."""
    return verification.status == PoolStatus.CLOSED and (
        OPENED not in verification.cursors or verification.last_close_reason in _REOPENED)


def is_closed_by_hand(verification: Verification) -> bool:
    return verification.status == PoolStatus.CLOSED and not may_open(verification)


def obstacle(verification: Verification) -> str:
    """What keeps the loop from asking at all; "" for nothing."""
    if verification.pool.status == PoolStatus.ARCHIVED:
        return _OVER
    if verification.stopped_at is not None:
        return verification.stop_reason or "You paused the verification. Let it go on when you like."
    policy = policy_of(verification.pool)
    if policy is not None and policy.is_stopped and policy.config.get("verification"):
        return f"The review policy has stopped, so nothing more is asked. {policy.stop_reason}"
    if not verification.remote_pool_id:
        return "The verification is not at the platform yet. See the last command on this page."
    if verification.status == PoolStatus.ARCHIVED:
        return "The verification pool was archived at the platform, which is final. Make a new one: what is not answered is asked there."
    if verification.status == PoolStatus.LOCKED:
        return "The platform has locked the verification pool. Ask the platform's support."
    command = open_command(verification)
    if command is not None and command.kind == CommandKind.UPDATE_VERIFICATION:
        return "Your changes are on their way to the platform: the verification pool is closed for them, and opens again by itself."
    return gone_skill(verification)


def without_money(verification: Verification) -> str:
    waiting = verification.tasks.filter(decided_at=None).count()
    return (f"There is not enough money on the platform’s account, and {_questions(waiting)} open. Top it up: the verification then goes "
            "on by itself. What is answered is decided meanwhile.")


def gone_skill(verification: Verification) -> str:
    for skill, what in ((verification.annotated_skill, "those who annotate could verify their own work"),
                        (verification.verifier_skill, "nothing weighs the answers")):
        if skill is None or skill.gone_at is not None:
            name = f"“{skill.name}” " if skill is not None else ""
            return f"The skill {name}was deleted at the platform: without it {what}. Press “Save changes”: the skills are made again."
    return ""


def waiting_for(verification: Verification) -> str:
    """After a turn that met no obstacle."""
    open_ones = verification.tasks.filter(decided_at=None)
    waiting = open_ones.count()
    if not waiting:
        return ""
    if is_closed_by_hand(verification):
        return (f"The verification pool was closed at the platform ({_why(verification)}) while {_questions(waiting)} not answered. "
                "Press “Open again”, or open it there.")
    quiet, lacking = _quiet_hours(verification), _new_people(verification, waiting)
    if quiet:
        return " ".join(part for part in (
            f"No verifier has answered for {quiet} hours and {_questions(waiting)} open.", lacking, _advice(verification)) if part)
    if lacking:
        return f"{_PATIENCE}: {_questions(waiting)} open. {lacking} {_advice(verification)}"
    return f"{_PATIENCE}: {_questions(waiting)} open."


def _new_people(verification: Verification, waiting: int) -> str:
    """That those who verify here are used up: each has answered what still wants answers, or made the work."""
    people = Vote.objects.filter(task__verification=verification).aggregate(count=Count("toloker", distinct=True))["count"]
    if not people:
        return ""
    author = Vote.objects.filter(toloker=OuterRef("assignment__toloker"))
    stuck = (verification.tasks.filter(decided_at=None).exclude(remote_task_id="")
             .annotate(gave=Count("votes__toloker", distinct=True), is_verifier=Exists(author.filter(task__verification=verification)),
                       judged_own=Exists(author.filter(task=OuterRef("pk"))))
             .filter(gave__lt=F("overlap"))
             .filter(Q(gave__gte=people) | Q(gave__gte=people - 1, is_verifier=True, judged_own=False)).count())
    if not stuck:
        return ""
    who = "The only person who verified so far" if people == 1 else f"All {people} people who verified so far"
    them = f"{stuck} of them" if stuck < waiting else "it" if stuck == 1 else "them"
    return f"{who} answered {them} already, or made the work: somebody new has to come."


def _advice(verification: Verification) -> str:
    fewest = {**DEFAULTS, **verification.config}["min_tasks_per_page"]
    smaller = f"lower “Fewest questions a page” (it is {fewest}), " if fewest > 1 else ""
    return f"If nobody does, {smaller}raise the price a page, choose another language, or review these jobs yourself."


def _why(verification: Verification) -> str:
    return {"MANUAL": "by hand", "EXPIRED": "its time is over", "FOR_UPDATE": "for a change"}.get(
        verification.last_close_reason, verification.last_close_reason.lower().replace("_", " ") or "nobody says why")


def _questions(count: int) -> str:
    return "1 question is" if count == 1 else f"{count} questions are"


def _quiet_hours(verification: Verification) -> int:
    """Whole hours since something was asked or answered, or the pool was opened (after a change of its price, say), if that is long."""
    asked = verification.tasks.filter(decided_at=None).aggregate(at=Max("sent_at"))["at"]
    answered = Vote.objects.filter(task__verification=verification).aggregate(at=Max("submitted"))["at"]
    account = verification.pool.crowd_project.account
    opened = verification.cursors.get(OPENED)
    opened_at = datetime.fromisoformat(opened) + timedelta(seconds=account.clock_offset_seconds) if opened else None
    last = max((at for at in (asked, answered, opened_at) if at is not None), default=None)
    if last is None:
        return 0
    since = platform_now(account) - last
    return int(since / timedelta(hours=1)) if since >= timedelta(hours=settings.VERIFICATION_QUIET_HOURS) else 0
