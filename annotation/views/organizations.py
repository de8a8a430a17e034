"""Organizations: list, page with people and invitations, the landing page of an invitation, moving projects, choosing a space."""
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from annotation import selectors
from annotation.forms.organizations import InvitationForm, OrganizationForm
from annotation.models import Invitation, Organization, OrganizationMember, OrganizationRole, Project
from annotation.services import invitations, organizations as services
from annotation.views import listing
from annotation.views.access import project_or_404
from annotation.views.answers import errors_on, refusals_as_messages
from annotation.views.spaces import choose_space, current_space, home_named, homes_of

ROWS = 50
OPEN_INVITATIONS = 50


@login_required
@require_http_methods(["GET", "POST"])
def organization_list(request: HttpRequest) -> HttpResponse:
    """One's organizations; POST makes one."""
    form = OrganizationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            made = services.create_organization(actor=request.user, **form.cleaned_data)
        if not form.errors:
            choose_space(request, str(made.pk))
            messages.success(request, f"Organization “{made.name or made.slug}” was created. Invite the people you work with.")
            return redirect("annotation:organization_detail", made.pk)
    mine = OrganizationMember.objects.filter(organization=OuterRef("pk"), user=request.user.pk).order_by().values("role")
    projects = Project.objects.filter(organization=OuterRef("pk")).order_by().values("organization").annotate(n=Count("pk")).values("n")
    rows = selectors.organizations_for(request.user).select_related("owner").annotate(
        role=Subquery(mine), member_count=Count("members"), project_count=Subquery(projects)).order_by("slug")
    context = {"form": form, "page": listing.page_of(request, rows, ROWS)}
    return render(request, "annotation/organization_list.html", context, status=422 if form.errors else 200)


def _organization_or_404(request: HttpRequest, organization_id: int) -> Organization:
    return get_object_or_404(selectors.organizations_for(request.user).select_related("owner"), pk=organization_id)


@login_required
@require_GET
def organization_detail(request: HttpRequest, organization_id: int) -> HttpResponse:
    return _page(request, _organization_or_404(request, organization_id))


def _page(request: HttpRequest, organization: Organization, form: InvitationForm | None = None) -> HttpResponse:
    place = selectors.place_in(request.user, organization)
    givable = [role for role in OrganizationRole.values if _may_give(place, role)]
    members = selectors.memberships_for(request.user).filter(organization=organization).select_related("user").order_by("pk")
    page = listing.page_of(request, members, ROWS)
    for member in page:
        member.roles = givable if member.role in givable else []
    offered = selectors.invitations_for(request.user).filter(organization=organization, accepted_date=None, declined_date=None)
    shown = list(offered.select_related("owner")[:OPEN_INVITATIONS]) if givable else []
    for one in shown:
        one.link, one.state = invitations.link_of(one), invitations.state_of(one)  # type: ignore[attr-defined]
    context = {
        "organization": organization, "place": place, "page": page, "invitations": shown,
        "form": form or (InvitationForm(roles=givable) if givable else None),
        "may_manage": bool(givable), "is_owner": place in (selectors.ADMIN, selectors.OWNER),
        "own": next((member for member in page if member.user_id == request.user.pk), None),
    }
    return render(request, "annotation/organization_detail.html", context, status=422 if form is not None and form.errors else 200)


def _may_give(place: str | None, role: str) -> bool:
    """As `selectors.may_place`, for a place that is known."""
    if place == selectors.MAINTAINER:
        return role in (selectors.WORKER, selectors.SUPERVISOR)
    return place in (selectors.ADMIN, selectors.OWNER) and role != selectors.OWNER


