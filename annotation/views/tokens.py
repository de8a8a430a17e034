"""Access tokens of the user."""
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from annotation.forms.accounts import TokenForm
from annotation.models import AccessToken
from annotation.services import tokens as services
from annotation.views.answers import errors_on


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def token_list(request: HttpRequest) -> HttpResponse:
    """POST makes a token and shows its value in this one answer; no later page, session or log holds it.

    With htmx only the part below the header is swapped, so that a reload of the page does not make a second token.
    """
    form, value, made = TokenForm(request.POST or None), "", None
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            made, value = services.create_token(
                owner=request.user, name=form.cleaned_data["name"], expiry_date=form.expiry_date(),
                read_only=form.cleaned_data["read_only"])
            form = TokenForm()
    tokens = AccessToken.objects.filter(owner_id=request.user.pk).order_by(F("revoked_date").desc(nulls_first=True), "-created_date")
    context = {"form": form, "value": value, "made": made, "tokens": tokens, "now": timezone.now()}
    template = "annotation/_tokens.html" if request.htmx else "annotation/token_list.html"  # type: ignore[attr-defined]
    return render(request, template, context, status=422 if form.errors else 200)


@login_required
@require_POST
def token_revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    token = get_object_or_404(AccessToken, pk=token_id, owner=request.user)
    services.revoke_token(owner=request.user, token=token)
    messages.success(request, f"The token “{token.name}” was revoked: it opens nothing any more.")
    return redirect("annotation:token_list")
