"""Small copies of frames may come later; tasks remember how their frames came."""
import django.core.serializers.json
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("annotation", "0009_webhook_deliveries"),
    ]

    operations = [
        migrations.AddField(
            model_name="frame",
            name="damage",
            field=models.CharField(blank=True, max_length=255),
        ),
        migrations.AddField(
            model_name="frame",
            name="needs_work_copy",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="task",
            name="origin",
            field=models.JSONField(blank=True, default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder),
        ),
        migrations.AlterField(
            model_name="frame",
            name="thumbnail",
            field=models.FileField(blank=True, max_length=255, upload_to=""),
        ),
        migrations.AddIndex(
            model_name="frame",
            index=models.Index(condition=models.Q(("damage", ""), ("thumbnail", "")), fields=["task", "number"], name="frame_without_copies"),
        ),
    ]
