"""Speed: a short way for the batch that nearly every phone sends, one power over all of it and nothing known of it.

`keep_positions` of 0008 judges each report by itself: which power covers it, whether it is stored already. Where one
power alone touches the batch and covers all of it, and nothing is stored between its first report and its last, each
report gets the same two answers: they are asked once, and the rest is plain inserts. Whatever else comes goes the long
way. Both write the same rows, which tests/store/test_short_way.py compares. The arguments are those of 0008.
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

SCALARS = {
    "subject_id": "uuid",
    "session_id": "uuid",
    "request_id": "uuid",
    "body_hash": "bytea",
    "now": "timestamptz",
    "sent_at": "timestamptz",
    "year": "text",
    "oldest": "timestamptz",
    "newest": "timestamptz",
    "first": "timestamptz",
    "last": "timestamptz",
    "doubled": "integer",
    "boot_id": "text",
    "offset_s": "float8",
}
REPORTS = {
    "id": "uuid[]",
    "recorded_at": "timestamptz[]",
    "effective_at": "timestamptz[]",
    "proven": "boolean[]",
    "lon": "float8[]",
    "lat": "float8[]",
    "sent_lon": "float8[]",
    "sent_lat": "float8[]",
    "datum": "text[]",
    "accuracy_m": "float8[]",
    "speed_mps": "float8[]",
    "heading_deg": "float8[]",
    "altitude_m": "float8[]",
    "battery_percent": "integer[]",
    "provider": "text[]",
    "mock": "boolean[]",
}
ARGUMENTS = {**SCALARS, "newest_n": "integer", **REPORTS}
"""Those of 0008 without what a batch has that holds something unusable, and with the number of the newest report."""

NOTHING_ASIDE = ("'[]'", "'{}'", "'{}'", "'{}'", "NULL")

# The subject's lock is taken first, with the session that must hold, and everything is read after it by statements of
# their own: nobody can write a point of this subject in between, so that none has to be looked up one by one.
# A batch whose id is taken was sent before: the long way finds its receipt.
KEEP = """
CREATE FUNCTION keep_batch({declared}) RETURNS TABLE (
    receipt_no text, body_hash bytea, received_at timestamptz, stored integer, repeated integer, not_kept integer,
    set_aside jsonb, fresh boolean
) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    one_power uuid;
    is_better boolean;
BEGIN
PERFORM FROM subject_states t
WHERE t.subject_id = in_subject_id AND (in_session_id IS NULL OR EXISTS (
    SELECT FROM sessions s
    JOIN subjects p ON p.id = s.owner_id AND p.status = 'in_correction'
    JOIN device_bindings b ON b.subject_id = p.id AND b.device_id = s.device_id AND b.bound @> in_now
    WHERE s.id = in_session_id AND s.owner_id = in_subject_id AND s.owner_kind = 'subject'
      AND s.ended_at IS NULL AND s.expires_at > in_now))
FOR NO KEY UPDATE OF t;
IF NOT FOUND THEN
    RETURN;
END IF;
SELECT (array_agg(p.id))[1], in_offset_s IS NOT NULL AND NOT EXISTS (
    SELECT FROM clock_proofs c
    WHERE c.subject_id = in_subject_id AND c.boot_id = in_boot_id AND c.offset_s <= in_offset_s)
INTO one_power, is_better
FROM collection_powers p
WHERE p.subject_id = in_subject_id AND p.phone AND p.covers && tstzrange(in_oldest, in_newest, '[]')
HAVING count(*) = 1 AND bool_and(p.covers @> tstzrange(in_oldest, in_newest, '[]')) AND NOT EXISTS (
    SELECT FROM positions k WHERE k.subject_id = in_subject_id AND k.recorded_at BETWEEN in_first AND in_last);
