"""/api/crowdsourcing/pools/{id}/quality and /api/crowdsourcing/workers: the numbers behind the pages of quality."""
from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from crowdsourcing import doors, selectors, tasks
from crowdsourcing.api.base import RoomViewSet
from crowdsourcing.api.filters import NumberFilter
from crowdsourcing.api.quality_answers import (
    ConfusionsSerializer,
    PoolQualitySerializer,
    WorkerDetailSerializer,
    WorkerSerializer,
    share_of,
    summary_in,
)
from crowdsourcing.models import Pool, Toloker
from crowdsourcing.quality import reports
from crowdsourcing.quality.statistics import Confusion
from crowdsourcing.selectors.confusion import Counted, confusions_of
from crowdsourcing.selectors.consensus import agreement_in
from crowdsourcing.selectors.people import BanFact, skills_of_toloker, with_skills
from crowdsourcing.selectors.work import Work, kept_of_votes, verdict_counts, votes_in, work_in, work_of


class PoolQuality:
    """For the pools' viewset."""

    @extend_schema(responses={200: PoolQualitySerializer}, summary="Quality of a pool's work")
    @action(detail=True, methods=["get"], filterset_class=None, pagination_class=None)
    def quality(self, request: Request, pk: str) -> Response:
        """Acceptance, scores, agreement of the second crowd, times and money. Shares come with 95 % intervals (Wilson). Days are those of
        UTC."""
        return Response(PoolQualitySerializer(pool_quality(self.get_object())).data)  # type: ignore[attr-defined]

    @extend_schema(responses={200: ConfusionsSerializer}, summary="What was taken for what")
    @action(detail=True, methods=["get"], filterset_class=None, pagination_class=None)
    def confusion(self, request: Request, pk: str) -> Response:
        """Labels that Tolokers gave against those of the ground truth and of reviewers' versions. What nobody has counted yet
        (`waiting`) is being counted: ask again."""
        found = confusions_of(self.get_object())  # type: ignore[attr-defined]
        if any(counted.waiting for counted in found.values()):
            tasks.ring_for_confusions(int(pk))
        return Response(ConfusionsSerializer({against: _confusion(counted) for against, counted in found.items()}).data)


def pool_quality(pool: Pool) -> dict[str, Any]:
    work = work_in(pool)
    said = kept_of_votes(pool, reports.verification_of)
    return {
        "pool": pool.pk, "task": pool.task_id, **summary_in(reports.summary_of(work)), "money": selectors.pool_money(pool),
        "decisions": _decisions(work),
        "distributions": {"truth": reports.truth_scores(work), "suspicion": reports.suspicions(work), "seconds": reports.times(work),
                          "confidence": said.confidence, "agreement": reports.agreement_of(agreement_in(pool))},
        "verification": {"questions": said.questions, "votes": said.votes, "settled": said.settled, "alpha": said.alpha,
                         "agreement": share_of(said.pairs)},
        "verdicts": [{"source": source, "outcome": outcome, "count": number}
                     for (source, outcome), number in sorted(verdict_counts(pool).items())],
        "signals": reports.signals_of(work)}


def _decisions(work: list[Work]) -> dict[str, Any]:
    days = reports.over_time(work, timezone.get_current_timezone())
    return {"unit": days.unit, "periods": [
        {"start": period.start, "end": period.end, "accepted": accepted, "rejected": rejected}
        for period, accepted, rejected in zip(days.periods, days.accepted, days.rejected, strict=True)]}


def _confusion(counted: Counted) -> dict[str, Any]:
    confusion = Confusion(counted.cells)
    cells = sorted(counted.cells.items(), key=lambda cell: (-cell[1], str(cell[0])))
    return {"attempts": counted.attempts, "waiting": counted.waiting, "objects": share_of(confusion.objects),
            "labels": share_of(confusion.labels),
            "cells": [{"true": true, "given": given, "count": count} for (true, given), count in cells]}


