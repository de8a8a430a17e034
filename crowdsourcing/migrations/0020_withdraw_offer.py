from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("crowdsourcing", "0019_withdrawn_places")]

    operations = [
        migrations.AlterField(
            model_name="providercommand", name="kind",
            field=models.CharField(max_length=32, choices=[
                ("setup_project", "Set up project"), ("update_project", "Update project"), ("archive_project", "Archive project"),
                ("sync_project", "Sync project"), ("ensure_skill", "Make skill"), ("setup_pool", "Set up pool"),
                ("update_pool", "Update pool"), ("start_pool", "Start pool"), ("stop_pool", "Stop pool"),
                ("archive_pool", "Archive pool"), ("sync_pool", "Sync pool"), ("accept_assignment", "Accept"),
                ("reject_assignment", "Reject"), ("reissue_job", "Give to another Toloker"), ("withdraw_offer", "Take back the offer"),
                ("setup_verification", "Set up verification"), ("update_verification", "Update verification")])),
    ]
