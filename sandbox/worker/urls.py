"""Addresses of the Toloker API."""
from django.urls import path

from sandbox.worker import attachments, messages, views
from sandbox.worker.views import endpoint, open_endpoint

urlpatterns = [
    path("tolokers", open_endpoint(POST=views.register)),
    path("pools", endpoint(GET=views.pools)),
    path("pools/<str:key>/take", endpoint(POST=views.take)),
    path("assignments", endpoint(GET=views.assignments)),
    path("assignments/<str:key>", endpoint(GET=views.one)),
    path("assignments/<str:key>/submit", endpoint(POST=views.submit)),
    path("assignments/<str:key>/skip", endpoint(POST=views.skip)),
    path("assignments/<str:key>/appeal", endpoint(POST=views.appeal)),
    path("assignments/<str:key>/attachments", endpoint(GET=attachments.listing, POST=attachments.upload)),
    path("account", endpoint(GET=views.account)),
    path("messages", endpoint(GET=messages.listing)),
    path("messages/<str:key>/reply", endpoint(POST=messages.reply)),
]
