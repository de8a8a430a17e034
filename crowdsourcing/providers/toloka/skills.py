"""Skills, and who has them."""
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from crowdsourcing.providers.base import RemoteSkill, SkillSpec
from crowdsourcing.providers.toloka.connection import Connection
from crowdsourcing.providers.toloka.words import skill_from, skill_json, user_skill_from

_PAGE = 300
_PATH = "/v1/skills"


class Skills(Connection):
    def skills(self) -> list[RemoteSkill]:
        return self._skills({})

    def _skills(self, query: dict[str, Any], wanted: Callable[[RemoteSkill], bool] = lambda skill: True) -> list[RemoteSkill]:
        found = [skill_from(item, asked_at) for asked_at, items in self.pages(_PATH, query, limit=_PAGE) for item in items
                 if not item.get("training") and not item.get("global")]
        return [skill for skill in found if wanted(skill)]

    def ensure_skill(self, spec: SkillSpec) -> RemoteSkill:
        # No operation id here: the name is looked for first. The platform filters by it; we look again, for servers that do not.
        there = self._skills({"name": spec.name}, lambda skill: skill.name == spec.name)
        if there:
            return there[0]
        return skill_from(self.call("post", _PATH, json=skill_json(spec)), datetime.now(UTC))

    def user_skills(self, skill_id: str) -> dict[str, float]:
        self.call("get", f"{_PATH}/{skill_id}")
        found = [user_skill_from(item, asked_at) for asked_at, items in self.pages("/v1/user-skills", {"skill_id": skill_id}, limit=_PAGE)
                 for item in items]
        return {one.user_id: one.value for one in found}
