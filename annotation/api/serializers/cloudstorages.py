"""Cloud storages in CVAT's shape: `specific_attributes` is text like a query, region=…&endpoint_url=…"""
from typing import Any
from urllib.parse import parse_qsl, urlencode

from rest_framework import serializers

from annotation.api.serializers.people import BasicUserSerializer
from annotation.models import CloudStorage

PROVIDERS = ("AWS_S3_BUCKET", "AZURE_CONTAINER", "GOOGLE_CLOUD_STORAGE")
CREDENTIALS = ("KEY_SECRET_KEY_PAIR", "ACCOUNT_NAME_TOKEN_PAIR", "KEY_FILE_PATH", "ANONYMOUS_ACCESS", "CONNECTION_STRING")


class CloudStorageWriteSerializer(serializers.Serializer):
    """Body of POST and PATCH. Secrets go in and never come out; what is not given in a PATCH stays."""

    provider_type = serializers.ChoiceField(PROVIDERS, help_text="AWS_S3_BUCKET, for every server that speaks S3; others are refused")
    resource = serializers.CharField(max_length=222, help_text="the bucket's name")
    display_name = serializers.CharField(max_length=63)
    credentials_type = serializers.ChoiceField(CREDENTIALS, help_text="KEY_SECRET_KEY_PAIR or ANONYMOUS_ACCESS")
    key = serializers.CharField(max_length=512, required=False, allow_blank=True, write_only=True)
    secret_key = serializers.CharField(max_length=512, required=False, allow_blank=True, write_only=True)
    session_token = serializers.CharField(max_length=4096, required=False, allow_blank=True, write_only=True, help_text="refused")
    specific_attributes = serializers.CharField(
        max_length=2048, required=False, allow_blank=True, help_text="region=…&endpoint_url=…&prefix=…, percent-encoded")
    description = serializers.CharField(max_length=8_000, required=False, allow_blank=True)
    manifests = serializers.ListField(child=serializers.CharField(), required=False, help_text="accepted and not used: buckets are listed")

    def validate_specific_attributes(self, value: str) -> dict[str, str]:
        """As a dictionary."""
        try:
            return dict(parse_qsl(value, strict_parsing=bool(value), max_num_fields=10))
        except ValueError:
            raise serializers.ValidationError("Write it like region=eu-central-1&endpoint_url=https://s3.example.org") from None


class CloudStorageSerializer(serializers.ModelSerializer):
    """A registered bucket, without its secrets."""

    owner = BasicUserSerializer(read_only=True)
    organization = serializers.IntegerField(source="organization_id", read_only=True, allow_null=True)
    specific_attributes = serializers.SerializerMethodField()
    manifests = serializers.SerializerMethodField()

    class Meta:
        model = CloudStorage
        fields = ("id", "provider_type", "resource", "display_name", "credentials_type", "owner", "organization", "manifests",
                  "specific_attributes", "description", "created_date", "updated_date")

    def get_manifests(self, storage: Any) -> list[str]:
        """None: buckets are listed."""
        return []

    def get_specific_attributes(self, storage: Any) -> str:
        return urlencode(storage.specific_attributes)


class FileInfoSerializer(serializers.Serializer):
    """A file or folder on the share or in a bucket."""

    name = serializers.CharField()
    type = serializers.ChoiceField(("REG", "DIR"))
    mime_type = serializers.CharField(help_text="image, video, archive, unknown or DIR")


class CloudStorageContentSerializer(serializers.Serializer):
    """One page of a bucket's folder."""

    content = FileInfoSerializer(many=True)
    next = serializers.CharField(allow_null=True, help_text="for next_token")
