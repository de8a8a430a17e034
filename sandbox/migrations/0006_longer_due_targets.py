"""What falls due may be named by several ids: a pool, a Toloker, a rule."""
from django.db import migrations

import sandbox.models.fields


class Migration(migrations.Migration):

    dependencies = [
        ("sandbox", "0005_webhooks"),
    ]

    operations = [
        migrations.AlterField(
            model_name="due", name="target", field=sandbox.models.fields.HexIdField(db_collation="C", max_length=160),
        ),
    ]
