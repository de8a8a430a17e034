"""Doors of the annotation API."""
urlpatterns: list = []
