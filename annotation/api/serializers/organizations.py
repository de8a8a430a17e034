"""Organizations, places in them and invitations, under CVAT's names; `email`, `sent_date`, `expiry_date` and `declined` are ours."""
import re
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotation.api.serializers.people import BasicUserSerializer
from annotation.models import Invitation, Organization, OrganizationMember, OrganizationRole
from annotation.services.invitations import state_of

# What CVAT's client takes as a user's name.
_NO_NAME = re.compile(r"[^\w.@+-]")


class OrganizationWriteSerializer(serializers.Serializer):
    """Body of POST (slug required) and PATCH."""

    slug = serializers.CharField(required=False, max_length=16, help_text="short name: letters, digits, - and _; the owner may change it")
    name = serializers.CharField(required=False, allow_blank=True, max_length=64)
    description = serializers.CharField(required=False, allow_blank=True, max_length=8_000)
    contact = serializers.DictField(required=False, help_text="accepted and not used")


class OrganizationSerializer(serializers.ModelSerializer):
    """A team."""

    owner = BasicUserSerializer(read_only=True)
    contact = serializers.SerializerMethodField()

    class Meta:
        model = Organization
        fields = ("id", "slug", "name", "description", "created_date", "updated_date", "contact", "owner")

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_contact(self, organization: Any) -> dict[str, Any]:
        return {}


class OwnerSerializer(serializers.Serializer):
    """Body of the hand-over."""

    user = serializers.IntegerField(min_value=1, max_value=2**31 - 1, help_text="id of the member who becomes the owner")


class MembershipSerializer(serializers.ModelSerializer):
    """Somebody's place in an organization."""

    user = BasicUserSerializer(read_only=True)
    is_active = serializers.BooleanField(source="user.is_active", read_only=True)
    invitation = serializers.SerializerMethodField(help_text="always null: a key that was used opens nothing")

    class Meta:
        model = OrganizationMember
        fields = ("id", "user", "organization", "is_active", "joined_date", "role", "invitation")

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_invitation(self, member: Any) -> None:
        return None


class RoleSerializer(serializers.Serializer):
    """Body of PATCH."""

    role = serializers.ChoiceField(OrganizationRole.choices)


class InvitationWriteSerializer(serializers.Serializer):
    """Body of POST; the organization is the request's."""

    role = serializers.ChoiceField(OrganizationRole.choices)
    email = serializers.EmailField(max_length=254)


class BasicOrganizationSerializer(serializers.ModelSerializer):
    """For names and links."""

    class Meta:
        model = Organization
        fields = ("id", "slug", "name")


class InvitationSerializer(serializers.ModelSerializer):
    """An offered place. `user` is who took it; before that a name made of the address, without an id."""

    owner = BasicUserSerializer(read_only=True, allow_null=True)
    user = serializers.SerializerMethodField()
    organization_info = BasicOrganizationSerializer(source="organization", read_only=True)
    expired = serializers.SerializerMethodField()
    accepted = serializers.SerializerMethodField()
    declined = serializers.SerializerMethodField()

    class Meta:
        model = Invitation
        fields = ("key", "email", "role", "organization", "organization_info", "owner", "user", "created_date", "sent_date", "expiry_date",
                  "expired", "accepted", "declined")

    @extend_schema_field(BasicUserSerializer)
    def get_user(self, invitation: Any) -> dict[str, Any]:
        if invitation.user is not None:
            return dict(BasicUserSerializer(invitation.user).data)
        return {"username": _NO_NAME.sub("_", invitation.email)[:150]}

    def get_expired(self, invitation: Any) -> bool:
        return state_of(invitation) == "expired"

    def get_accepted(self, invitation: Any) -> bool:
        return invitation.accepted_date is not None

    def get_declined(self, invitation: Any) -> bool:
        return invitation.declined_date is not None


class AcceptedSerializer(serializers.Serializer):
    """Where one is now."""

    organization_slug = serializers.CharField()
