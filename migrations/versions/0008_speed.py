"""Speed: batches of positions are kept by functions, whose plans each connection makes once.

The statement is longer than what the driver remembers to have read, and behind a pooler, where nothing stays prepared,
the server would plan it anew for each request: that took longer than carrying it out. What it does is told below; what
each argument is, in app/store/positions.py, which alone calls it.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# The subject's lock is taken first, as by every change, and by a statement of its own: what waited for a lifting or for
# another batch begins the second statement after it, and so reads powers, points and receipts as they were left.
# The session is looked up with the lock: one that has ended finds no state row, and so gets no receipt.
# A check is the milder power and wins over an order: such a point stays lawful when the order is lifted. `powers` is in
# that order, and a scan of it keeps it. `known` is what is stored already of the instants of the batch, see KNOWN.
# A plan is kept, and a partition that was empty when it was made must not be read whole for ever after.
# The batch's row comes before the points: where one with its id is there already, its receipt is the answer, and
# nothing else is written.
KEEP = """
CREATE FUNCTION {name}(
    in_subject_id uuid, in_session_id uuid, in_request_id uuid, in_body_hash bytea, in_now timestamptz,
    in_sent_at timestamptz, in_year text, in_oldest timestamptz, in_newest timestamptz, in_first timestamptz,
    in_last timestamptz, in_doubled integer, in_set_aside jsonb, in_poison_ids uuid[], in_poison_reasons text[],
    in_poison_bodies bytea[], in_key_version integer, in_boot_id text, in_offset_s float8, in_id uuid[],
    in_recorded_at timestamptz[], in_effective_at timestamptz[], in_proven boolean[], in_lon float8[],
    in_lat float8[], in_sent_lon float8[], in_sent_lat float8[], in_datum text[], in_accuracy_m float8[],
    in_speed_mps float8[], in_heading_deg float8[], in_altitude_m float8[], in_battery_percent integer[],
    in_provider text[], in_mock boolean[]
) RETURNS TABLE (
    receipt_no text, body_hash bytea, received_at timestamptz, stored integer, repeated integer, not_kept integer,
    set_aside jsonb, fresh boolean
) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
#variable_conflict use_column
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
RETURN QUERY
WITH powers AS MATERIALIZED (
    SELECT p.id, p.covers FROM collection_powers p
    WHERE p.subject_id = in_subject_id AND p.phone AND p.covers && tstzrange(in_oldest, in_newest, '[]')
    ORDER BY p.kind, p.id
), known AS MATERIALIZED ({known}
), sent AS MATERIALIZED (
    SELECT u.*,
           (SELECT p.id FROM powers p WHERE p.covers @> u.effective_at LIMIT 1) AS power_id,
           EXISTS (SELECT FROM known k WHERE k.recorded_at = u.recorded_at
                   AND (k.id = u.id OR (k.lon = u.lon AND k.lat = u.lat))) AS known
    FROM unnest(
        in_id, in_recorded_at, in_effective_at, in_proven,
        in_lon, in_lat, in_sent_lon, in_sent_lat, in_datum,
        in_accuracy_m, in_speed_mps, in_heading_deg, in_altitude_m,
        in_battery_percent, in_provider, in_mock
    ) AS u(id, recorded_at, effective_at, time_proven, x, y, lon, lat, datum, accuracy_m, speed_mps, heading_deg,
           altitude_m, battery_percent, provider, mock)
), counts AS MATERIALIZED (
    SELECT count(*) FILTER (WHERE power_id IS NULL) AS not_kept,
           count(*) FILTER (WHERE power_id IS NOT NULL AND known) AS repeated,
           count(*) FILTER (WHERE power_id IS NOT NULL AND NOT known) AS stored,
           min(effective_at) FILTER (WHERE power_id IS NOT NULL AND NOT known) AS oldest,
           max(effective_at) FILTER (WHERE power_id IS NOT NULL AND NOT known) AS newest
    FROM sent
), number AS MATERIALIZED (
    SELECT in_year || '-' || lpad((n / 10000)::text, greatest(4, length((n / 10000)::text)), '0')
           || '-' || lpad((n % 10000)::text, 4, '0') AS receipt_no
    FROM nextval('receipt_numbers') AS n
), receipt AS (
    INSERT INTO position_batches AS b (subject_id, request_id, body_hash, receipt_no, received_at, stored, repeated,
                                       not_kept, set_aside)
    SELECT in_subject_id, in_request_id, in_body_hash, number.receipt_no, in_now,
           counts.stored, counts.repeated + in_doubled, counts.not_kept, in_set_aside
    FROM number, counts
    ON CONFLICT (subject_id, request_id) DO UPDATE SET request_id = excluded.request_id
    RETURNING b.receipt_no, b.body_hash, b.received_at, b.stored, b.repeated, b.not_kept, b.set_aside,
              b.receipt_no = (SELECT receipt_no FROM number) AS fresh
), stored AS (
    INSERT INTO positions (subject_id, recorded_at, id, effective_at, sent_at, received_at, time_proven, power_id,
                           place, lon, lat, datum, accuracy_m, speed_mps, heading_deg, altitude_m, battery_percent,
                           provider, mock)
    SELECT in_subject_id, s.recorded_at, s.id, s.effective_at, in_sent_at, in_now,
           s.time_proven, s.power_id, ST_SetSRID(ST_MakePoint(s.x, s.y), 4326), s.lon, s.lat, s.datum, s.accuracy_m,
           s.speed_mps, s.heading_deg, s.altitude_m, s.battery_percent, s.provider, s.mock
    FROM receipt, sent s
    WHERE receipt.fresh AND s.power_id IS NOT NULL AND NOT s.known
    ON CONFLICT DO NOTHING
), aside AS (
    INSERT INTO poison (id, subject_id, received_at, client, reason, body_cipher, key_version)
    SELECT p.id, in_subject_id, in_now, 'mobile', p.reason, p.body, in_key_version
    FROM receipt, unnest(in_poison_ids, in_poison_reasons, in_poison_bodies)
         AS p(id, reason, body)
    WHERE receipt.fresh
    ON CONFLICT DO NOTHING
), proof AS (
    INSERT INTO clock_proofs AS c (subject_id, boot_id, offset_s, proved_at)
    SELECT in_subject_id, in_boot_id, in_offset_s, in_now
    WHERE in_offset_s IS NOT NULL AND NOT EXISTS (
        SELECT FROM clock_proofs better
        WHERE better.subject_id = in_subject_id AND better.boot_id = in_boot_id
          AND better.offset_s <= in_offset_s)
    ON CONFLICT (subject_id, boot_id) DO UPDATE SET offset_s = excluded.offset_s, proved_at = excluded.proved_at
    WHERE excluded.offset_s < c.offset_s
), newest AS (
    SELECT s.effective_at, s.x, s.y, s.accuracy_m, s.battery_percent, counts.oldest
    FROM receipt, counts, sent s
    WHERE receipt.fresh AND s.effective_at = counts.newest AND s.power_id IS NOT NULL AND NOT s.known
    ORDER BY s.id
    LIMIT 1
), state AS (
    UPDATE subject_states t SET
        last_heard_at = greatest(t.last_heard_at, in_now),
        heard_again_at = CASE WHEN t.silent THEN coalesce(t.heard_again_at, in_now)
                         ELSE t.heard_again_at END,
        last_position_at = CASE WHEN n.effective_at > coalesce(t.last_position_at, '-infinity')
                           THEN n.effective_at ELSE t.last_position_at END,
        last_position = CASE WHEN n.effective_at > coalesce(t.last_position_at, '-infinity')
                        THEN ST_SetSRID(ST_MakePoint(n.x, n.y), 4326) ELSE t.last_position END,
        last_accuracy_m = CASE WHEN n.effective_at > coalesce(t.last_position_at, '-infinity')
                          THEN n.accuracy_m ELSE t.last_accuracy_m END,
        battery_percent = CASE WHEN n.effective_at > coalesce(t.last_position_at, '-infinity')
                          THEN coalesce(n.battery_percent, t.battery_percent) ELSE t.battery_percent END,
        rejudge_from = least(t.rejudge_from, n.oldest)
    FROM (SELECT 1) AS one LEFT JOIN newest n ON true
    WHERE t.subject_id = in_subject_id
)
SELECT receipt_no, body_hash, received_at, stored, repeated, not_kept, set_aside, fresh FROM receipt;
END
$$
"""

KNOWN = {
    # All between the first report and the last: of a phone that is up to date, nothing.
    "keep_positions": """
    SELECT k.recorded_at, k.id, k.lon, k.lat FROM positions k
    WHERE k.subject_id = in_subject_id AND k.recorded_at BETWEEN in_first AND in_last""",
    # For batches over long times, in which any number may lie between: the instants of the reports alone, one by one.
    "keep_sparse_positions": """
    SELECT k.recorded_at, k.id, k.lon, k.lat
    FROM unnest(in_recorded_at) AS one(instant), LATERAL (
        SELECT * FROM positions p WHERE p.subject_id = in_subject_id AND p.recorded_at = one.instant OFFSET 0) AS k""",
}


BATCH_OF = "fk_position_batches_subject_id"
"""Looking the subject up, and locking its wide row, cost each batch as much as its receipt. The functions write a
receipt only for a state row that they hold locked, which has the same constraint, and positions never had one.
"""


def upgrade() -> None:
    """Two functions that differ in one part, so that each has a plan of its own; receipts need no look at the subject."""
    op.drop_constraint(BATCH_OF, "position_batches", type_="foreignkey")
    for name, known in KNOWN.items():
        op.execute(KEEP.format(name=name, known=known))
    # Without it each page of an officer's list, such as missed visits, reads and sorts all duties there ever were.
    op.create_index("ix_duties_kind", "duties", ["kind", "state", "due_at", "id"], unique=False)
    # The same for the list of everything, which the interface pages through by due time.
    op.create_index("ix_duties_due_at", "duties", ["due_at", "id"], unique=False)


def downgrade() -> None:
    """The release before brings its statement along."""
    op.drop_index("ix_duties_due_at", table_name="duties")
    op.drop_index("ix_duties_kind", table_name="duties")
    for name in KNOWN:
        op.execute(f"DROP FUNCTION {name}")
    op.execute(
        f"ALTER TABLE position_batches ADD CONSTRAINT {BATCH_OF} "
        "FOREIGN KEY (subject_id) REFERENCES subjects (id) NOT VALID"
    )
    op.execute(f"ALTER TABLE position_batches VALIDATE CONSTRAINT {BATCH_OF}")
