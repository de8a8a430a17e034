"""Values of skills, and bans, at the platform in memory."""
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from crowdsourcing.providers.fake.platform import FakePlatform
from crowdsourcing.providers.people import RemoteBan, RemoteUserSkill


class FakePeople:
    platform: FakePlatform

    def _enter(self, method: str, *arguments: Any) -> None:
        raise NotImplementedError

    def user_skill_pages(self, *, since: datetime | None = None, user_id: str = "") -> Iterator[list[RemoteUserSkill]]:
        self._enter("user_skill_pages", since, user_id)
        found = [RemoteUserSkill(skill_id, worker, value, self.platform.changed_at(skill_id, worker), datetime.now(UTC))
                 for skill_id, values in self.platform.user_skills.items() for worker, value in values.items() if user_id in ("", worker)]
        yield from self._pages([row for row in found if since is None or row.modified >= since])

    def ban_pages(self, *, since: datetime | None = None) -> Iterator[list[RemoteBan]]:
        self._enter("ban_pages", since)
        yield from self._pages([replace(ban, seen_at=datetime.now(UTC)) for ban in self.platform.bans.values()
                                if since is None or ban.created >= since])

    def _pages(self, rows: list[Any]) -> Iterator[list[Any]]:
        for start in range(0, len(rows), self.platform.page):
            yield rows[start:start + self.platform.page]
