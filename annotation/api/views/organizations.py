"""/api/organizations, /api/memberships, /api/invitations."""
from django.contrib.auth import get_user_model
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import mixins, status
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import selectors
from annotation.api.base import CONFLICT_ERRORS, NOT_FOUND, WRITE_ERRORS, ApiView
from annotation.api.serializers.organizations import (
    AcceptedSerializer,
    InvitationSerializer,
    InvitationWriteSerializer,
    MembershipSerializer,
    OrganizationSerializer,
    OrganizationWriteSerializer,
    OwnerSerializer,
    RoleSerializer,
)
from annotation.api.spaces import WHERE, organization_of
from annotation.api.terms import Kind, Term, Terms, number, text
from annotation.errors import Refused
from annotation.models import Invitation, Organization, OrganizationMember, OrganizationRole
from annotation.services import invitations, organizations

ORGANIZATIONS: Terms = {"id": number("id"), "name": text("name"), "slug": text("slug"), "owner": text("owner__username")}
MEMBERSHIPS: Terms = {"id": number("id"), "user": text("user__username"), "role": text("role", choices=tuple(OrganizationRole.values))}
INVITATIONS: Terms = {
    "owner": text("owner__username"), "user_id": number("user"),
    "accepted": Term(
        Kind.FLAG, expression=lambda: ExpressionWrapper(Q(accepted_date__isnull=False), output_field=BooleanField())),
}
_TEAM = OpenApiExample("a team", {"slug": "vision", "name": "Vision team"}, request_only=True)
_OFFER = OpenApiExample("a worker", {"role": "worker", "email": "ann@example.org"}, request_only=True)


