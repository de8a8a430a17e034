"""Crowd projects, pools and task suites, with their verbs."""
from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join

from crowdsourcing import rules, selectors
from crowdsourcing.admin.base import ReadOnlyAdmin
from crowdsourcing.models import CrowdProject, DrawingProject, Pool, TaskSuite
from crowdsourcing.services import assignments as assignment_services, pools as pool_services, projects as project_services


@admin.register(CrowdProject)
class CrowdProjectAdmin(ReadOnlyAdmin):
    list_display = ("id", "project", "account", "remote_id", "status", "synced_at", "sync_error")
    list_filter = ("status", "account__environment")
    search_fields = ("project__name", "remote_id", "mark")
    list_select_related = ("project", "account")
    actions = ("sync_project", "archive_project")

    @admin.action(description="Sync Toloka project", permissions=["operate"])
    def sync_project(self, request: HttpRequest, rows: QuerySet[CrowdProject]) -> None:
        self.ask_each(request, rows, lambda row: project_services.sync_project(actor=request.user, crowd_project=row))

    @admin.action(description="Archive Toloka project (final)", permissions=["operate"])
    def archive_project(self, request: HttpRequest, rows: QuerySet[CrowdProject]) -> None:
        self.ask_each(request, rows, lambda row: project_services.archive_project(actor=request.user, crowd_project=row))


@admin.register(DrawingProject)
class DrawingProjectAdmin(ReadOnlyAdmin):
    list_display = ("id", "crowd_project", "shapes", "needed", "remote_id", "status")
    list_filter = ("status",)
    search_fields = ("crowd_project__project__name", "remote_id", "mark")
    list_select_related = ("crowd_project__project", "crowd_project__account")


@admin.register(Pool)
class PoolAdmin(ReadOnlyAdmin):
    list_display = ("id", "task", "remote_id", "status", "reward_per_assignment", "last_close_reason", "synced_at", "sync_error")
    list_filter = ("status", "interface", "auto_accept_solutions", "reissue_policy", "crowd_project__account__environment")
    search_fields = ("task__name", "remote_id", "mark")
    list_select_related = ("task",)
    actions = ("start_pool", "stop_pool", "archive_pool", "sync_pool")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("audience", "rules", "money", "counts")

    @admin.display(description="Audience")
    def audience(self, pool: Pool) -> str:
        return selectors.audience_of(pool)

    @admin.display(description="Quality rules")
    def rules(self, pool: Pool) -> str:
        names = selectors.skill_names(pool.crowd_project.account)
        return format_html_join("", "<div>{}. {}</div>", enumerate(rules.sentences(selectors.rules_of(pool), names), 1)) or "none"

    @admin.display(description="Money, USD")
    def money(self, pool: Pool) -> str:
        return ", ".join(f"{name.replace('_', ' ')} {amount}" for name, amount in selectors.pool_money(pool).items())

    @admin.display(description="Jobs and assignments")
    def counts(self, pool: Pool) -> str:
        return ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in selectors.pool_counts(pool).items())

    def _ask(self, request: HttpRequest, rows: QuerySet[Pool], service: Any) -> None:
        self.ask_each(request, rows, lambda row: partial(service, actor=request.user)(pool=row))

    @admin.action(description="Start Toloka pool", permissions=["operate"])
    def start_pool(self, request: HttpRequest, rows: QuerySet[Pool]) -> None:
        self._ask(request, rows, pool_services.start_pool)

    @admin.action(description="Stop Toloka pool", permissions=["operate"])
    def stop_pool(self, request: HttpRequest, rows: QuerySet[Pool]) -> None:
        self._ask(request, rows, pool_services.stop_pool)

    @admin.action(description="Archive Toloka pool (final)", permissions=["operate"])
    def archive_pool(self, request: HttpRequest, rows: QuerySet[Pool]) -> None:
        self._ask(request, rows, pool_services.archive_pool)

    @admin.action(description="Sync Toloka pool", permissions=["operate"])
    def sync_pool(self, request: HttpRequest, rows: QuerySet[Pool]) -> None:
        self._ask(request, rows, pool_services.sync_pool)


@admin.register(TaskSuite)
class TaskSuiteAdmin(ReadOnlyAdmin):
    list_display = ("id", "pool", "job", "remote_task_id", "overlap")
    list_filter = ("pool__status",)
    search_fields = ("remote_task_id", "=job__id", "pool__task__name")
    list_select_related = ("pool__task", "job")
    # With the nonce anybody could sign a job key.
    exclude = ("key_nonce",)
    actions = ("reissue_job",)

    @admin.action(description="Give to another Toloker", permissions=["operate"])
    def reissue_job(self, request: HttpRequest, rows: QuerySet[TaskSuite]) -> None:
        self.ask_each(request, rows, lambda row: assignment_services.reissue_job(actor=request.user, task_suite=row))
