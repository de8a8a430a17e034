"""Where a platform tells its news. No login and no cookie: the address and the signature say who speaks."""
import json

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from crowdsourcing import webhook_keys
from crowdsourcing.models import Pool
from crowdsourcing.providers import signatures
from crowdsourcing.services import webhooks

MAX_BYTES = 1024 * 1024


@csrf_exempt
@never_cache
@require_POST
def receive(request: HttpRequest, token: str) -> JsonResponse:
    """200 {"new": how many events were new}; 404 for an address of nobody's, 403 without a fresh signature, 400 and 413 for the rest."""
    key = webhook_keys.pool_id_of(token)
    pool = None if key is None else Pool.objects.select_related("crowd_project__account").filter(pk=key).first()
    if pool is None:
        return _no("There is no such address.", 404)
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > MAX_BYTES:
        return _no("A body of at most one megabyte is expected.", 413)
    header, secret = request.headers.get(signatures.HEADER, ""), webhook_keys.secret_of(pool.crowd_project.account)
    if not signatures.is_genuine(header, request.body, secret, timezone.now()):
        return _no("The signature is missing, wrong, or older than five minutes.", 403)
    try:
        return JsonResponse({"new": webhooks.receive(pool=pool, body=json.loads(request.body))})
    except (webhooks.NotEvents, ValueError, RecursionError):
        return _no("This is not a list of events.", 400)


def _no(sentence: str, status: int) -> JsonResponse:
    return JsonResponse({"detail": sentence}, status=status)
