"""Deliveries get a number, which CVAT's programs ask by, and remember the transaction that wrote them.

The table was laid in 0008 and nothing wrote to it yet: it is made anew instead of changing its key.
"""
import uuid

import django.core.serializers.json
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("annotation", "0008_teams_webhooks_guides_and_storages"),
    ]

    operations = [
        migrations.DeleteModel(name="WebhookDelivery"),
        migrations.CreateModel(
            name="WebhookDelivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("event", models.CharField(max_length=64)),
                ("subject", models.CharField(blank=True, max_length=64)),
                ("written_by", models.BigIntegerField(blank=True, null=True)),
                ("payload", models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ("state", models.CharField(
                    choices=[("waiting", "Waiting"), ("delivered", "Delivered"), ("failed", "Failed")], default="waiting", max_length=16)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_attempt_at", models.DateTimeField(blank=True, null=True)),
                ("claimed_until", models.DateTimeField(blank=True, null=True)),
                ("status_code", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("response", models.TextField(blank=True)),
                ("duration_ms", models.PositiveIntegerField(blank=True, null=True)),
                ("redelivery", models.BooleanField(default=False)),
                ("created_date", models.DateTimeField(auto_now_add=True)),
                ("updated_date", models.DateTimeField(auto_now=True)),
                ("webhook", models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE, related_name="deliveries", to="annotation.webhook")),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")), fields=["webhook", "next_attempt_at"],
                        name="webhook_deliveries_waiting"),
                    models.Index(fields=["webhook", "-id"], name="webhook_deliveries_newest"),
                    models.Index(
                        condition=models.Q(("written_by__isnull", False)), fields=["written_by"],
                        name="webhook_deliveries_written_by"),
                    models.Index(fields=["created_date"], name="webhook_deliveries_age"),
                ],
            },
        ),
    ]
