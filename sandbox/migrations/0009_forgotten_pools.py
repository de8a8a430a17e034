from django.db import migrations


class Migration(migrations.Migration):
    """Pools that were there before are watched too, as engine.forgotten does with new ones."""

    dependencies = [("sandbox", "0008_open_tasks")]
    operations = [
        migrations.RunSQL(
            """
            INSERT INTO sandbox_due (kind, target, at)
            SELECT 'POOL_FORGOTTEN', id::text, created + interval '30 days' FROM sandbox_pool WHERE status <> 'ARCHIVED'
            ON CONFLICT DO NOTHING
            """,
            "DELETE FROM sandbox_due WHERE kind = 'POOL_FORGOTTEN'",
        )
    ]
