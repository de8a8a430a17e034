"""Verification projects and pools: questions, answers, and the platform's own aggregation."""
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from crowdsourcing.providers.asking import AskingPoolSpec, AskingProjectSpec, Question, RemoteAnswer, RemotePage, RemoteQuestion
from crowdsourcing.providers.base import RemotePool, RemoteProject
from crowdsourcing.providers.errors import Refused, Unavailable
from crowdsourcing.providers.toloka.asking_words import (
    RESULT,
    answer_from,
    merged_pool,
    page_from,
    pool_json,
    project_json,
    question_from,
    question_json,
)
from crowdsourcing.providers.toloka.assignments import Assignments
from crowdsourcing.providers.toloka.marks import carries
from crowdsourcing.providers.toloka.words import pool_from, project_from

_PAGE = 300
# Questions of one request: each holds the shapes of an image.
BATCH = 500
# Of one page when they are read; the platform's limits are 100,000.
_QUESTIONS = 5_000
_ANSWERS = 10_000


class AskingCalls(Assignments):
    def ensure_asking_project(self, spec: AskingProjectSpec) -> RemoteProject:
        for asked_at, items in self.pages("/v1/projects", {}, limit=_PAGE):
            for item in items:
                if carries(item, spec.mark):
                    return project_from(item, asked_at)
        return project_from(self.call("post", "/v1/projects", json=project_json(spec)), datetime.now(UTC))

    def update_asking_project(self, project_id: str, spec: AskingProjectSpec) -> RemoteProject:
        found = self.call("get", f"/v1/projects/{project_id}")
        saved = self.call("put", f"/v1/projects/{project_id}", json={**found, **project_json(spec)})
        return project_from(saved, datetime.now(UTC))

    def ensure_asking_pool(self, spec: AskingPoolSpec) -> RemotePool:
        for asked_at, items in self.pages("/v1/pools", {"project_id": spec.project_id}, limit=_PAGE):
            for item in items:
                if carries(item, spec.mark):
                    return pool_from(item, asked_at)
        return pool_from(self.call("post", "/v1/pools", json=pool_json(spec)), datetime.now(UTC))

    def update_asking_pool(self, pool_id: str, spec: AskingPoolSpec) -> RemotePool:
        found = self.call("get", f"/v1/pools/{pool_id}")
        if found["status"] == "OPEN":
            raise Refused("The verification pool is open at the platform. Stop it first.", "INAPPROPRIATE_STATUS")
        return pool_from(self.call("put", f"/v1/pools/{pool_id}", json=merged_pool(found, spec)), datetime.now(UTC))

    def give_skill(self, skill_id: str, user_id: str, value: int) -> None:
        self.call("put", "/v1/user-skills", json={"skill_id": skill_id, "user_id": user_id, "value": value})

    def ensure_questions(self, pool_id: str, questions: Sequence[Question], *, overlap: int, operation_id: UUID) -> list[RemoteQuestion]:
        found = self._by_question(pool_id)
        for number in range(0, len(questions), BATCH):
            batch = questions[number:number + BATCH]
            if any(question.key not in found for question in batch):
                # Batches are the same in every try, so their ids are too.
                self._ask(pool_id, batch, overlap, operation_id if number == 0 else uuid5(operation_id, str(number)))
        if any(question.key not in found for question in questions):
            found = self._by_question(pool_id)
        missing = sum(1 for question in questions if question.key not in found)
        if missing:
            sentence = f"The platform took the questions but does not show {missing} of them yet. We look again."
            raise Unavailable(sentence, "TASKS_MISSING", retry_after=5)
        return [found[question.key] for question in questions]

    def _ask(self, pool_id: str, batch: Sequence[Question], overlap: int, operation_id: UUID) -> None:
        body = [question_json(pool_id, question, overlap, index) for index, question in enumerate(batch)]
        self.create_once("/v1/tasks", body, operation_id)

    def _by_question(self, pool_id: str) -> dict[str, RemoteQuestion]:
        found: dict[str, RemoteQuestion] = {}
        for question in self.questions(pool_id):
            found.setdefault(question.key, question)
        return found

    def questions(self, pool_id: str) -> list[RemoteQuestion]:
        return [question_from(item, asked_at) for asked_at, items in self.pages("/v1/tasks", {"pool_id": pool_id}, limit=_QUESTIONS)
                for item in items]

    def answer_pages(self, pool_id: str, *, since: datetime | None = None) -> Iterator[list[RemotePage]]:
        for asked_at, items in self.stream_items(pool_id, "submitted", since):
            yield [page_from(item, asked_at) for item in items]

    def aggregated(self, pool_id: str, *, skill_id: str) -> list[RemoteAnswer]:
        wanted = {"type": "WEIGHTED_DYNAMIC_OVERLAP", "pool_id": pool_id, "answer_weight_skill_id": skill_id, "fields": [{"name": RESULT}]}
        operation = self.call("post", "/v1/aggregated-solutions/aggregate-by-pool", json=wanted)
        self.finish(operation)
        found: list[RemoteAnswer] = []
        params: dict[str, Any] = {"sort": "task_id", "limit": _ANSWERS}
        while True:
            answer = self.call("get", f"/v1/aggregated-solutions/{operation['id']}", params=dict(params))
            items = answer.get("items") or []
            found += [answer_from(item) for item in items]
            if not items or not answer.get("has_more"):
                return found
            params["task_id_gt"] = items[-1]["task_id"]
