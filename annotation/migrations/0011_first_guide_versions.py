"""What guides say now is their first version."""
from django.db import migrations


def begin_history(apps, schema_editor):
    project, version = apps.get_model("annotation", "Project"), apps.get_model("annotation", "GuideVersion")
    rows = project.objects.exclude(guide="").exclude(guide_versions__isnull=False).order_by("pk").values_list("pk", "guide", "owner_id")
    batch = []
    for project_id, guide, owner_id in rows.iterator(chunk_size=500):
        batch.append(version(project_id=project_id, number=1, markdown=guide, author_id=owner_id))
        if len(batch) == 500:
            version.objects.bulk_create(batch)
            batch = []
    version.objects.bulk_create(batch)


class Migration(migrations.Migration):

    dependencies = [
        ("annotation", "0010_copies_and_origins"),
    ]

    operations = [
        migrations.RunPython(begin_history, migrations.RunPython.noop),
    ]
