"""Meters over more windows and with more aggregates, mappings, and the names that were seen; what was counted stays."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# As in `signals_app.usage.due`: the meters that are there have been counted as they are defined.
COUNTED = """
INSERT INTO signals_app_recount (meter_id, counted_as, counting_as, upto, last, changed_at)
SELECT m.id, d.definition, d.definition, 0, 0, now() FROM signals_app_meter m
CROSS JOIN LATERAL (SELECT concat_ws(chr(31), m.resource, m.event, m."where"::text, m.aggregate, m.property,
    m."window", coalesce(m.days, 0)) AS definition) d
"""


def ids() -> tuple[str, models.BigAutoField]:
    return (
        "id",
        models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
    )


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("people_app", "0001_initial"),
        ("signals_app", "0003_partitions"),
    ]

    operations = [
        migrations.AddField(
            "meter",
            "where",
            models.JSONField(
                blank=True,
                default=dict,
                help_text='Only events with these values: {"tier": "premium"}; paths as in the property',
            ),
        ),
        migrations.AddField(
            "meter",
            "window",
            models.CharField(
                choices=[
                    ("calendar", "Calendar month"),
                    ("billing", "Billing period; the calendar month while it is unknown"),
                    ("rolling", "The last days, today included"),
                ],
                default="calendar",
                max_length=10,
            ),
        ),
        migrations.AddField(
            "meter",
            "days",
            models.PositiveSmallIntegerField(
                blank=True, help_text="Of a rolling window, 1 to 366", null=True
            ),
        ),
        migrations.AlterField(
            "meter",
            "aggregate",
            models.CharField(
                choices=[
                    ("count", "Count of events"),
                    ("sum", "Sum of a property"),
                    ("last", "Last value of a property"),
                    ("distinct", "Number of different values of a property"),
                ],
                default="count",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            "meter",
            "property",
            models.CharField(
                blank=True,
                help_text="What to sum, keep or tell apart: rows, cart.items.0.price",
                max_length=200,
            ),
        ),
        migrations.AlterField("metertotal", "period", models.DateField(help_text="First day of the bucket")),
        migrations.AlterField("metertotal", "used", models.DecimalField(decimal_places=3, max_digits=30)),
        migrations.AddField(
            "metertotal",
            "newest",
            models.BooleanField(default=False, help_text="Holds the newest value; otherwise a sum"),
        ),
        migrations.CreateModel(
            name="MeterValue",
            fields=[
                ids(),
                ("resource", models.CharField(max_length=100)),
                ("period", models.DateField()),
                ("digest", models.CharField(help_text="First half of the value's SHA-256", max_length=32)),
                ("seen", models.BigIntegerField()),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="people_app.account",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "resource", "period", "digest"), name="meter_value_once"
                    )
                ]
            },
        ),
        migrations.CreateModel(
            name="Recount",
            fields=[
                ids(),
                (
                    "counted_as",
                    models.TextField(blank=True, help_text="The definition by which everything is counted"),
                ),
                (
                    "counting_as",
                    models.TextField(blank=True, help_text="The definition of the pass that runs"),
                ),
                ("upto", models.BigIntegerField(default=0, help_text="The last account that is done")),
                (
                    "last",
                    models.BigIntegerField(
                        default=0, help_text="The last account there was when the pass began"
                    ),
                ),
                ("changed_at", models.DateTimeField()),
                (
                    "meter",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="recount",
                        to="signals_app.meter",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RecountDue",
            fields=[
                ids(),
                (
                    "resource",
                    models.CharField(blank=True, help_text="Empty: every meter", max_length=100),
                ),
                ("asked_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="people_app.account",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(name="Dropped", fields=[ids(), ("before", models.DateTimeField())]),
        migrations.CreateModel(
            name="EventMapping",
            fields=[
                ids(),
                (
                    "event",
                    models.CharField(
                        help_text="Its name as it comes; a * at the end stands for any rest",
                        max_length=200,
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        blank=True,
                        help_text="In the tracking plan; empty: as it comes",
                        max_length=200,
                    ),
                ),
                (
                    "properties",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text='Where to find what: {"cart.items.0.price": "revenue"}',
                    ),
                ),
                (
                    "constants",
                    models.JSONField(
                        blank=True, default=dict, help_text='What always holds: {"currency": "EUR"}'
                    ),
                ),
                ("live", models.BooleanField(default=True)),
                ("version", models.PositiveIntegerField(default=1)),
                ("updated_at", models.DateTimeField(blank=True, null=True)),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: every source",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="signals_app.source",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("source", "event"), name="event_mapping_once", nulls_distinct=False
                    )
                ]
            },
        ),
        migrations.CreateModel(
            name="SeenProperty",
            fields=[
                ids(),
                ("name", models.CharField(max_length=200)),
                ("path", models.CharField(blank=True, max_length=200)),
                (
                    "type",
                    models.CharField(
                        blank=True, help_text="text, number, boolean, list, null", max_length=10
                    ),
                ),
                ("last_seen_at", models.DateTimeField()),
                (
                    "source",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="signals_app.source",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "seen properties",
                "constraints": [
                    models.UniqueConstraint(fields=("source", "name", "path"), name="seen_property_once")
                ],
            },
        ),
        migrations.RunSQL(COUNTED, migrations.RunSQL.noop),
    ]
