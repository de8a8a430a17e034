"""News that the platform tells without being asked."""
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("crowdsourcing", "0002_observed_order"),
    ]

    operations = [
        migrations.AddField(model_name="pool", name="news_wanted_at", field=models.DateTimeField(blank=True, null=True)),
        migrations.AddField(model_name="pool", name="webhook_note", field=models.TextField(blank=True, default=""), preserve_default=False),
        migrations.AddField(model_name="pool", name="webhook_on", field=models.BooleanField(default=False)),
        migrations.CreateModel(
            name="WebhookEvent",
            fields=[
                ("uuid", models.UUIDField(primary_key=True, serialize=False)),
                ("type", models.CharField(max_length=64)),
                ("received_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                ("pool", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="webhook_events",
                                           to="crowdsourcing.pool")),
            ],
        ),
    ]
