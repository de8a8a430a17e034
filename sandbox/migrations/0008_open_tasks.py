"""Open tasks in an order of their own."""
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("sandbox", "0007_active_assignments")]
    operations = [
        migrations.RemoveIndex("task", "task_open"),
        migrations.AddIndex("task", models.Index(fields=["pool", "kind", "created", "id"], name="task_open",
                                                 condition=Q(infinite_overlap=True) | Q(remaining__gt=0))),
    ]
