"""Bulk decisions, what suspicion is judged by, review policies and verdicts."""
from django.contrib import admin

from crowdsourcing.admin.base import ReadOnlyAdmin
from crowdsourcing.models import (
    Ban,
    BulkDecision,
    BulkItem,
    Consensus,
    LabelConfusion,
    ReviewPolicy,
    Skill,
    TolokerSkill,
    TruthScore,
    Verdict,
    WorkMeasure,
)


@admin.register(BulkDecision)
class BulkDecisionAdmin(ReadOnlyAdmin):
    list_display = ("id", "verb", "count", "amount", "actor", "created_at", "all_asked_at", "stopped_at")
    list_filter = ("verb",)
    search_fields = ("actor__username", "comment")
    list_select_related = ("actor",)
    date_hierarchy = "created_at"


@admin.register(BulkItem)
class BulkItemAdmin(ReadOnlyAdmin):
    list_display = ("id", "bulk", "assignment", "state", "code", "command")
    list_filter = ("state",)
    search_fields = ("assignment__remote_id", "=assignment__job__id")
    list_select_related = ("bulk", "assignment", "command")


@admin.register(WorkMeasure)
class WorkMeasureAdmin(ReadOnlyAdmin):
    list_display = ("assignment", "with_work", "frames", "seconds", "marks", "nothing_here_frames", "untouched_frames", "tiny", "huge")
    search_fields = ("assignment__remote_id", "=assignment__job__id")
    list_select_related = ("assignment",)


@admin.register(TruthScore)
class TruthScoreAdmin(ReadOnlyAdmin):
    list_display = ("assignment", "score", "frames", "measured_at")
    search_fields = ("assignment__remote_id", "=assignment__job__id")
    list_select_related = ("assignment",)


@admin.register(Consensus)
class ConsensusAdmin(ReadOnlyAdmin):
    list_display = ("task_suite", "people", "outcome", "score", "measured_at", "merged_people", "merged_at")
    list_filter = ("outcome",)
    search_fields = ("=task_suite__job__id",)
    list_select_related = ("task_suite",)


@admin.register(LabelConfusion)
class LabelConfusionAdmin(ReadOnlyAdmin):
    list_display = ("assignment", "against", "version", "cells", "counted_at")
    list_filter = ("against",)
    search_fields = ("assignment__remote_id", "=assignment__job__id")
    list_select_related = ("assignment",)


@admin.register(ReviewPolicy)
class ReviewPolicyAdmin(ReadOnlyAdmin):
    list_display = ("pool", "version", "created_by", "created_at", "stopped_at", "resumed_at")
    search_fields = ("=pool__id", "pool__task__name", "created_by__username")
    list_select_related = ("pool__task", "created_by")
    date_hierarchy = "created_at"


@admin.register(Verdict)
class VerdictAdmin(ReadOnlyAdmin):
    list_display = ("id", "assignment", "outcome", "source", "policy", "guide_version", "actor", "command", "created_at")
    list_filter = ("outcome", "source")
    search_fields = ("assignment__remote_id", "=assignment__job__id", "actor__username", "explanation")
    list_select_related = ("assignment", "policy", "guide_version", "actor", "command")
    date_hierarchy = "created_at"


@admin.register(Skill)
class SkillAdmin(ReadOnlyAdmin):
    """What the platform said last; skills are made on a project's page."""

    list_display = ("name", "remote_id", "account", "hidden", "mirrored_at", "gone_at")
    list_filter = ("hidden", ("gone_at", admin.EmptyFieldListFilter), "account__environment")
    search_fields = ("name", "remote_id")
    list_select_related = ("account",)


@admin.register(TolokerSkill)
class TolokerSkillAdmin(ReadOnlyAdmin):
    list_display = ("toloker", "skill", "value", "modified", "mirrored_at", "gone_at")
    list_filter = (("gone_at", admin.EmptyFieldListFilter), "skill__account__environment")
    search_fields = ("toloker__user_id", "skill__name", "skill__remote_id")
    list_select_related = ("toloker", "skill")


@admin.register(Ban)
class BanAdmin(ReadOnlyAdmin):
    list_display = ("toloker", "scope", "remote_project_id", "remote_pool_id", "private_comment", "created", "will_expire", "gone_at")
    list_filter = ("scope", ("gone_at", admin.EmptyFieldListFilter), "toloker__account__environment")
    search_fields = ("toloker__user_id", "private_comment", "remote_id")
    list_select_related = ("toloker",)
    date_hierarchy = "created"
