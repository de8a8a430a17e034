import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    dependencies = [
        ("annotation", "0013_ground_truth_jobs"),
    ]

    operations = [
        migrations.AddField(
            model_name="job", name="parent_job",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name="replicas", to="annotation.job"),
        ),
        migrations.AlterField(
            model_name="job", name="type",
            field=models.CharField(
                choices=[("annotation", "Annotation"), ("ground_truth", "Ground truth"), ("consensus_replica", "Consensus replica")],
                default="annotation", max_length=32),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.CheckConstraint(
                condition=Q(type="consensus_replica", parent_job__isnull=False) | (~Q(type="consensus_replica") & Q(parent_job=None)),
                name="replicas_and_only_they_have_a_parent"),
        ),
    ]
