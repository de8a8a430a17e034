from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("crowdsourcing", "0016_remote_auto_accept")]

    operations = [
        migrations.RemoveConstraint(model_name="drawingproject", name="drawing_project_once_a_choice"),
        migrations.AddField(model_name="drawingproject", name="replaced", field=models.BooleanField(db_default=False, default=False)),
        migrations.AddConstraint(
            model_name="drawingproject",
            constraint=models.UniqueConstraint(
                condition=models.Q(("replaced", False)), fields=("crowd_project", "shapes", "needed"),
                name="drawing_project_in_use_once_a_choice")),
    ]
