import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("annotation", "0014_consensus_replicas"),
        ("crowdsourcing", "0012_people"),
    ]

    operations = [
        migrations.AddField(
            model_name="pool", name="overlap",
            field=models.PositiveSmallIntegerField(db_default=1, default=1, validators=[
                django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(10)]),
        ),
        migrations.AddField(
            model_name="assignment", name="job",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="assignments", to="annotation.job"),
        ),
    ]
