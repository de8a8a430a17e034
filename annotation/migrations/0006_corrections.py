"""Reviewers' corrections of submitted attempts, and who made them."""

import django.core.serializers.json
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('annotation', '0005_starting_point'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='snapshot',
            name='author',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='editorsession',
            name='mode',
            field=models.CharField(choices=[('toloker', 'Toloker'), ('requester', 'Requester'), ('review', 'Review'), ('correction', 'Correction')], max_length=16),
        ),
        migrations.CreateModel(
            name='Correction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('attempt', models.CharField(max_length=128)),
                ('open', models.BooleanField(default=True)),
                ('revision', models.PositiveIntegerField(default=0)),
                ('base_digest', models.CharField(max_length=64)),
                ('created_date', models.DateTimeField(auto_now_add=True)),
                ('updated_date', models.DateTimeField(auto_now=True)),
                ('job', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='corrections', to='annotation.job')),
                ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('snapshot', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='+', to='annotation.snapshot')),
            ],
            options={
                'ordering': ['job_id', 'id'],
            },
        ),
        migrations.CreateModel(
            name='CorrectedFrame',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('frame', models.PositiveIntegerField()),
                ('content', models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('updated_date', models.DateTimeField(auto_now=True)),
                ('correction', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='frames', to='annotation.correction')),
            ],
            options={
                'ordering': ['correction_id', 'frame'],
            },
        ),
        migrations.AddConstraint(
            model_name='correction',
            constraint=models.UniqueConstraint(fields=('job', 'attempt'), name='one_correction_an_attempt'),
        ),
        migrations.AddConstraint(
            model_name='correction',
            constraint=models.CheckConstraint(condition=models.Q(('attempt', ''), _negated=True), name='correction_of_an_attempt'),
        ),
        migrations.AddConstraint(
            model_name='correctedframe',
            constraint=models.UniqueConstraint(fields=('correction', 'frame'), name='corrected_once_a_frame'),
        ),
    ]
