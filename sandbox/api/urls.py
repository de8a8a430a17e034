"""Addresses of the requester API."""
from django.urls import path

from sandbox.api import aggregation, assignments, attachments, operations, pools, projects, restrictions, skills, task_batches, tasks, webhooks
from sandbox.api.door import endpoint

urlpatterns = [
    path("v1/requester", endpoint(GET=projects.requester)),
    path("v1/projects", endpoint(GET=projects.listing, POST=projects.create)),
    path("v1/projects/<str:key>", endpoint(GET=projects.one, PUT=projects.replace)),
    path("v1/projects/<str:key>/archive", endpoint(POST=projects.archive)),
    path("staging/projects/<str:key>/check", endpoint(POST=projects.check)),
    path("v1/pools", endpoint(GET=pools.listing, POST=pools.create)),
    path("v1/pools/<str:key>", endpoint(GET=pools.one, PUT=pools.replace, PATCH=pools.change)),
    path("v1/pools/<str:key>/open", endpoint(POST=pools.open_it)),
    path("v1/pools/<str:key>/close", endpoint(POST=pools.close)),
    path("v1/pools/<str:key>/close-for-update", endpoint(POST=pools.close_for_update)),
    path("v1/pools/<str:key>/archive", endpoint(POST=pools.archive)),
    path("v1/tasks", endpoint(GET=tasks.listing, POST=task_batches.create)),
    path("v1/tasks/<str:key>", endpoint(GET=tasks.one, PATCH=tasks.change)),
    path("v1/tasks/<str:key>/set-overlap-or-min", endpoint(PATCH=tasks.set_overlap_or_min)),
    path("v1/assignments", endpoint(GET=assignments.listing)),
    path("v1/assignments/<str:key>", endpoint(GET=assignments.one, PATCH=assignments.change)),
    path("v1/attachments", endpoint(GET=attachments.listing)),
    path("v1/attachments/<str:key>", endpoint(GET=attachments.one)),
    path("v1/attachments/<str:key>/download", endpoint(GET=attachments.download)),
    path("v1/operations", endpoint(GET=operations.listing)),
    path("v1/operations/<str:key>", endpoint(GET=operations.one)),
    path("v1/operations/<str:key>/log", endpoint(GET=operations.log)),
    path("v1/aggregated-solutions/aggregate-by-pool", endpoint(POST=aggregation.by_pool)),
    path("v1/aggregated-solutions/aggregate-by-task", endpoint(POST=aggregation.by_task)),
    path("v1/aggregated-solutions/<str:key>", endpoint(GET=aggregation.listing)),
    path("v1/skills", endpoint(GET=skills.listing, POST=skills.create)),
    path("v1/skills/<str:key>", endpoint(GET=skills.one, PUT=skills.replace)),
    path("v1/user-skills", endpoint(GET=skills.values, PUT=skills.set_value)),
    path("v1/user-skills/<str:key>", endpoint(GET=skills.one_value, DELETE=skills.delete_value)),
    path("v1/user-restrictions", endpoint(GET=restrictions.listing, PUT=restrictions.put)),
    path("v1/user-restrictions/<str:key>", endpoint(GET=restrictions.one, DELETE=restrictions.delete)),
    path("v1/webhook-subscriptions", endpoint(GET=webhooks.listing, PUT=webhooks.put)),
    path("v1/webhook-subscriptions/<str:key>", endpoint(GET=webhooks.one, DELETE=webhooks.delete)),
    path("v1/webhook-subscriptions/<str:key>/test", endpoint(POST=webhooks.test)),
]
