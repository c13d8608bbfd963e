from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("signals_app", "0015_states_of_accounts")]
    operations = [
        migrations.AddField(
            model_name="segmentmember",
            name="added_by",
            field=models.CharField(blank=True, help_text="Of a list: who added them", max_length=150),
        ),
    ]
