import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assignments', '0007_policy_rules_and_source'),
        ('clinics', '0002_webhooks'),
        ('people', '0104_tallies'),
    ]

    operations = [
        migrations.CreateModel(
            name='RecordCopy',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('document', models.CharField(max_length=40)),
                ('purpose', models.CharField(max_length=40)),
                ('made_at', models.DateTimeField()),
                ('deleted_at', models.DateTimeField(null=True)),
                ('assignment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='assignments.assignment')),
                ('clinic', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinics.clinic')),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['clinic', 'person'], name='copies_to_be_deleted')],
            },
        ),
    ]