@login_required
@require_http_methods(["GET", "POST"])
def organization_edit(request: HttpRequest, organization_id: int) -> HttpResponse:
    organization = _organization_or_404(request, organization_id)
    place = selectors.place_in(request.user, organization)
    if place not in (selectors.ADMIN, selectors.OWNER, selectors.MAINTAINER):
        raise PermissionDenied("Only its owner and maintainers may change the organization.")
    start = {name: getattr(organization, name) for name in ("slug", "name", "description")}
    form = OrganizationForm(request.POST or None, initial=start, may_rename=place != selectors.MAINTAINER)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            services.update_organization(actor=request.user, organization=organization, **form.cleaned_data)
        if not form.errors:
            messages.success(request, "The organization was saved.")
            return redirect("annotation:organization_detail", organization.pk)
    context = {"form": form, "organization": organization}
    return render(request, "annotation/organization_edit.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def organization_delete(request: HttpRequest, organization_id: int) -> HttpResponse:
    organization = _organization_or_404(request, organization_id)
    with refusals_as_messages(request):
        services.delete_organization(actor=request.user, organization=organization)
        messages.success(request, f"Organization “{organization.slug}” was deleted.")
        return redirect("annotation:organization_list")
    return redirect("annotation:organization_detail", organization_id)


@login_required
@require_POST
def invite(request: HttpRequest, organization_id: int) -> HttpResponse:
    organization = _organization_or_404(request, organization_id)
    place = selectors.place_in(request.user, organization)
    form = InvitationForm(request.POST, roles=[role for role in OrganizationRole.values if _may_give(place, role)])
    if not form.fields["role"].choices:  # type: ignore[attr-defined]
        raise PermissionDenied("Only the owner and maintainers of the organization invite people.")
    if form.is_valid():
        with errors_on(form):
            made = invitations.invite(actor=request.user, organization=organization, **form.cleaned_data)
    if form.errors:
        return _page(request, organization, form)
    _say_sent(request, made)
    return redirect("annotation:organization_detail", organization.pk)


def _say_sent(request: HttpRequest, made: Invitation) -> None:
    if made.sent_date is None:
        messages.warning(request, f"The mail to {made.email} could not be sent. Copy the link below and hand it over by yourself.")
    else:
        messages.success(request, f"{made.email} was invited by mail.")


@login_required
@require_POST
def invitation_verb(request: HttpRequest, organization_id: int, verb: str) -> HttpResponse:
    """`resend` or `revoke` the invitation whose `key` is posted: it stays out of addresses that are not its own."""
    found = get_object_or_404(
        selectors.invitations_for(request.user).select_related("organization"), organization=organization_id,
        pk=request.POST.get("key", "").replace("\x00", ""))
    with refusals_as_messages(request):
        if verb == "resend":
            _say_sent(request, invitations.resend(actor=request.user, invitation=found))
        elif verb == "revoke":
            invitations.revoke(actor=request.user, invitation=found)
            messages.success(request, f"The invitation of {found.email} was revoked: its link opens nothing any more.")
        else:
            raise Http404("No such verb.")
    return redirect("annotation:organization_detail", organization_id)


def _member_or_404(request: HttpRequest, organization_id: int, member_id: int) -> OrganizationMember:
    rows = selectors.memberships_for(request.user).select_related("user", "organization")
    return get_object_or_404(rows, pk=member_id, organization=organization_id)


@login_required
@require_POST
def member_role(request: HttpRequest, organization_id: int, member_id: int) -> HttpResponse:
    member = _member_or_404(request, organization_id, member_id)
    with refusals_as_messages(request):
        changed = services.change_role(actor=request.user, member=member, role=request.POST.get("role", ""))
        messages.success(request, f"{member.user.get_username()} is a {changed.role} now.")
    return redirect("annotation:organization_detail", organization_id)


@login_required
@require_POST
def member_owner(request: HttpRequest, organization_id: int, member_id: int) -> HttpResponse:
    """Hand the organization over."""
    member = _member_or_404(request, organization_id, member_id)
    with refusals_as_messages(request):
        services.hand_over(actor=request.user, organization=member.organization, user=member.user)
        messages.success(request, f"{member.user.get_username()} owns the organization now.")
    return redirect("annotation:organization_detail", organization_id)


@login_required
@require_POST
def member_leave(request: HttpRequest, organization_id: int, member_id: int) -> HttpResponse:
    """Take somebody out, or leave."""
    member = _member_or_404(request, organization_id, member_id)
    leaving = member.user_id == request.user.pk
    with refusals_as_messages(request):
        services.remove_member(actor=request.user, member=member)
        said = f"You left “{member.organization.slug}”." if leaving else f"{member.user.get_username()} is out of the organization."
        messages.success(request, said)
        if leaving:
            return redirect("annotation:organization_list")
    return redirect("annotation:organization_detail", organization_id)


@never_cache
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, key: str) -> HttpResponse:
    """Where the mail's link leads. GET changes nothing; POST accepts or declines (`answer`)."""
    found = invitations.invitation_of(key.replace("\x00", ""))
    if found is None:
        return render(request, "annotation/invitation.html", {"state": "gone"}, status=404)
    if request.method == "POST":
        with refusals_as_messages(request):
            if request.POST.get("answer") == "decline":
                invitations.decline(invitation=found)
                messages.success(request, f"You declined the invitation to “{found.organization.slug}”.")
                return redirect("annotation:invitation", key)
            invitations.accept(actor=request.user, invitation=found)
            choose_space(request, str(found.organization_id))
            messages.success(request, f"Welcome to “{found.organization.name or found.organization.slug}”: you are a {found.role} there.")
            return redirect("annotation:job_list" if found.role == selectors.WORKER else "annotation:project_list")
        return redirect("annotation:invitation", key)
    context = {
        "invitation": found, "organization": found.organization, "state": invitations.state_of(found),
        "place": selectors.place_in(request.user, found.organization), "signup_enabled": settings.SIGNUP_ENABLED}
    return render(request, "annotation/invitation.html", context)


@login_required
@require_POST
def space_switch(request: HttpRequest) -> HttpResponse:
    """Choose what lists show: `space` is "all", "personal" or an organization's id."""
    if not choose_space(request, request.POST.get("space", "")):
        messages.warning(request, "You are not in that organization any more.")
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return redirect(back) if back and safe else redirect("annotation:project_list")


@login_required
@require_http_methods(["GET", "POST"])
def project_move(request: HttpRequest, project_id: int) -> HttpResponse:
    """To another space, with its tasks."""
    project = project_or_404(request.user, project_id)
    if not selectors.may_share(request.user, project):
        raise PermissionDenied("Only the project's owner, and those who look after its organization, may move it.")
    if request.method == "POST":
        known, target = home_named(request, request.POST.get("place", ""))
        with refusals_as_messages(request):
            if not known:
                messages.error(request, "You may not have projects there. Choose another place.")
                return redirect("annotation:project_move", project.pk)
            services.move_project(actor=request.user, project=project, organization=target)
            where = f"the organization “{target.slug}”" if target else f"the personal space of {project.owner.get_username()}"
            messages.success(request, f"The project is in {where} now.")
        if selectors.role_of(request.user, project) is None:
            return redirect("annotation:project_list")
        return redirect("annotation:project_detail", project.pk)
    return render(request, "annotation/project_move.html", {
        "project": project, "homes": homes_of(request), "space": current_space(request)})
