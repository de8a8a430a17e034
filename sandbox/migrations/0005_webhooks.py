"""Events of webhooks in their order, and messages found by whom they are for."""
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

import sandbox.models.fields


class Migration(migrations.Migration):

    dependencies = [
        ("sandbox", "0004_trainings"),
    ]

    operations = [
        # Nothing wrote events before this: the table is made anew, with a number as its key.
        migrations.DeleteModel(name="WebhookEvent"),
        migrations.CreateModel(
            name="WebhookEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(unique=True)),
                ("body", sandbox.models.fields.JsonField()),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("next_try", models.DateTimeField(null=True)),
                ("delivered", models.DateTimeField(null=True)),
                ("last_error", models.TextField(blank=True)),
                ("written", models.DateTimeField()),
                ("subscription", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="events",
                                                   to="sandbox.webhooksubscription")),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("next_try__isnull", False)), fields=["subscription", "id"], name="webhook_waiting"),
                    models.Index(condition=models.Q(("next_try__isnull", True)), fields=["written"], name="webhook_done"),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="messagethread",
            index=django.contrib.postgres.indexes.GinIndex(fields=["recipients"], name="thread_recipients"),
        ),
        migrations.AddConstraint(
            model_name="messagethread",
            constraint=models.UniqueConstraint(fields=("parent", "toloker"), name="one_answer_thread"),
        ),
    ]
