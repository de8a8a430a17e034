"""Webhooks of a project or an organization, and what was told by them."""
import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from annotation import selectors
from annotation.forms.webhooks import WebhookForm
from annotation.models import Organization, OrganizationMember, Project, Webhook, WebhookDelivery
from annotation.services import webhooks as services
from annotation.views import listing
from annotation.views.answers import errors_on, refusals_as_messages
from annotation.webhooks.access import may_manage, place_of, webhooks_for
from annotation.webhooks.claims import MAX_TRIES
from annotation.webhooks.sending import in_order

DELIVERIES = 30


def _place(request: HttpRequest, project_id: int | None, organization_id: int | None) -> Any:
    """404 for what the user does not see, 403 with the reason for what they may not look after."""
    if project_id is not None:
        place: Any = get_object_or_404(selectors.projects_for(request.user), pk=project_id)
    else:
        seen = Organization.objects.all() if selectors.is_admin(request.user) else Organization.objects.filter(
            pk__in=OrganizationMember.objects.filter(user=request.user.pk).values("organization"))
        place = get_object_or_404(seen, pk=organization_id)
    if not may_manage(request.user, place):
        raise PermissionDenied("Webhooks are for the project's owner and the organization's maintainers. Ask one of them.")
    return place


def _of(place: Any) -> dict[str, Any]:
    """What every page says of where it is."""
    in_project = isinstance(place, Project)
    kind = "project" if in_project else "organization"
    return {"place": place, "project": place if in_project else None, "place_name": place.name if in_project else place.slug,
            "place_url": reverse(f"annotation:{kind}_detail", args=[place.pk]),
            "list_url": reverse(f"annotation:{kind}_webhooks", args=[place.pk]),
            "create_url": reverse(f"annotation:{kind}_webhook_create", args=[place.pk])}


def _webhook(request: HttpRequest, webhook_id: int) -> Webhook:
    return get_object_or_404(webhooks_for(request.user).select_related("project", "organization", "owner"), pk=webhook_id)


@login_required
@require_GET
def webhook_list(request: HttpRequest, project_id: int | None = None, organization_id: int | None = None) -> HttpResponse:
    place = _place(request, project_id, organization_id)
    mine = {"project": place} if project_id is not None else {"organization": place, "type": Webhook.Type.ORGANIZATION}
    last = WebhookDelivery.objects.filter(webhook=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    rows: list[Any] = list(Webhook.objects.filter(**mine).annotate(last=Subquery(last)))
    deliveries = WebhookDelivery.objects.defer("payload", "response").in_bulk([row.last for row in rows if row.last])
    for row in rows:
        row.last_delivery = deliveries.get(row.last)
    return render(request, "annotation/webhook_list.html", {**_of(place), "webhooks": rows})


@login_required
@require_http_methods(["GET", "POST"])
def webhook_create(request: HttpRequest, project_id: int | None = None, organization_id: int | None = None) -> HttpResponse:
    place = _place(request, project_id, organization_id)
    kind = Webhook.Type.PROJECT if project_id is not None else Webhook.Type.ORGANIZATION
    form = WebhookForm(request.POST or None, webhook_type=kind)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            webhook = services.create_webhook(actor=request.user, place=place, **form.values())
        if not form.errors:
            messages.success(request, "The webhook was created. Ping it to see whether the receiver listens.")
            return redirect("annotation:webhook_detail", webhook.pk)
    return render(request, "annotation/webhook_form.html", {**_of(place), "form": form}, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def webhook_edit(request: HttpRequest, webhook_id: int) -> HttpResponse:
    webhook = _webhook(request, webhook_id)
    initial = {name: getattr(webhook, name) for name in ("target_url", "description", "events", "is_active", "enable_ssl")}
    form = WebhookForm(request.POST or None, initial=initial, webhook_type=webhook.type, webhook=webhook)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            services.update_webhook(actor=request.user, webhook=webhook, **form.values())
        if not form.errors:
            messages.success(request, "The webhook was saved.")
            return redirect("annotation:webhook_detail", webhook.pk)
    context = {**_of(place_of(webhook)), "form": form, "webhook": webhook}
    return render(request, "annotation/webhook_form.html", context, status=422 if form.errors else 200)


@login_required
@require_GET
def webhook_detail(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """What it was told, newest first; with htmx only that part, which looks again while something is on its way."""
    webhook = _webhook(request, webhook_id)
    page = listing.page_of(request, webhook.deliveries.defer("payload", "response"), DELIVERIES)
    context = {**_of(place_of(webhook)), "webhook": webhook, "page": page, "moving": any(_is_moving(row) for row in page.object_list),
               "most_tries": MAX_TRIES}
    template = "annotation/_deliveries.html" if request.htmx else "annotation/webhook_detail.html"  # type: ignore[attr-defined]
    return render(request, template, context)


def _is_moving(delivery: WebhookDelivery) -> bool:
    """Something will come of it within seconds: asked for just now, or being told. What waits for its next try is not watched."""
    return delivery.state == WebhookDelivery.State.WAITING and (delivery.attempts == 0 or delivery.claimed_until is not None)


@login_required
@require_POST
def webhook_delete(request: HttpRequest, webhook_id: int) -> HttpResponse:
    webhook = _webhook(request, webhook_id)
    back = _of(place_of(webhook))["list_url"]
    with refusals_as_messages(request):
        services.delete_webhook(actor=request.user, webhook=webhook)
        messages.success(request, "The webhook was deleted: its address is told nothing more.")
    return redirect(back)


@login_required
@require_POST
def webhook_ping(request: HttpRequest, webhook_id: int) -> HttpResponse:
    webhook = _webhook(request, webhook_id)
    with refusals_as_messages(request):
        services.ping(actor=request.user, webhook=webhook)
    return redirect("annotation:webhook_detail", webhook.pk)


@login_required
@require_GET
def delivery_detail(request: HttpRequest, webhook_id: int, delivery_id: int) -> HttpResponse:
    """What was sent and what was answered; with htmx only that part."""
    webhook = _webhook(request, webhook_id)
    delivery = get_object_or_404(webhook.deliveries, pk=delivery_id)
    context = {**_of(place_of(webhook)), "webhook": webhook, "delivery": delivery, "moving": _is_moving(delivery),
               "most_tries": MAX_TRIES, "body": json.dumps(in_order(delivery.payload), indent=2, ensure_ascii=False)}
    template = "annotation/_delivery.html" if request.htmx else "annotation/delivery_detail.html"  # type: ignore[attr-defined]
    return render(request, template, context)


@login_required
@require_POST
def delivery_redeliver(request: HttpRequest, webhook_id: int, delivery_id: int) -> HttpResponse:
    webhook = _webhook(request, webhook_id)
    delivery = get_object_or_404(webhook.deliveries, pk=delivery_id)
    with refusals_as_messages(request):
        delivery = services.redeliver(actor=request.user, delivery=delivery)
    return redirect("annotation:delivery_detail", webhook.pk, delivery.pk)
