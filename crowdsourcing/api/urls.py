"""Doors of the crowdsourcing API."""
urlpatterns: list = []
