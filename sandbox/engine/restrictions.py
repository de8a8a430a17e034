"""Bans: put, replaced, lifted, and over by themselves."""
from datetime import datetime

from django.db import transaction

from sandbox.engine import due, people
from sandbox.engine.quality import access, history
from sandbox.models import UserRestriction


@transaction.atomic
def put(requester_id: str, toloker_id: str, scope: str, *, project_id: int | None, pool_id: int | None, comment: str,
        until: datetime | None, at: datetime, collector: str = "") -> UserRestriction:
    """Ban a Toloker from a pool, a project or everything of a requester (`scope`), until a time or for good (None).

    There is one ban per Toloker, scope and object: the requester's replaces it, a rule's (`collector`: its uuid) never shortens it.
    """
    keys = {"project_id": project_id if scope == "PROJECT" else None, "pool_id": pool_id if scope == "POOL" else None}
    before = people.restrictions(toloker_id, at)
    row, made = UserRestriction.objects.select_for_update(of=("self",)).get_or_create(
        requester_id=requester_id, toloker_id=toloker_id, scope=scope, **keys,
        defaults={"private_comment": comment, "will_expire": until, "collector": collector, "created": at})
    if not made:
        in_force = row.will_expire is None or row.will_expire > at
        if collector and in_force and (row.will_expire is None or (until is not None and until <= row.will_expire)):
            _covered(collector, row.collector, toloker_id, until)
            return row
        if collector and in_force:
            _covered(row.collector, collector, toloker_id, row.will_expire)
        row.private_comment, row.will_expire = comment, until
        row.created = row.created if in_force else at
        # Whoever made it, its end is the end of the rule's ban.
        row.collector = collector or (row.collector if in_force else "")
        row.save(update_fields=["private_comment", "will_expire", "collector", "created"])
    if row.collector and until is not None:
        due.schedule("RESTRICTION_END", row.id, until)
    else:
        due.cancel("RESTRICTION_END", row.id)
    if until is None or until > at:
        access.banned(row, before, at)
    return row


def _covered(collector: str, other: str, toloker_id: str, until: datetime | None) -> None:
    """A rule's ban that another's covers has an end all the same, from which its rule counts anew."""
    if collector and collector != other and until is not None:
        history.start_again(collector, toloker_id, until)


@transaction.atomic
def lift(ban: UserRestriction, at: datetime) -> None:
    """Take a ban away before its time; the rule that gave it starts from zero. Nothing happens if it is gone already."""
    # First, as `put` does it, and as it is now.
    row = UserRestriction.objects.select_for_update(of=("self",)).filter(pk=ban.pk).first()
    if row is None:
        return
    due.cancel("RESTRICTION_END", row.id)
    if row.collector and (row.will_expire is None or row.will_expire > at):
        history.start_again(row.collector, row.toloker_id, at)
    row.delete()


@due.on("RESTRICTION_END")
def _over(target: str, at: datetime) -> None:
    row = UserRestriction.objects.filter(pk=target).first()
    if row and row.collector and row.will_expire and row.will_expire <= at:
        history.start_again(row.collector, row.toloker_id, row.will_expire)
