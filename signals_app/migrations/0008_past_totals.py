"""What closed periods came to outlives a change of their meter, and it is known by which definition they were counted."""

import django.db.models.deletion
from django.db import migrations, models

# As in `signals_app.usage.due`. A change takes back how far the meter was counted, and keeps what it was counted as.
TAKE_BACK = """
CREATE OR REPLACE FUNCTION signals_app_meter_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE signals_app_recount SET
        was = CASE WHEN counted_as <> '' THEN counted_as WHEN was <> '' THEN was ELSE counting_as END,
        counted_as = '', counting_as = '', upto = 0, last = 0 WHERE meter_id = NEW.id;
    RETURN NULL;
END $$;
"""
FORGET = """
CREATE OR REPLACE FUNCTION signals_app_meter_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM signals_app_recount WHERE meter_id = NEW.id;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("people_app", "0001_initial"), ("signals_app", "0007_parked")]

    operations = [
        migrations.AddField(
            "recount",
            "was",
            models.TextField(
                blank=True, default="", help_text="The definition by which everything was counted before"
            ),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="PastTotal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("resource", models.CharField(max_length=100)),
                ("period", models.DateField(help_text="First day of the bucket")),
                (
                    "counted_as",
                    models.TextField(blank=True, help_text="The definition by which it was counted"),
                ),
                ("used", models.DecimalField(decimal_places=3, max_digits=30)),
                ("last_event_at", models.DateTimeField()),
                ("newest", models.BooleanField(default=False)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="people_app.account",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "resource", "period", "counted_as"), name="past_total_once"
                    )
                ]
            },
        ),
        migrations.RunSQL(TAKE_BACK, FORGET),
    ]
