"""Trainings, manual pages, bonuses, messages, files, webhooks, aggregated answers, what quality rules remember."""
import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import sandbox.models.fields
from sandbox import ids


class Migration(migrations.Migration):

    dependencies = [
        ('sandbox', '0002_first_rows'),
    ]

    operations = [
        migrations.CreateModel(
            name='AggregatedSolution',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('confidence', models.FloatField()),
                ('output_values', sandbox.models.fields.JsonField()),
            ],
        ),
        migrations.CreateModel(
            name='AnswerCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('collector', models.CharField(max_length=36)),
                ('kind', models.CharField(max_length=24)),
                ('score', models.FloatField()),
                ('golden', models.BooleanField(default=False)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=250)),
                ('media_type', models.CharField(max_length=250)),
                ('size', models.BigIntegerField()),
                ('submitted', models.BooleanField(default=False)),
                ('created', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='CollectorReset',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('collector', models.CharField(max_length=36)),
                ('since', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='UserBonus',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount', models.DecimalField(decimal_places=6, max_digits=12)),
                ('form', sandbox.models.fields.JsonField(default=dict)),
                ('created', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='WebhookEvent',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('body', sandbox.models.fields.JsonField()),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('next_try', models.DateTimeField(null=True)),
                ('delivered', models.DateTimeField(null=True)),
                ('last_error', models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name='WebhookSubscription',
            fields=[
                ('id', sandbox.models.fields.HexIdField(db_collation='C', max_length=36, primary_key=True, serialize=False)),
                ('event_type', models.CharField(max_length=32)),
                ('webhook_url', models.TextField()),
                ('secret_key', models.TextField(blank=True)),
                ('created', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='assignment',
            name='first_declined',
            field=sandbox.models.fields.JsonField(null=True),
        ),
        migrations.AddField(
            model_name='clock',
            name='since',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='clock',
            name='speed',
            field=models.FloatField(default=1),
        ),
        migrations.AddField(
            model_name='messagethread',
            name='answerable',
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name='messagethread',
            name='compose_details',
            field=sandbox.models.fields.JsonField(null=True),
        ),
        migrations.AddField(
            model_name='messagethread',
            name='parent',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='answers', to='sandbox.messagethread'),
        ),
        migrations.AddField(
            model_name='messagethread',
            name='recipients',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=36), default=list, size=None),
        ),
        migrations.AddField(
            model_name='messagethread',
            name='to_all',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='pool',
            name='cloned',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='pool',
            name='touched',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='pool',
            name='training_skill',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='trainings', to='sandbox.skill'),
        ),
        migrations.AddField(
            model_name='skill',
            name='training',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='task',
            name='dynamic_overlap_done',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='task',
            name='suite',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='tasks', to='sandbox.tasksuite'),
        ),
        migrations.AddField(
            model_name='tasksuite',
            name='consumed',
            field=models.IntegerField(default=0),
        ),
        migrations.AddField(
            model_name='tasksuite',
            name='form',
            field=sandbox.models.fields.JsonField(default=dict),
        ),
        migrations.AddField(
            model_name='tasksuite',
            name='infinite_overlap',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='tasksuite',
            name='issuing_order_override',
            field=models.DecimalField(decimal_places=5, default=0, max_digits=10),
        ),
        migrations.AddField(
            model_name='tasksuite',
            name='overlap',
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name='tasksuite',
            name='remaining',
            field=models.IntegerField(default=0),
        ),
        migrations.AddField(
            model_name='tasksuite',
            name='reserved_for',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=64), default=list, size=None),
        ),
        migrations.AddField(
            model_name='tasksuite',
            name='unavailable_for',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=64), default=list, size=None),
        ),
        migrations.AddField(
            model_name='userrestriction',
            name='collector',
            field=models.CharField(blank=True, max_length=36),
        ),
        # It was JSON text: ["INBOX","UNREAD"].
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(
                "ALTER TABLE sandbox_messagethread ALTER COLUMN folders TYPE varchar(32)[]"
                " USING string_to_array(translate(folders, '[]\" ', ''), ',')")],
            state_operations=[migrations.AlterField(
                model_name='messagethread',
                name='folders',
                field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=32), default=list, size=None),
            )],
        ),
        migrations.AlterField(
            model_name='messagethread',
            name='toloker',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='threads', to='sandbox.toloker'),
        ),
        migrations.AlterField(
            model_name='pool',
            name='will_expire',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name='messagethread',
            index=models.Index(fields=['requester', 'id'], name='thread_requester'),
        ),
        migrations.AddIndex(
            model_name='tasksuite',
            index=models.Index(fields=['pool', 'id'], name='suite_pool_id'),
        ),
        migrations.AddIndex(
            model_name='tasksuite',
            index=models.Index(condition=models.Q(('mixed', False), models.Q(('infinite_overlap', True), ('remaining__gt', 0), _connector='OR')), fields=['pool', '-issuing_order_override', 'id'], name='suite_open'),
        ),
        migrations.AddField(
            model_name='aggregatedsolution',
            name='operation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='solutions', to='sandbox.operation'),
        ),
        migrations.AddField(
            model_name='aggregatedsolution',
            name='pool',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='sandbox.pool'),
        ),
        migrations.AddField(
            model_name='aggregatedsolution',
            name='task',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='sandbox.task'),
        ),
        migrations.AddField(
            model_name='answercheck',
            name='assignment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='sandbox.assignment'),
        ),
        migrations.AddField(
            model_name='answercheck',
            name='pool',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='sandbox.pool'),
        ),
        migrations.AddField(
            model_name='answercheck',
            name='project',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='sandbox.project'),
        ),
        migrations.AddField(
            model_name='answercheck',
            name='task',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='sandbox.task'),
        ),
        migrations.AddField(
            model_name='answercheck',
            name='toloker',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='sandbox.toloker'),
        ),
        migrations.AddField(
            model_name='attachment',
            name='assignment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='sandbox.assignment'),
        ),
        migrations.AddField(
            model_name='attachment',
            name='pool',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='sandbox.pool'),
        ),
        migrations.AddField(
            model_name='attachment',
            name='requester',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='sandbox.requester'),
        ),
        migrations.AddField(
            model_name='attachment',
            name='toloker',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='sandbox.toloker'),
        ),
        migrations.AddField(
            model_name='collectorreset',
            name='toloker',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='sandbox.toloker'),
        ),
        migrations.AddField(
            model_name='userbonus',
            name='assignment',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='bonuses', to='sandbox.assignment'),
        ),
        migrations.AddField(
            model_name='userbonus',
            name='requester',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bonuses', to='sandbox.requester'),
        ),
        migrations.AddField(
            model_name='userbonus',
            name='toloker',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bonuses', to='sandbox.toloker'),
        ),
        migrations.AddField(
            model_name='ledgerentry',
            name='bonus',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='ledger', to='sandbox.userbonus'),
        ),
        migrations.AddField(
            model_name='webhooksubscription',
            name='pool',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='subscriptions', to='sandbox.pool'),
        ),
        migrations.AddField(
            model_name='webhooksubscription',
            name='requester',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='subscriptions', to='sandbox.requester'),
        ),
        migrations.AddField(
            model_name='webhookevent',
            name='subscription',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='sandbox.webhooksubscription'),
        ),
        migrations.AddConstraint(
            model_name='aggregatedsolution',
            constraint=models.UniqueConstraint(fields=('operation', 'task'), name='one_aggregated_solution'),
        ),
        migrations.AddIndex(
            model_name='answercheck',
            index=models.Index(fields=['collector', 'toloker', 'id'], name='check_history'),
        ),
        migrations.AddConstraint(
            model_name='answercheck',
            constraint=models.UniqueConstraint(fields=('collector', 'assignment', 'task'), name='one_check_per_answer'),
        ),
        migrations.AddConstraint(
            model_name='collectorreset',
            constraint=models.UniqueConstraint(fields=('collector', 'toloker'), name='one_collector_reset'),
        ),
        migrations.AddConstraint(
            model_name='webhooksubscription',
            constraint=models.UniqueConstraint(fields=('pool', 'event_type', 'webhook_url'), name='one_subscription'),
        ),
        migrations.AddIndex(
            model_name='webhookevent',
            index=models.Index(condition=models.Q(('next_try__isnull', False)), fields=['next_try'], name='webhook_waiting'),
        ),
        migrations.RunSQL(f"ALTER TABLE sandbox_userbonus ALTER COLUMN id RESTART WITH {ids.FIRST_BONUS}", migrations.RunSQL.noop),
    ]
