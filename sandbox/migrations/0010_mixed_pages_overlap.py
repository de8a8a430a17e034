from django.db import migrations


class Migration(migrations.Migration):
    """A mixed page is for one Toloker: it says so from now on, as the API shows it."""

    dependencies = [("sandbox", "0009_forgotten_pools")]
    operations = [
        migrations.RunSQL("UPDATE sandbox_tasksuite SET overlap = 1, consumed = 1 WHERE mixed AND overlap IS NULL", migrations.RunSQL.noop)
    ]
