"""Frames of which somebody says that they need no shape."""
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("annotation", "0002_request_fences")]
    operations = [migrations.AddField("frameannotation", "nothing_here", models.BooleanField(default=False))]
