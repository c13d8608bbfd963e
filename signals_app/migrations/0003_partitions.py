"""Envelopes by week of receipt, events by month of occurrence, and keys for "each event once" by 31 days.

The rows that are there are copied into partitions of their own time; what lies outside them goes to the default ones.
"""

from django.db import migrations, models

PLAIN = """
ALTER TABLE signals_app_envelope RENAME TO envelope_plain;
ALTER TABLE envelope_plain ALTER id DROP IDENTITY;
ALTER TABLE signals_app_event RENAME TO event_plain;
ALTER TABLE event_plain ALTER id DROP IDENTITY;
"""

# An identity column of a partitioned table is not right before PostgreSQL 17: a sequence does the same.
TABLES = """
CREATE SEQUENCE signals_app_envelope_id_seq;
CREATE TABLE signals_app_envelope (
    id bigint NOT NULL DEFAULT nextval('signals_app_envelope_id_seq'),
    source_id bigint NOT NULL,
    received_at timestamptz NOT NULL,
    clock_offset bigint NOT NULL,
    lease_until timestamptz,
    replayed_at timestamptz,
    attempts smallint NOT NULL,
    state varchar(10) NOT NULL,
    call varchar(20) NOT NULL,
    headers jsonb NOT NULL,
    error text NOT NULL,
    body bytea NOT NULL
) PARTITION BY RANGE (received_at);
ALTER SEQUENCE signals_app_envelope_id_seq OWNED BY signals_app_envelope.id;
CREATE TABLE signals_app_envelope_default PARTITION OF signals_app_envelope DEFAULT;

CREATE SEQUENCE signals_app_event_id_seq;
CREATE TABLE signals_app_event (
    id bigint NOT NULL DEFAULT nextval('signals_app_event_id_seq'),
    source_id bigint NOT NULL,
    person_id bigint,
    identity_id bigint,
    account_id bigint,
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    kind varchar(10) NOT NULL,
    name varchar(200) NOT NULL,
    message_id varchar(200) NOT NULL,
    properties jsonb NOT NULL
) PARTITION BY RANGE (occurred_at);
ALTER SEQUENCE signals_app_event_id_seq OWNED BY signals_app_event.id;
CREATE TABLE signals_app_event_default PARTITION OF signals_app_event DEFAULT;

CREATE TABLE signals_app_eventkey (
    source_id bigint NOT NULL,
    digest uuid NOT NULL,
    period date NOT NULL,
    PRIMARY KEY (digest, source_id, period)
) PARTITION BY RANGE (period);
CREATE TABLE signals_app_eventkey_default PARTITION OF signals_app_eventkey DEFAULT;
"""

# Bounds are UTC. The name of a partition ends in its first day: `signals_app.partitions` makes the later ones alike.
PARTITIONS = """
DO $$
DECLARE
    day date;
    today date := (now() AT TIME ZONE 'UTC')::date;
BEGIN
    FOR day IN
        SELECT date_trunc('week', received_at AT TIME ZONE 'UTC')::date FROM envelope_plain
        WHERE received_at BETWEEN now() - interval '1 year' AND now()
        UNION SELECT date_trunc('week', today)::date + 7 * n FROM generate_series(0, 3) n ORDER BY 1
    LOOP
        EXECUTE format('CREATE TABLE %I PARTITION OF signals_app_envelope FOR VALUES FROM (%L) TO (%L)',
            'signals_app_envelope_' || to_char(day, 'YYYYMMDD'), day || ' 00:00+00', day + 7 || ' 00:00+00');
    END LOOP;
    FOR day IN
        SELECT date_trunc('month', occurred_at AT TIME ZONE 'UTC')::date FROM event_plain
        WHERE occurred_at BETWEEN now() - interval '3 years' AND now()
        UNION SELECT (date_trunc('month', today) + n * interval '1 month')::date FROM generate_series(0, 3) n ORDER BY 1
    LOOP
        EXECUTE format('CREATE TABLE %I PARTITION OF signals_app_event FOR VALUES FROM (%L) TO (%L)',
            'signals_app_event_' || to_char(day, 'YYYYMMDD'), day || ' 00:00+00',
            (day + interval '1 month')::date || ' 00:00+00');
    END LOOP;
    FOR day IN SELECT today - (today - date '1970-01-01') % 31 + 31 * n FROM generate_series(0, 3) n
    LOOP
        EXECUTE format('CREATE TABLE %I PARTITION OF signals_app_eventkey FOR VALUES FROM (%L) TO (%L)',
            'signals_app_eventkey_' || to_char(day, 'YYYYMMDD'), day, day + 31);
    END LOOP;
END $$;
"""

