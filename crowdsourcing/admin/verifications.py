"""Verification crowds: what is wanted is changed on the pool's page or by REST, pause and going on here too."""
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from crowdsourcing.admin.base import ReadOnlyAdmin
from crowdsourcing.models import Verification, VerificationTask, Vote
from crowdsourcing.services import verifications as services


@admin.register(Verification)
class VerificationAdmin(ReadOnlyAdmin):
    list_display = ("pool", "status", "waiting_for", "stopped_at", "moved_at")
    list_filter = ("status",)
    search_fields = ("=pool__id", "remote_pool_id", "mark")
    list_select_related = ("pool__task",)
    actions = ("pause", "go_on")

    @admin.action(description="Pause", permissions=["operate"])
    def pause(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        self.ask_each(request, rows, lambda row: services.pause_verification(actor=request.user, verification=row),
                      said="Paused: {}. Nothing more is asked; what is asked may still be answered, and counts.", noun="verification")

    @admin.action(description="Go on", permissions=["operate"])
    def go_on(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        self.ask_each(request, rows, lambda row: services.resume_verification(actor=request.user, verification=row),
                      said="{} will go on with the next look.", noun="verification")


@admin.register(VerificationTask)
class VerificationTaskAdmin(ReadOnlyAdmin):
    list_display = ("assignment", "frame", "overlap", "answer", "confidence", "sent_at", "decided_at")
    list_filter = ("answer",)
    search_fields = ("assignment__remote_id", "remote_task_id")
    list_select_related = ("assignment",)


@admin.register(Vote)
class VoteAdmin(ReadOnlyAdmin):
    list_display = ("task", "toloker", "answer", "submitted", "remote_assignment_id")
    list_filter = ("answer",)
    search_fields = ("toloker__user_id", "remote_assignment_id")
    list_select_related = ("task", "toloker")
