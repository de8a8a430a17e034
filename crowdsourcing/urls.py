"""Pages of the crowdsourcing room."""
from django.urls import include, path

from crowdsourcing.views import assignments, bulk, commands, corrections, policies, pools, projects, reviews, webhooks

app_name = "crowdsourcing"
urlpatterns = [
    path("projects/<int:project_id>/crowdsourcing", projects.project_setup, name="project_setup"),
    path("projects/<int:project_id>/crowdsourcing/update", projects.project_update, name="project_update"),
    path("projects/<int:project_id>/crowdsourcing/<slug:verb>", projects.project_verb, name="project_verb"),
    path("tasks/<int:task_id>/pool", pools.pool_setup, name="pool_setup"),
    path("tasks/<int:task_id>/pool/update", pools.pool_update, name="pool_update"),
    path("tasks/<int:task_id>/pool/<slug:verb>", pools.pool_verb, name="pool_verb"),
    path("pools/<int:pool_id>/policy", policies.pool_policy, name="pool_policy"),
    path("pools/<int:pool_id>/policy/off", policies.policy_off, name="policy_off"),
    path("pools/<int:pool_id>/policy/resume", policies.policy_resume, name="policy_resume"),
    path("assignments/<int:assignment_id>/accept", assignments.assignment_accept, name="assignment_accept"),
    path("assignments/<int:assignment_id>/reject", assignments.assignment_reject, name="assignment_reject"),
    path("assignments/<int:assignment_id>/reject/preview", assignments.assignment_reject_preview, name="assignment_reject_preview"),
    path("assignments/<int:assignment_id>/fix", corrections.fix, name="fix"),
    path("assignments/<int:assignment_id>/fix/keep", corrections.keep, name="keep_fix"),
    path("assignments/<int:assignment_id>/fix/accept", corrections.fix_and_accept, name="fix_and_accept"),
    path("assignments/<int:assignment_id>/fix/throw-away", corrections.throw_away, name="throw_away"),
    path("task-suites/<int:task_suite_id>/reissue", assignments.reissue, name="reissue"),
    path("commands/<uuid:command_id>", commands.command_fragment, name="command_fragment"),
    path("commands/<uuid:command_id>/retry", commands.command_retry, name="command_retry"),
    path("review", reviews.review_queue, name="review_queue"),
    path("review/next", reviews.review_next, name="review_next"),
    path("review/soon", reviews.review_soon, name="review_soon"),
    path("review/bulk", bulk.bulk_list, name="bulk_list"),
    path("review/bulk/new", bulk.bulk_new, name="bulk_new"),
    path("review/bulk/<uuid:bulk_id>", bulk.bulk_detail, name="bulk_detail"),
    path("review/bulk/<uuid:bulk_id>/<slug:verb>", bulk.bulk_verb, name="bulk_verb"),
    path("crowdsourcing/webhooks/<str:token>", webhooks.receive, name="webhook"),
    path("editor/", include("crowdsourcing.editor_urls")),
]