IF FOUND THEN
    RETURN QUERY
    INSERT INTO position_batches AS b (subject_id, request_id, body_hash, receipt_no, received_at, stored, repeated,
                                       not_kept, set_aside)
    SELECT in_subject_id, in_request_id, in_body_hash,
           in_year || '-' || lpad((n / 10000)::text, greatest(4, length((n / 10000)::text)), '0')
           || '-' || lpad((n % 10000)::text, 4, '0'),
           in_now, cardinality(in_id), in_doubled, 0, '[]'
    FROM nextval('receipt_numbers') AS n
    ON CONFLICT (subject_id, request_id) DO NOTHING
    RETURNING b.receipt_no, b.body_hash, b.received_at, b.stored, b.repeated, b.not_kept, b.set_aside, true;
    IF FOUND THEN
        INSERT INTO positions (subject_id, recorded_at, id, effective_at, sent_at, received_at, time_proven, power_id,
                               place, lon, lat, datum, accuracy_m, speed_mps, heading_deg, altitude_m, battery_percent,
                               provider, mock)
        SELECT in_subject_id, u.recorded_at, u.id, u.effective_at, in_sent_at, in_now, u.time_proven, one_power,
               ST_SetSRID(ST_MakePoint(u.x, u.y), 4326), u.lon, u.lat, u.datum, u.accuracy_m, u.speed_mps,
               u.heading_deg, u.altitude_m, u.battery_percent, u.provider, u.mock
        FROM unnest(
            in_id, in_recorded_at, in_effective_at, in_proven,
            in_lon, in_lat, in_sent_lon, in_sent_lat, in_datum,
            in_accuracy_m, in_speed_mps, in_heading_deg, in_altitude_m,
            in_battery_percent, in_provider, in_mock
        ) AS u(id, recorded_at, effective_at, time_proven, x, y, lon, lat, datum, accuracy_m, speed_mps, heading_deg,
               altitude_m, battery_percent, provider, mock);
        IF is_better THEN
            INSERT INTO clock_proofs (subject_id, boot_id, offset_s, proved_at)
            VALUES (in_subject_id, in_boot_id, in_offset_s, in_now)
            ON CONFLICT (subject_id, boot_id) DO UPDATE SET offset_s = excluded.offset_s, proved_at = excluded.proved_at;
        END IF;
        UPDATE subject_states t SET
            last_heard_at = greatest(t.last_heard_at, in_now),
            heard_again_at = CASE WHEN t.silent THEN coalesce(t.heard_again_at, in_now) ELSE t.heard_again_at END,
            last_position_at = CASE WHEN in_newest > coalesce(t.last_position_at, '-infinity')
                               THEN in_newest ELSE t.last_position_at END,
            last_position = CASE WHEN in_newest > coalesce(t.last_position_at, '-infinity')
                            THEN ST_SetSRID(ST_MakePoint(in_lon[in_newest_n], in_lat[in_newest_n]), 4326)
                            ELSE t.last_position END,
            last_accuracy_m = CASE WHEN in_newest > coalesce(t.last_position_at, '-infinity')
                              THEN in_accuracy_m[in_newest_n] ELSE t.last_accuracy_m END,
            battery_percent = CASE WHEN in_newest > coalesce(t.last_position_at, '-infinity')
                              THEN coalesce(in_battery_percent[in_newest_n], t.battery_percent)
                              ELSE t.battery_percent END,
            rejudge_from = least(t.rejudge_from, in_oldest)
        WHERE t.subject_id = in_subject_id;
        RETURN;
    END IF;
END IF;
RETURN QUERY SELECT * FROM keep_positions({passed});
END
$$
"""


def upgrade() -> None:
    """One function, which knows that of 0008."""
    declared = ", ".join(f"in_{name} {kind}" for name, kind in ARGUMENTS.items())
    given = [f"in_{name}" for name in (*SCALARS, *REPORTS)]
    after = given.index("in_doubled") + 1
    passed = ", ".join([*given[:after], *NOTHING_ASIDE, *given[after:]])
    op.execute(KEEP.format(declared=declared, passed=passed))


def downgrade() -> None:
    """The release before calls those of 0008 themselves."""
    op.execute("DROP FUNCTION keep_batch")
