"""Frames that still hold what an import put there for whoever annotates."""
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("annotation", "0004_review_and_imports")]
    operations = [migrations.AddField("frameannotation", "starting_point", models.BooleanField(default=False))]
