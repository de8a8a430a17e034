from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("crowdsourcing", "0018_price_of_answers")]

    operations = [
        migrations.AlterField(
            model_name="ledgerentry", name="kind",
            field=models.CharField(max_length=24, choices=[
                ("budget", "Budget"), ("withdraw", "Withdraw"), ("reserve", "Reserve"), ("release", "Release"), ("charge", "Charge"),
                ("charge_after_release", "Charge After Release")])),
    ]
