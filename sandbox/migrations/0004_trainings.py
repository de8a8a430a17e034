"""Which training a pool asks for."""
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("sandbox", "0003_whole_toloka"),
    ]

    operations = [
        migrations.AddField(
            model_name="pool", name="training",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="linked_pools",
                                    to="sandbox.pool"),
        ),
    ]
