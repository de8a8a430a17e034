"""Users, login, access tokens."""
from typing import Any

from django.contrib.auth import get_user_model
from rest_framework import serializers

from annotation import selectors
from annotation.models import AccessToken


class BasicUserSerializer(serializers.ModelSerializer):
    """An owner or assignee."""

    class Meta:
        model = get_user_model()
        fields = ("id", "username", "first_name", "last_name")


class UserSerializer(BasicUserSerializer):
    """Oneself."""

    groups = serializers.SerializerMethodField()

    class Meta:
        model = get_user_model()
        fields = (*BasicUserSerializer.Meta.fields, "email", "groups", "is_staff", "is_superuser", "is_active", "last_login", "date_joined")

    def get_groups(self, user: Any) -> list[str]:
        """CVAT's global groups."""
        return ["admin"] if selectors.is_admin(user) else ["user"]


class UserChangeSerializer(serializers.Serializer):
    """Body of PATCH; what else a program sends is not changed here."""

    first_name = serializers.CharField(required=False, allow_blank=True, max_length=150)
    last_name = serializers.CharField(required=False, allow_blank=True, max_length=150)
    email = serializers.EmailField(required=False, max_length=254)


class RegisterSerializer(serializers.Serializer):
    """A new account; the password twice."""

    username = serializers.CharField(max_length=150)
    email = serializers.EmailField(max_length=254)
    password1 = serializers.CharField(max_length=4096, trim_whitespace=False, style={"input_type": "password"})
    password2 = serializers.CharField(max_length=4096, trim_whitespace=False, style={"input_type": "password"})
    first_name = serializers.CharField(default="", allow_blank=True, max_length=150)
    last_name = serializers.CharField(default="", allow_blank=True, max_length=150)


class RegisteredSerializer(serializers.Serializer):
    """The account; `key` is an access token that ends after 14 days."""

    username = serializers.CharField()
    email = serializers.EmailField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    email_verification_required = serializers.BooleanField(help_text="always false")
    key = serializers.CharField()


class PasswordChangeSerializer(serializers.Serializer):
    """The new password twice."""

    old_password = serializers.CharField(max_length=4096, trim_whitespace=False, style={"input_type": "password"})
    new_password1 = serializers.CharField(max_length=4096, trim_whitespace=False, style={"input_type": "password"})
    new_password2 = serializers.CharField(max_length=4096, trim_whitespace=False, style={"input_type": "password"})


class LoginSerializer(serializers.Serializer):
    """One of username and email."""

    username = serializers.CharField(required=False, max_length=150)
    email = serializers.EmailField(required=False)
    password = serializers.CharField(max_length=4096, trim_whitespace=False, style={"input_type": "password"})

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs.get("username") and not attrs.get("email"):
            raise serializers.ValidationError("Give a username or an e-mail address, and the password.")
        return attrs


class KeySerializer(serializers.Serializer):
    """An access token's value, for `Authorization: Bearer`."""

    key = serializers.CharField()


class DetailSerializer(serializers.Serializer):
    """A sentence."""

    detail = serializers.CharField()


class AccessTokenSerializer(serializers.ModelSerializer):
    """Without the value."""

    owner = BasicUserSerializer(read_only=True)

    class Meta:
        model = AccessToken
        fields = ("id", "name", "prefix", "read_only", "expiry_date", "created_date", "last_used_date", "owner")
        read_only_fields = ("prefix", "created_date", "last_used_date")


class NewAccessTokenSerializer(AccessTokenSerializer):
    """With the value: it is shown in this answer only."""

    value = serializers.CharField(read_only=True)

    class Meta:
        model = AccessToken
        fields = (*AccessTokenSerializer.Meta.fields, "value")
        read_only_fields = AccessTokenSerializer.Meta.read_only_fields
