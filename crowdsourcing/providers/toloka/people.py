"""Values of skills, and bans. Pages go by id, with a time as filter, so that many changes of one moment are no trouble."""
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from crowdsourcing.providers.people import RemoteBan, RemoteUserSkill
from crowdsourcing.providers.toloka.connection import Connection
from crowdsourcing.providers.toloka.words import ban_from, text_of, user_skill_from

# The platform's most.
_PAGE = 300


class People(Connection):
    def user_skill_pages(self, *, since: datetime | None = None, user_id: str = "") -> Iterator[list[RemoteUserSkill]]:
        params: dict[str, Any] = {"user_id": user_id} if user_id else {}
        if since is not None:
            params["modified_gte"] = text_of(since)
        for asked_at, items in self.pages("/v1/user-skills", params, limit=_PAGE):
            yield [user_skill_from(item, asked_at) for item in items]

    def ban_pages(self, *, since: datetime | None = None) -> Iterator[list[RemoteBan]]:
        params = {} if since is None else {"created_gte": text_of(since)}
        for asked_at, items in self.pages("/v1/user-restrictions", params, limit=_PAGE):
            yield [ban_from(item, asked_at) for item in items]
