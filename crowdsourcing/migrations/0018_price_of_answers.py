from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("crowdsourcing", "0017_replaced_drawing_projects")]

    operations = [
        migrations.AddField(
            model_name="vote", name="reward", field=models.DecimalField(blank=True, decimal_places=3, max_digits=9, null=True)),
    ]
