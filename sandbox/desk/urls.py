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
]