# Before this, an event also held the account in which its person was at home. Now it holds only one that it names, and
# what names none follows the person; which of both it was is not known, so what is at home counts as not named.
# When an event was processed is not known: all of the time for which keys are kept count as of today.
COPY = """
INSERT INTO signals_app_envelope (id, source_id, received_at, clock_offset, lease_until, attempts, state, call, headers,
    error, body)
SELECT id, source_id, received_at, clock_offset, lease_until, attempts, state, call, headers, error, body
FROM envelope_plain;
SELECT setval('signals_app_envelope_id_seq', coalesce(max(id), 1), max(id) IS NOT NULL) FROM envelope_plain;
DROP TABLE envelope_plain;

WITH home AS (
    SELECT person_id, min(account_id) AS account, min(account_id) AS own FROM people_app_membership
    GROUP BY person_id HAVING count(*) = 1
    UNION ALL SELECT a.personal_of_id, coalesce(a.merged_into_id, a.id), a.id FROM people_app_account a
    WHERE a.personal_of_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM people_app_membership m WHERE m.person_id = a.personal_of_id)
), name AS (
    SELECT i.person_id, CASE WHEN count(*) = 1 THEN min(i.id)
        ELSE min(i.id) FILTER (WHERE i.kind = 'user' AND i.value = p.user_id) END AS id
    FROM people_app_identity i JOIN people_app_person p ON p.id = i.person_id GROUP BY i.person_id
)
INSERT INTO signals_app_event (id, source_id, person_id, identity_id, account_id, occurred_at, received_at, kind, name,
    message_id, properties)
SELECT e.id, source_id, e.person_id, n.id, CASE WHEN account_id IN (h.account, h.own) THEN NULL ELSE account_id END,
    occurred_at, received_at, kind, e.name, message_id, properties
FROM event_plain e LEFT JOIN home h ON h.person_id = e.person_id LEFT JOIN name n ON n.person_id = e.person_id;
SELECT setval('signals_app_event_id_seq', coalesce(max(id), 1), max(id) IS NOT NULL) FROM event_plain;
INSERT INTO signals_app_eventkey (source_id, digest, period)
SELECT source_id, encode(substr(sha256(convert_to(message_id, 'UTF8')), 1, 16), 'hex')::uuid,
    (now() AT TIME ZONE 'UTC')::date - ((now() AT TIME ZONE 'UTC')::date - date '1970-01-01') % 31
FROM event_plain WHERE received_at > now() - interval '62 days';
DROP TABLE event_plain;
"""

INDEXES = """
ALTER TABLE signals_app_envelope ADD PRIMARY KEY (id, received_at);
CREATE INDEX envelope_pending ON signals_app_envelope (replayed_at NULLS FIRST, id) WHERE state = 'pending';
ALTER TABLE signals_app_event ADD PRIMARY KEY (id, occurred_at);
CREATE INDEX event_person ON signals_app_event (person_id, name, occurred_at);
CREATE INDEX event_account ON signals_app_event (account_id, name, occurred_at) WHERE account_id IS NOT NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("people_app", "0001_initial"), ("signals_app", "0002_source_health")]

    operations = [
        migrations.RunSQL(
            [PLAIN, TABLES, PARTITIONS, COPY, INDEXES],
            state_operations=[
                migrations.CreateModel(
                    name="EventKey",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "source_id",
                                "digest",
                                "period",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("source_id", models.BigIntegerField()),
                        ("digest", models.UUIDField(help_text="The first half of SHA-256 of the message id")),
                        ("period", models.DateField(help_text="First day of the 31 days")),
                    ],
                ),
                migrations.RemoveConstraint(model_name="event", name="event_once"),
                migrations.RemoveIndex(model_name="event", name="event_account"),
                migrations.RemoveIndex(model_name="envelope", name="envelope_pending"),
                migrations.RemoveIndex(model_name="envelope", name="envelope_received"),
                migrations.AddField(
                    model_name="event",
                    name="identity_id",
                    field=models.BigIntegerField(
                        null=True, help_text="The name under which the person was found"
                    ),
                ),
                migrations.AlterField(
                    model_name="event",
                    name="account",
                    field=models.ForeignKey(
                        "people_app.account",
                        models.CASCADE,
                        null=True,
                        db_constraint=False,
                        db_index=False,
                        help_text="The account that the event itself named",
                    ),
                ),
                migrations.AddField(
                    model_name="envelope",
                    name="replayed_at",
                    field=models.DateTimeField(
                        null=True,
                        help_text="Real time at which it was put back; what just came in goes first",
                    ),
                ),
                migrations.AddIndex(
                    model_name="event",
                    index=models.Index(
                        fields=["account", "name", "occurred_at"],
                        name="event_account",
                        condition=models.Q(account__isnull=False),
                    ),
                ),
                migrations.AddIndex(
                    model_name="envelope",
                    index=models.Index(
                        models.OrderBy(models.F("replayed_at"), nulls_first=True),
                        "id",
                        name="envelope_pending",
                        condition=models.Q(state="pending"),
                    ),
                ),
            ],
        )
    ]
