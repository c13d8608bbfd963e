import django.db.models.deletion
import upsell_project.lib.secrets
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('signals_app', '0004_meters'),
    ]

    operations = [
        migrations.AddField(
            model_name='source',
            name='api_key',
            field=upsell_project.lib.secrets.EncryptedField(blank=True, default='', help_text="Opens the provider's API, to read what its webhooks only name"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='source',
            name='api_url',
            field=models.CharField(blank=True, default='', help_text="Empty: the provider's usual address", max_length=300),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='source',
            name='lookup_error',
            field=models.CharField(blank=True, default='', help_text='Why its API cannot be read at present', max_length=300),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='source',
            name='lookups_paused_until',
            field=models.DateTimeField(blank=True, help_text="Real time; set by its API's answers", null=True),
        ),
        migrations.CreateModel(
            name='Lookup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(help_text="The provider's word: contact, company, subscription, ...", max_length=12)),
                ('object_id', models.CharField(max_length=200)),
                ('accounts', models.JSONField(blank=True, default=list, help_text='Keys of the accounts that the answer is about, where it names none')),
                ('asked', models.IntegerField(default=1, help_text='How often it was asked for: more than at reading, read again')),
                ('state', models.CharField(choices=[('open', 'To be read'), ('done', 'Read'), ('gone', 'Not there'), ('failed', 'Cannot be read')], default='open', max_length=10)),
                ('due_at', models.DateTimeField(help_text='Real time, as all times here')),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('attempts', models.SmallIntegerField(default=0)),
                ('error', models.CharField(blank=True, max_length=300)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('answer', models.TextField(blank=True, help_text='Kept only of firmographics, which are asked for once in a long time')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lookups', to='signals_app.source')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'open')), fields=['source', 'due_at'], name='lookup_due')],
                'constraints': [models.UniqueConstraint(fields=('source', 'kind', 'object_id'), name='lookup_once')],
            },
        ),
    ]
