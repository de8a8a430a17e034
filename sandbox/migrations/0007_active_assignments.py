"""What is in work is found without looking at what was done."""
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sandbox", "0006_longer_due_targets")]
    operations = [
        migrations.AddIndex("assignment", models.Index(fields=["pool"], name="asg_pool_active", condition=models.Q(status="ACTIVE"))),
        migrations.AddIndex("assignment", models.Index(fields=["toloker"], name="asg_toloker_active", condition=models.Q(status="ACTIVE"))),
    ]
