"""Assignments and money."""
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from crowdsourcing.admin.base import CommentActionForm, ReadOnlyAdmin
from crowdsourcing.models import Assignment, LedgerEntry
from crowdsourcing.services import assignments as services


@admin.register(Assignment)
class AssignmentAdmin(ReadOnlyAdmin):
    action_form = CommentActionForm
    list_display = ("remote_id", "pool", "task_suite", "toloker", "status", "reward", "created", "submitted", "accepted", "rejected")
    list_filter = ("status", "pool__crowd_project__account__environment")
    search_fields = ("remote_id", "toloker__user_id", "pool__task__name", "=job__id")
    list_select_related = ("pool__task", "task_suite", "toloker")
    date_hierarchy = "created"
    actions = ("accept_assignment", "reject_assignment")

    @admin.action(description="Accept (the requester is charged)", permissions=["operate"])
    def accept_assignment(self, request: HttpRequest, rows: QuerySet[Assignment]) -> None:
        comment = request.POST.get("comment", "")
        self.ask_each(request, rows, lambda row: services.accept_assignment(actor=request.user, assignment=row, comment=comment))

    @admin.action(description="Reject (with the comment)", permissions=["operate"])
    def reject_assignment(self, request: HttpRequest, rows: QuerySet[Assignment]) -> None:
        comment = request.POST.get("comment", "")
        self.ask_each(request, rows, lambda row: services.reject_assignment(actor=request.user, assignment=row, comment=comment))


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin):
    list_display = ("id", "pool", "assignment", "kind", "amount", "at")
    list_filter = ("kind",)
    search_fields = ("pool__task__name", "assignment__remote_id")
    list_select_related = ("pool__task", "assignment")
    date_hierarchy = "at"
