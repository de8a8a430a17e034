"""From our errors to HTTP answers."""
from rest_framework import views


def exception_handler(exc, context):
    """Django REST framework's answers; rooms add their own errors here."""
    return views.exception_handler(exc, context)
