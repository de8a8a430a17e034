"""Addresses of the control API."""
from django.urls import path

from sandbox.control import views
from sandbox.control.views import endpoint

urlpatterns = [
    path("requesters", endpoint(POST=views.create_requester)),
    path("clock", endpoint(GET=views.show_clock)),
    path("clock/advance", endpoint(POST=views.advance_clock)),
    path("clock/speed", endpoint(POST=views.set_clock_speed)),
    path("faults", endpoint(POST=views.create_fault, DELETE=views.delete_faults)),
    path("requests", endpoint(GET=views.requests)),
    path("assignment-changes", endpoint(GET=views.assignment_changes)),
    path("known-solutions", endpoint(GET=views.known_solutions)),
    path("robots", endpoint(POST=views.create_robots, DELETE=views.delete_robots)),
]