class OrganizationView(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiView):
    """Organizations the caller is in."""

    serializer_class = OrganizationSerializer
    terms = ORGANIZATIONS
    search_fields = ("name", "slug", "owner__username")
    sort_fields = {"id": "id", "name": "name", "slug": "slug", "owner": "owner__username"}

    def get_queryset(self) -> QuerySet[Organization]:
        return selectors.organizations_for(self.request.user).select_related("owner")

    @extend_schema(request=OrganizationWriteSerializer, examples=[_TEAM], responses={201: OrganizationSerializer, **CONFLICT_ERRORS})
    def create(self, request: Request) -> Response:
        """A new organization; the caller is its owner."""
        body = OrganizationWriteSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        made = organizations.create_organization(actor=request.user, slug=body.validated_data.get("slug", ""), **_texts(body))
        return Response(self.answer(made), status=status.HTTP_201_CREATED)

    @extend_schema(request=OrganizationWriteSerializer, responses={200: OrganizationSerializer, **CONFLICT_ERRORS})
    def partial_update(self, request: Request, pk: int) -> Response:
        """Change what is given; the short name is the owner's to change."""
        organization = self.get_object()
        body = OrganizationWriteSerializer(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        organizations.update_organization(
            actor=request.user, organization=organization, slug=body.validated_data.get("slug"), **_texts(body))
        return Response(self.answer(organization))

    @extend_schema(responses={204: None, **CONFLICT_ERRORS})
    def destroy(self, request: Request, pk: int) -> Response:
        """Delete it with its places and invitations; 409 while it holds projects."""
        organizations.delete_organization(actor=request.user, organization=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=OwnerSerializer, responses={200: OrganizationSerializer, **CONFLICT_ERRORS})
    def hand_over(self, request: Request, pk: int) -> Response:
        """Make another member the owner; the caller becomes a maintainer."""
        organization = self.get_object()
        if selectors.place_in(request.user, organization) not in (selectors.ADMIN, selectors.OWNER):
            raise PermissionDenied("Only the owner may hand the organization over.")
        body = OwnerSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        person = get_user_model().objects.filter(
            pk=body.validated_data["user"], organization_memberships__organization=organization).first()
        if person is None:
            raise ValidationError({"user": ["Give the id of a member."]})
        organizations.hand_over(actor=request.user, organization=organization, user=person)
        return Response(self.answer(organization))


def _texts(body: OrganizationWriteSerializer) -> dict[str, str]:
    return {name: body.validated_data[name] for name in ("name", "description") if name in body.validated_data}


class MembershipView(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiView):
    """Places in the organizations where the caller is more than a worker, and the caller's own."""

    serializer_class = MembershipSerializer
    terms = MEMBERSHIPS
    space_paths = ("organization",)
    search_fields = ("user__username", "role")
    sort_fields = {"id": "id", "role": "role", "user": "user__username"}

    def get_queryset(self) -> QuerySet[OrganizationMember]:
        return selectors.memberships_for(self.request.user).select_related("user", "organization")

    @extend_schema(request=RoleSerializer, responses={200: MembershipSerializer, **CONFLICT_ERRORS})
    def partial_update(self, request: Request, pk: int) -> Response:
        """Another role. 403 above one's own powers, 409 for the owner's place (/api/organizations/{id}/owner)."""
        member = self.get_object()
        body = RoleSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        organizations.change_role(actor=request.user, member=member, role=body.validated_data["role"])
        return Response(self.answer(member))

    @extend_schema(responses={204: None, **CONFLICT_ERRORS})
    def destroy(self, request: Request, pk: int) -> Response:
        """Take somebody out, or leave oneself. Their projects there pass to the owner, their jobs become nobody's."""
        organizations.remove_member(actor=request.user, member=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)


class InvitationView(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiView):
    """Invitations the caller may manage. One's own are found by their key only: an address proves nothing here."""

    serializer_class = InvitationSerializer
    terms = INVITATIONS
    space_paths = ("organization",)
    search_fields = ("owner__username", "email")
    sort_fields = {"created_date": "created_date", "owner": "owner__username"}

    def get_queryset(self) -> QuerySet[Invitation]:
        return selectors.invitations_for(self.request.user).select_related("organization", "owner", "user")

    def get_object(self) -> Invitation:
        """Whoever has the key may look at it, accept and decline."""
        found = invitations.invitation_of(self.kwargs["pk"])
        if found is None:
            raise Http404("There is no such invitation. It may have been revoked: ask for a new one.")
        return found

    @extend_schema(request=InvitationWriteSerializer, parameters=WHERE, examples=[_OFFER],
                   responses={201: InvitationSerializer, **CONFLICT_ERRORS})
    def create(self, request: Request) -> Response:
        """Offer a place in the request's organization by mail. `sent_date` is null when the mail could not be sent."""
        organization = organization_of(request)
        if organization is None:
            raise ValidationError({"organization": ["Name the organization, as the header X-Organization or as org=<its short name>."]})
        body = InvitationWriteSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        made = invitations.invite(actor=request.user, organization=organization, **body.validated_data)
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses={204: None, **WRITE_ERRORS})
    def destroy(self, request: Request, pk: str) -> Response:
        """Revoke it: its link opens nothing any more."""
        invitations.revoke(actor=request.user, invitation=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses={200: AcceptedSerializer, **CONFLICT_ERRORS})
    def accept(self, request: Request, pk: str) -> Response:
        """Take the place."""
        invitation = self.get_object()
        invitations.accept(actor=request.user, invitation=invitation)
        return Response({"organization_slug": invitation.organization.slug})

    @extend_schema(request=None, responses={204: None, **CONFLICT_ERRORS})
    def decline(self, request: Request, pk: str) -> Response:
        """Say no."""
        invitations.decline(invitation=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses={204: None, **CONFLICT_ERRORS, **NOT_FOUND})
    def resend(self, request: Request, pk: str) -> Response:
        """The mail once more; an expired invitation gets a new key."""
        if invitations.resend(actor=request.user, invitation=self.get_object()).sent_date is None:
            raise Refused("The mail could not be sent. Hand the link over by yourself, or try again later.", "mail_failed")
        return Response(status=status.HTTP_204_NO_CONTENT)
