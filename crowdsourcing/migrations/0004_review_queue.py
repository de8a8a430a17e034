"""What the review queue is sorted by, what can be counted about an attempt, and decisions about many."""
import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('annotation', '0004_review_and_imports'),
        ('crowdsourcing', '0003_webhooks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='BulkDecision',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('verb', models.CharField(choices=[('accept_assignment', 'Accept'), ('reject_assignment', 'Reject')], max_length=32)),
                ('comment', models.TextField(blank=True)),
                ('filters', models.JSONField(blank=True, null=True)),
                ('count', models.PositiveIntegerField()),
                ('amount', models.DecimalField(decimal_places=3, max_digits=12)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('stopped_at', models.DateTimeField(blank=True, null=True)),
                ('all_asked_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-created_at'],
            },
        ),
        migrations.CreateModel(
            name='BulkItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('asked', 'Asked'), ('refused', 'Refused')], default='waiting', max_length=16)),
                ('code', models.CharField(blank=True, max_length=64)),
                ('sentence', models.TextField(blank=True)),
            ],
            options={
                'ordering': ['bulk_id', 'id'],
            },
        ),
        migrations.CreateModel(
            name='WorkMeasure',
            fields=[
                ('assignment', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='measure', serialize=False, to='crowdsourcing.assignment')),
                ('with_work', models.BooleanField()),
                ('frames', models.PositiveIntegerField()),
                ('seconds', models.FloatField()),
                ('marks', models.PositiveIntegerField(default=0)),
                ('nothing_here_frames', models.PositiveIntegerField(default=0)),
                ('untouched_frames', models.PositiveIntegerField(default=0)),
                ('areas', models.PositiveIntegerField(default=0)),
                ('tiny', models.PositiveIntegerField(default=0)),
                ('huge', models.PositiveIntegerField(default=0)),
                ('places', models.CharField(blank=True, db_index=True, max_length=32)),
                ('sizes', models.CharField(blank=True, db_index=True, max_length=32)),
            ],
        ),
        migrations.AddField(
            model_name='assignment',
            name='suspicion',
            field=models.FloatField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='assignment',
            name='suspicion_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='assignment',
            name='suspicion_signals',
            field=models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.AddIndex(
            model_name='assignment',
            index=models.Index(condition=models.Q(('status', 'SUBMITTED')), fields=['submitted', 'id'], name='waiting_by_age'),
        ),
        migrations.AddIndex(
            model_name='assignment',
            index=models.Index(condition=models.Q(('status', 'SUBMITTED')), fields=['-suspicion', 'submitted', 'id'], name='waiting_by_suspicion'),
        ),
        migrations.AddIndex(
            model_name='assignment',
            index=models.Index(condition=models.Q(('status', 'SUBMITTED'), ('suspicion_at', None)), fields=['pool'], name='waiting_unread'),
        ),
        migrations.AddIndex(
            model_name='assignment',
            index=models.Index(fields=['toloker', 'status'], name='crowdsourci_toloker_fec792_idx'),
        ),
        migrations.AddField(
            model_name='bulkdecision',
            name='actor',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='bulk_decisions', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='bulkdecision',
            name='stopped_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='bulkitem',
            name='assignment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bulk_items', to='crowdsourcing.assignment'),
        ),
        migrations.AddField(
            model_name='bulkitem',
            name='bulk',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='crowdsourcing.bulkdecision'),
        ),
        migrations.AddField(
            model_name='bulkitem',
            name='command',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='crowdsourcing.providercommand'),
        ),
        migrations.AddIndex(
            model_name='bulkdecision',
            index=models.Index(fields=['actor', '-created_at'], name='crowdsourci_actor_i_f4d8f7_idx'),
        ),
        migrations.AddIndex(
            model_name='bulkdecision',
            index=models.Index(condition=models.Q(('all_asked_at', None), ('stopped_at', None)), fields=['created_at'], name='bulk_going_on'),
        ),
        migrations.AddIndex(
            model_name='bulkitem',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['bulk', 'id'], name='bulk_items_waiting'),
        ),
        migrations.AddConstraint(
            model_name='bulkitem',
            constraint=models.UniqueConstraint(fields=('bulk', 'assignment'), name='once_a_bulk_decision'),
        ),
    ]
