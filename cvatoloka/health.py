"""Is the process up, and can it do its work?"""
from django.http import HttpRequest, JsonResponse


def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers. Touches nothing else."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """Replaced by the hall's owner: database, Redis, worker heartbeat."""
    return JsonResponse({"status": "ok"})
