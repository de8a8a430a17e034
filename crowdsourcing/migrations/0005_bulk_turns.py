"""One chain of runs works on a bulk decision."""
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('crowdsourcing', '0004_review_queue'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='bulkdecision',
            name='bulk_going_on',
        ),
        migrations.AddField(
            model_name='bulkdecision',
            name='moved_at',
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddIndex(
            model_name='bulkdecision',
            index=models.Index(condition=models.Q(('all_asked_at', None), ('stopped_at', None)), fields=['moved_at'], name='bulk_going_on'),
        ),
    ]
