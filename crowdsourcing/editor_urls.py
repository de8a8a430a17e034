"""Addresses of the editor for Tolokers; included at editor/."""
from django.urls import path

from crowdsourcing.views import editor

urlpatterns = [
    path("<str:job_key>", editor.editor_page, name="editor_page"),
    path("<str:job_key>/session", editor.EditorSessionView.as_view(), name="editor_session"),
]
