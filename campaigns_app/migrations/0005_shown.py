"""What was shown or sent before this was kept for rules."""

from django.db import migrations

SHOWN = """
INSERT INTO signals_app_answer (person_id, account_id, offer, answer, at, proposition, told)
SELECT p.person_id, p.account_id, o.slug, 'shown', n.at, p.id, true
FROM offers_app_proposition p JOIN offers_app_offer o ON o.id = p.offer_id
JOIN people_app_person q ON q.id = p.person_id AND q.erased_at IS NULL
LEFT JOIN campaigns_app_delivery d
    ON d.proposition_id = p.id AND d.channel = 'email' AND d.state = 'accepted'
CROSS JOIN LATERAL (SELECT least(p.viewed_at, p.clicked_at, p.answered_at, d.sent_at) AS at) n
WHERE n.at IS NOT NULL ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns_app", "0004_run_sweep"),
        ("offers_app", "0002_eligibility"),
        ("signals_app", "0027_shown"),
    ]

    operations = [migrations.RunSQL(SHOWN, migrations.RunSQL.noop)]
