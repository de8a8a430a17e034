"""Addresses of the people's pages; mounted at the root of the sandbox."""
from __future__ import annotations

from django.urls import path

from . import views

app_name = "desk"

urlpatterns = [
    path("", views.desk, name="desk"),
    path("frame", views.frame, name="frame"),
    path("requester/", views.requester, name="requester"),
    path("requester/project/<str:project_id>", views.requester, name="project"),
    path("requester/project/<str:project_id>/pool/<str:pool_id>", views.requester, name="pool"),
    path("requester/project/<str:project_id>/training/<str:training_id>", views.requester, name="training"),
    path("requester/quality/skill/<str:skill_id>", views.requester, name="skill"),
    path("requester/skills", views.requester, name="skills"),
    path("requester/messages", views.requester, name="messages"),
    path("requester/messages/<str:thread_id>", views.requester, name="thread"),
    path("requester/messages/to/<str:user_id>", views.requester, name="compose"),
    path("requester/webhooks", views.requester, name="webhooks"),
]
