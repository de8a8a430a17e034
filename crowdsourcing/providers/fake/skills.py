"""Skills at the platform in memory."""
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from crowdsourcing.providers.base import RemoteSkill, SkillSpec
from crowdsourcing.providers.errors import NotFound
from crowdsourcing.providers.fake.platform import FakePlatform


class FakeSkills:
    platform: FakePlatform

    def _enter(self, method: str, *arguments: Any) -> None:
        raise NotImplementedError

    def _leave(self, method: str, *arguments: Any) -> None:
        raise NotImplementedError

    def skills(self) -> list[RemoteSkill]:
        self._enter("skills")
        return [replace(skill, seen_at=datetime.now(UTC)) for skill in self.platform.skills.values()]

    def ensure_skill(self, spec: SkillSpec) -> RemoteSkill:
        self._enter("ensure_skill", spec)
        for skill in self.platform.skills.values():
            if skill.name == spec.name:
                return replace(skill, seen_at=datetime.now(UTC))
        skill_id = str(next(self.platform.numbers))
        made = RemoteSkill(skill_id, spec.name, spec.hidden, dict(spec.public_requester_description), datetime.now(UTC))
        self.platform.skills[skill_id] = made
        self._leave("ensure_skill", skill_id)
        return made

    def user_skills(self, skill_id: str) -> dict[str, float]:
        self._enter("user_skills", skill_id)
        if skill_id not in self.platform.skills:
            raise NotFound("The platform has no such skill.", "DOES_NOT_EXIST")
        return dict(self.platform.user_skills.get(skill_id, {}))