class WorkerFilter(django_filters.FilterSet):
    pool = NumberFilter(method="of_pool", help_text="Who took a job of this pool; the numbers are this pool's alone.")
    user_id = django_filters.CharFilter(help_text="The platform's id of the Toloker.")

    class Meta:
        model = Toloker
        fields = ["pool", "user_id"]

    def of_pool(self, rows: QuerySet[Any], name: str, value: int) -> QuerySet[Any]:
        # Of one's own pools only: otherwise the filter would tell who works for others.
        own = doors.assignments_for(self.request.user)
        return rows.filter(Exists(own.filter(toloker=OuterRef("pk"), pool=value).order_by()))


@extend_schema(tags=["crowdsourcing: workers"])
class WorkerViewSet(ListModelMixin, RetrieveModelMixin, RoomViewSet):
    """Tolokers who worked on your pools, as far as they did; what they did for others is not counted."""

    serializer_class = WorkerSerializer
    filterset_class = WorkerFilter
    queryset = Toloker.objects.none()

    def get_serializer_class(self) -> Any:
        return WorkerSerializer if self.action == "list" else WorkerDetailSerializer

    def get_queryset(self) -> Any:
        rows = doors.tolokers_for(self.request.user)
        return rows if self.action == "list" else with_skills(rows)

    def paginate_queryset(self, queryset: Any) -> Any:
        """With the numbers of a page, in one query."""
        page = super().paginate_queryset(queryset) or []
        mine = doors.assignments_for(self.request.user).filter(toloker__in=page)
        asked = WorkerFilter(self.request.query_params).form
        if asked.is_valid() and asked.cleaned_data["pool"] is not None:
            mine = mine.filter(pool=asked.cleaned_data["pool"])
        known = {worker.toloker: worker.summary for worker in reports.workers_of(work_of(mine))}
        banned = {fact.ban.toloker_id for fact in doors.bans_for(self.request.user, page) if fact.in_force}
        return [_shown(toloker, known.get(toloker.pk) or reports.summary_of([]), toloker.pk in banned) for toloker in page]

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Their record in your pools, decisions over time, votes and signals. Their attempts: the list of assignments, `?toloker=`."""
        toloker = self.get_object()
        work = work_of(doors.assignments_for(request.user).filter(toloker=toloker))
        votes = votes_in(doors.votes_for(request.user).filter(toloker=toloker))
        bans = doors.bans_for(request.user, [toloker])
        return Response(WorkerDetailSerializer({
            **_shown(toloker, reports.summary_of(work), any(fact.in_force for fact in bans)), **_platform(toloker, bans),
            "votes": len(votes), "right_votes": share_of(reports.right_of(votes)),
            "decisions": _decisions(work), "signals": reports.signals_of(work),
            "pools": [{"pool": pool, **summary_in(summary)} for pool, summary in reports.by_pool(work)]}).data)


def _shown(toloker: Toloker, summary: reports.Summary, banned: bool) -> dict[str, Any]:
    return {"id": toloker.pk, "user_id": toloker.user_id, "account": toloker.account_id, "first_seen_at": toloker.first_seen_at,
            "banned": banned, **summary_in(summary)}


def _platform(toloker: Toloker, bans: list[BanFact]) -> dict[str, Any]:
    """What the platform keeps of them, and since when we know it."""
    return {
        "platform_read_at": toloker.account.people_read_at, "platform_error": toloker.account.people_error,
        "skills": [{"id": fact.skill, "name": fact.name, "hidden": fact.hidden, "value": fact.value, "modified": fact.modified}
                   for fact in skills_of_toloker(toloker)],
        "bans": [{"scope": ban.scope, "project": place and place.project, "task": place and place.task, "reason": ban.private_comment,
                  "created": ban.created, "will_expire": ban.will_expire, "gone_at": ban.gone_at, "in_force": in_force}
                 for ban, place, in_force in bans]}
