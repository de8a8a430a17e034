"""Verification projects and pools at the platform in memory. Questions are tasks whose job key is the question's key."""
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from crowdsourcing.providers.asking import GOOD, AskingPoolSpec, AskingProjectSpec, Question, RemoteAnswer, RemotePage, RemoteQuestion
from crowdsourcing.providers.base import RemotePool, RemoteProject
from crowdsourcing.providers.errors import NotFound, Refused
from crowdsourcing.providers.fake.platform import FakePlatform, FakeTask

# Of all questions of one request.
INPUT_BYTES = 1_048_576


class FakeAsking:
    platform: FakePlatform

    def _enter(self, method: str, *arguments: Any) -> None:
        raise NotImplementedError

    def _leave(self, method: str, *arguments: Any) -> None:
        raise NotImplementedError

    def _project(self, project_id: str) -> RemoteProject:
        raise NotImplementedError

    def _pool(self, pool_id: str) -> RemotePool:
        raise NotImplementedError

    def ensure_asking_project(self, spec: AskingProjectSpec) -> RemoteProject:
        self._enter("ensure_asking_project", spec)
        there = next((key for key, found in self.platform.projects.items() if found["spec"].mark == spec.mark), None)
        if there is None:
            there = str(next(self.platform.numbers))
            self.platform.projects[there] = {"spec": spec, "status": "ACTIVE"}
            self._leave("ensure_asking_project", there)
        return self._project(there)

    def update_asking_project(self, project_id: str, spec: AskingProjectSpec) -> RemoteProject:
        self._enter("update_asking_project", project_id, spec)
        self._project(project_id)
        self.platform.projects[project_id]["spec"] = spec
        self._leave("update_asking_project", project_id)
        return self._project(project_id)

    def ensure_asking_pool(self, spec: AskingPoolSpec) -> RemotePool:
        self._enter("ensure_asking_pool", spec)
        there = next((key for key, found in self.platform.pools.items() if found["spec"].mark == spec.mark), None)
        if there is None:
            there = str(next(self.platform.numbers))
            self.platform.pools[there] = {"spec": spec, "status": "CLOSED", "last_close_reason": ""}
            self._leave("ensure_asking_pool", there)
        return self._pool(there)

    def update_asking_pool(self, pool_id: str, spec: AskingPoolSpec) -> RemotePool:
        self._enter("update_asking_pool", pool_id, spec)
        if self._pool(pool_id).status != "CLOSED":
            raise Refused("The pool is not closed.", "INAPPROPRIATE_STATUS")
        self.platform.pools[pool_id]["spec"] = spec
        self._leave("update_asking_pool", pool_id)
        return self._pool(pool_id)

    def give_skill(self, skill_id: str, user_id: str, value: int) -> None:
        self._enter("give_skill", skill_id, user_id, value)
        if skill_id not in self.platform.skills:
            raise NotFound("The platform has no such skill.", "DOES_NOT_EXIST")
        self.platform.give_skill(skill_id, user_id, value)

    def ensure_questions(self, pool_id: str, questions: Sequence[Question], *, overlap: int, operation_id: UUID) -> list[RemoteQuestion]:
        self._enter("ensure_questions", pool_id, tuple(questions), operation_id)
        self._pool(pool_id)
        there = {task.job_key for task in self.platform.tasks.values() if task.pool_id == pool_id}
        missing = [question for question in questions if question.key not in there]
        if sum(len(json.dumps(question.regions)) for question in missing) > INPUT_BYTES:
            raise Refused("The input values of one request have at most 1,048,576 bytes.", "VALIDATION_ERROR")
        if missing and operation_id not in self.platform.operations:
            self.platform.operations.add(operation_id)
            for question in missing:
                task_id = f"{int(pool_id):010x}--{next(self.platform.numbers):024x}"
                self.platform.tasks[task_id] = FakeTask(task_id, pool_id, question.key, overlap)
            self._leave("ensure_questions", pool_id, len(missing))
        wanted = {question.key for question in questions}
        return [question for question in self._questions(pool_id) if question.key in wanted]

    def questions(self, pool_id: str) -> list[RemoteQuestion]:
        self._enter("questions", pool_id)
        return self._questions(pool_id)

    def _questions(self, pool_id: str) -> list[RemoteQuestion]:
        return [RemoteQuestion(task.id, task.job_key, task.overlap, datetime.now(UTC)) for task in self.platform.tasks.values()
                if task.pool_id == pool_id]

    def answer_pages(self, pool_id: str, *, since: datetime | None = None) -> Iterator[list[RemotePage]]:
        self._enter("answer_pages", pool_id, since)
        found = [page for page in self.platform.answered.get(pool_id, []) if since is None or page.submitted >= since]
        for start in range(0, len(found), self.platform.page):
            yield found[start:start + self.platform.page]

    def aggregated(self, pool_id: str, *, skill_id: str) -> list[RemoteAnswer]:
        """Of each question the answer with the most skill behind it, its share as confidence."""
        self._enter("aggregated", pool_id, skill_id)
        if skill_id not in self.platform.skills:
            raise NotFound("The platform has no such skill.", "DOES_NOT_EXIST")
        skills = self.platform.user_skills.get(skill_id, {})
        behind: dict[str, Counter[str]] = defaultdict(Counter)
        for page in self.platform.answered.get(pool_id, []):
            for key, said in page.answers.items():
                # Per mille, because a Counter counts in whole numbers.
                behind[key][said] += round(skills.get(page.user_id, 50.0) * 10) if page.status == "ACCEPTED" else 0
        # Of equal answers the first one wins, as at the platform.
        best = {key: max(said, key=lambda answer: (said[answer], answer == GOOD)) for key, said in behind.items() if said.total()}
        return [RemoteAnswer(key, answer, behind[key][answer] / behind[key].total()) for key, answer in sorted(best.items())]
