"""What an office has on its desk: a month of duties, alerts that nobody closed, check-ins to review, notices unread."""

from datetime import datetime

from sqlalchemy import Connection

from scripts.bench.population import Population, run

# A check-in a day, kept, but for one in thirty; a visit a month, open or missed for one in ten; a talk long held.
MONTH = """
    INSERT INTO duties (id, subject_id, kind, obligor, rule_code, slot_start, opens_at, due_at, grace_until, judge_at,
                        random, state, office_id, policy_version_id, fulfilled_at, missed_at, created_at)
    SELECT md5('month' || n || '|' || d)::uuid, s.id, 'check_in', 'subject', 'check_in.' || s.class || '.1', at, at,
           at + interval '2 hours', at + interval '150 minutes', at + interval '150 minutes 30 seconds', false,
           CASE WHEN d > 0 THEN 'planned' WHEN missed THEN 'missed' ELSE 'fulfilled' END, s.office_id, :version_id,
           CASE WHEN d <= 0 AND NOT missed THEN at + interval '1 hour' END,
           CASE WHEN d <= 0 AND missed THEN at + interval '3 hours' END, at - interval '3 days'
    FROM generate_series(1, :subjects) n
    JOIN subjects s ON s.id = md5('subject' || n)::uuid
    CROSS JOIN generate_series(-29, 2) d,
    LATERAL (SELECT CAST(:now AS timestamptz) + d * interval '1 day' - interval '4 hours'
                    + n % 60 * interval '1 minute' AS at, (n + d) % 30 = 0 AS missed) t;
    INSERT INTO duties (id, subject_id, kind, obligor, rule_code, slot_start, opens_at, due_at, grace_until, judge_at,
                        random, state, office_id, policy_version_id, fulfilled_at, missed_at, created_at)
    SELECT md5('visit' || n || '|' || m)::uuid, s.id, 'visit', 'office', '访1', at, at, at + interval '14 days',
           at + interval '14 days', at + interval '14 days', false,
           CASE WHEN m = 0 THEN 'open' WHEN n % 10 = 0 THEN 'missed' ELSE 'fulfilled' END, s.office_id, :version_id,
           CASE WHEN m < 0 AND n % 10 <> 0 THEN at + interval '9 days' END,
           CASE WHEN m < 0 AND n % 10 = 0 THEN at + interval '14 days' END, at - interval '3 days'
    FROM generate_series(1, :subjects) n
    JOIN subjects s ON s.id = md5('subject' || n)::uuid
    CROSS JOIN generate_series(-2, 0) m,
    LATERAL (SELECT CAST(:now AS timestamptz) + m * interval '30 days' - n % 14 * interval '1 day' AS at) t
"""

ALERTS = """
    INSERT INTO alerts (id, subject_id, office_id, kind, about_kind, about_id, condition, handling, cause, strength,
                        why, rule_code, policy_version_id, opened_at, event_at, late, occurrences, step, next_step,
                        next_step_at, closed_at, closed_by, close_reason, close_result)
    SELECT md5('alert' || n || '|' || a)::uuid, s.id, s.office_id, kind, 'subject', s.id,
           CASE WHEN n % 3 = 0 THEN 'recovered' ELSE 'active' END, CASE WHEN a > 0 THEN 'closed' ELSE 'open' END,
           'unsure', (ARRAY['strong', 'medium', 'weak'])[1 + n % 3],
           jsonb_build_object('code', 'silent', 'params', jsonb_build_object('since', at, 'hours', '24')),
           'silence', :version_id, at, at, false, 1, 'office', CASE WHEN a = 0 THEN 'county' END,
           CASE WHEN a = 0 THEN at + interval '30 days' END,
           CASE WHEN a > 0 THEN at + interval '1 hour' END, CASE WHEN a > 0 THEN s.officer_id END,
           CASE WHEN a > 0 THEN 'phone' END, CASE WHEN a > 0 THEN '已电话联系' END
    FROM generate_series(1, :subjects) n
    JOIN subjects s ON s.id = md5('subject' || n)::uuid
    CROSS JOIN generate_series(0, 3) a,
    LATERAL (SELECT CAST(:now AS timestamptz) - a * interval '20 days' - n % 900 * interval '1 minute' AS at,
                    (ARRAY['missed_check_in', 'lost_contact', 'left_area'])[1 + n % 3] AS kind) t
    WHERE a > 0 OR n % 20 = 0;
    INSERT INTO alert_occurrences (alert_id, n, event_at, recorded_at, late, cause, strength, why, source_kind,
                                   source_id, evidence)
    SELECT a.id, 1, a.event_at, a.opened_at, false, a.cause, a.strength, a.why, 'silence', a.id, '{}' FROM alerts a;
    INSERT INTO alert_events (alert_id, at, what, occurrence, event_at, late, cause, strength, actor_kind, reason)
    SELECT a.id, a.opened_at, 'opened', 1, a.event_at, false, a.cause, a.strength, 'job', a.why FROM alerts a;
    INSERT INTO notices (id, recipient_kind, recipient_id, subject_id, about_kind, about_id, step, wording, created_at,
                         read_at)
    SELECT md5('notice' || a.id || u.id)::uuid, 'user', u.id, a.subject_id, 'alert', a.id, '1.office',
           jsonb_build_object('code', 'alert_raised', 'params', '{}'::jsonb), a.opened_at,
           CASE WHEN a.handling = 'closed' THEN a.closed_at END
    FROM alerts a JOIN subjects s ON s.id = a.subject_id
    JOIN users u ON u.id = s.officer_id OR u.login LIKE 'k%';
    INSERT INTO deliveries (id, notice_id, channel, endpoint, state, attempts, settled_at)
    SELECT md5('delivery' || n.id)::uuid, n.id, 'in_app', 'in_app', 'sent', 1, n.created_at FROM notices n
"""

REVIEWS = """
    INSERT INTO attempts (subject_id, id, body_hash, receipt_no, duty_id, outcome, reasons, recorded_at, received_at,
                          effective_at)
    SELECT s.id, md5('attempt' || n)::uuid, '\\x00', 'B-' || n, md5('month' || n || '|' || 0)::uuid,
           CASE WHEN n % 100 = 0 THEN 'to_review' ELSE 'accepted' END, '[]', at, at, at
    FROM generate_series(1, :subjects) n
    JOIN subjects s ON s.id = md5('subject' || n)::uuid,
    LATERAL (SELECT CAST(:now AS timestamptz) - n % 200 * interval '1 minute' AS at) t
"""


def put_on_desk(tx: Connection, population: Population, *, now: datetime) -> None:
    """A month of work for every office of the population. `tx` is the owner's."""
    values = {"subjects": population.subjects, "version_id": population.version_id, "now": now}
    for script in (MONTH, ALERTS, REVIEWS):
        run(tx, script, values)
