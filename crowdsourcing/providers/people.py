"""What a platform keeps of its workers for a requester: values of skills, and bans. Words of ours, as in base."""
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class RemoteUserSkill:
    """How much of a skill a worker has, 0 to 100; `modified`: the platform's time of the last change."""

    skill_id: str
    user_id: str
    value: float
    modified: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class RemoteBan:
    """A worker who is kept out. `scope`: ALL_PROJECTS (of this requester), PROJECT, POOL, or SYSTEM (the platform's own). `private_comment`
    says why: a rule's note, or what the requester wrote. `will_expire` None: for good."""

    id: str
    user_id: str
    scope: str
    project_id: str
    pool_id: str
    private_comment: str
    created: datetime
    will_expire: datetime | None
    seen_at: datetime


class People(Protocol):
    def user_skill_pages(self, *, since: datetime | None = None, user_id: str = "") -> Iterator[list[RemoteUserSkill]]:
        """Values of all the account's skills: all, those changed at or after `since`, or one worker's. A value that was taken away is in
        no page."""

    def ban_pages(self, *, since: datetime | None = None) -> Iterator[list[RemoteBan]]:
        """Bans of the account, over ones too where the platform keeps them: all, or those made at or after `since`. One that was lifted
        is in no page; one that was made longer keeps its time."""
