from django.db import migrations
from django.db.models import OuterRef, Subquery


def jobs_of_suites(apps, schema_editor):
    """So far every attempt's work lies on its suite's job."""
    suites = apps.get_model("crowdsourcing", "TaskSuite").objects.filter(pk=OuterRef("task_suite"))
    apps.get_model("crowdsourcing", "Assignment").objects.filter(job=None).update(job=Subquery(suites.values("job")[:1]))


class Migration(migrations.Migration):

    dependencies = [
        ("crowdsourcing", "0013_several_tolokers_a_job"),
    ]

    operations = [
        migrations.RunPython(jobs_of_suites, migrations.RunPython.noop),
    ]
