"""An index in the order of every list of jobs."""
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("annotation", "0011_first_guide_versions")]
    operations = [
        migrations.AddIndex("job", models.Index(fields=["task", "start_frame", "id"], name="job_in_order")),
    ]
