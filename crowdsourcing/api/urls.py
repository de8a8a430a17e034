"""Doors of the crowdsourcing API."""
from django.urls import path
from rest_framework.routers import SimpleRouter

from crowdsourcing.api.assignments import AssignmentViewSet
from crowdsourcing.api.bulk import BulkStartViewSet, BulkViewSet
from crowdsourcing.api.commands import CommandViewSet, StatusChangeViewSet
from crowdsourcing.api.images import image
from crowdsourcing.api.policies import VerdictViewSet
from crowdsourcing.api.pools import PoolViewSet, TaskSuiteViewSet
from crowdsourcing.api.projects import AccountViewSet, CrowdProjectViewSet
from crowdsourcing.api.quality import WorkerViewSet
from crowdsourcing.api.reviews import ReviewViewSet
from crowdsourcing.api.rules import CatalogueViewSet, RulesViewSet, SkillViewSet

router = SimpleRouter(trailing_slash=False)
router.register("accounts", AccountViewSet, "crowd-account")
router.register("projects", CrowdProjectViewSet, "crowd-project")
router.register("pools", PoolViewSet, "crowd-pool")
router.register("task-suites", TaskSuiteViewSet, "crowd-task-suite")
router.register("assignments", AssignmentViewSet, "crowd-assignment")
router.register("reviews", ReviewViewSet, "crowd-review")
router.register("verdicts", VerdictViewSet, "crowd-verdict")
router.register("bulk-decisions", BulkViewSet, "crowd-bulk-decision")
router.register("workers", WorkerViewSet, "crowd-worker")
router.register("commands", CommandViewSet, "crowd-command")
router.register("status-changes", StatusChangeViewSet, "crowd-status-change")
urlpatterns = [
    path("pools/<int:pk>/rules", RulesViewSet.as_view({"get": "retrieve", "put": "update"}), name="crowd-pool-rules"),
    path("pools/<int:pk>/rules/preview", RulesViewSet.as_view({"post": "preview"}), name="crowd-pool-rules-preview"),
    path("rules/catalogue", CatalogueViewSet.as_view({"get": "retrieve"}), name="crowd-rules-catalogue"),
    path("projects/<int:pk>/skills", SkillViewSet.as_view({"get": "list", "post": "create"}), name="crowd-project-skills"),
    path("assignments/bulk", BulkStartViewSet.as_view({"post": "create"}), name="crowd-assignment-bulk"),
    # Below /api/, where no session is looked at.
    path("images/<str:token>/<str:name>", image, name="crowd-image"),
    *router.urls,
]
