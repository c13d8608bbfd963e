from django.db import migrations

# Thresholds are about accounts, and what has fired has held since then at least. What was found of people lately is at
# rest.
_FORWARD = """
UPDATE signals_app_signaldefinition SET about = 'account' WHERE detector = 'threshold';
UPDATE signals_app_detectorstate SET holds_since = fired_at WHERE fired_at IS NOT NULL;
INSERT INTO signals_app_detectorstate (definition_id, person_id, part, period, holds_since, fired_at)
SELECT s.definition_id, s.person_id, '', '1970-01-01', max(s.detected_at), max(s.detected_at)
FROM signals_app_signal s JOIN signals_app_signaldefinition d ON d.id = s.definition_id
WHERE d.about = 'person' AND s.person_id IS NOT NULL
    AND s.detected_at > now() - greatest(d.cooldown_hours, d.lifetime_hours) * interval '1 hour'
GROUP BY s.definition_id, s.person_id;
"""


class Migration(migrations.Migration):
    dependencies = [("signals_app", "0014_rules")]
    operations = [migrations.RunSQL(_FORWARD, migrations.RunSQL.noop)]
