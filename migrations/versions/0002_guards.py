"""What the database itself sees to: partitions of positions, rows that never change, least privilege."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APP_ROLE = "zhifang_app"

PARTITIONS = """
CREATE FUNCTION ensure_position_partitions(from_month date, months integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    month_start date;
    partition text;
    low text;
    high text;
    made integer := 0;
BEGIN
    FOR n IN 0 .. months - 1 LOOP
        month_start := (date_trunc('month', from_month) + make_interval(months => n))::date;
        partition := 'positions_' || to_char(month_start, 'YYYYMM');
        IF to_regclass('public.' || partition) IS NULL THEN
            low := to_char(month_start, 'YYYY-MM-DD') || ' 00:00:00+00';
            high := to_char(month_start + interval '1 month', 'YYYY-MM-DD') || ' 00:00:00+00';
            -- A phone whose clock ran ahead may have left rows of this month in the default partition.
            LOCK TABLE public.positions_default IN ACCESS EXCLUSIVE MODE;
            EXECUTE format('CREATE TABLE public.%I (LIKE public.positions INCLUDING ALL)', partition);
            EXECUTE format(
                'WITH moved AS (DELETE FROM public.positions_default WHERE recorded_at >= %L AND recorded_at < %L '
                'RETURNING *) INSERT INTO public.%I SELECT * FROM moved',
                low, high, partition
            );
            EXECUTE format(
                'ALTER TABLE public.positions ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
                partition, low, high
            );
            made := made + 1;
        END IF;
    END LOOP;
    RETURN made;
END
$$
"""

NEVER_CHANGED = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$$
"""

POLICY_CONTENT = """
CREATE FUNCTION refuse_policy_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.office_id, NEW.name, NEW.content, NEW.content_hash, lower(NEW.in_force))
        IS DISTINCT FROM (OLD.id, OLD.office_id, OLD.name, OLD.content, OLD.content_hash, lower(OLD.in_force)) THEN
        RAISE EXCEPTION 'a policy version keeps its content' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$
"""

ONLY_ADDED = ("audit", "duty_events", "alert_events", "records", "record_items")
DELETABLE = (
    "collection_powers",
    "positions",
    "poison",
    "subject_contacts",
    "uptimes",
    "job_runs",
    "device_health",
    "wrong_log_ins",
)


def upgrade() -> None:
    """Partitions for the current year onward come from the job; the default partition catches the rest."""
    op.execute("CREATE TABLE positions_default PARTITION OF positions DEFAULT")
    op.execute(PARTITIONS)
    op.execute(NEVER_CHANGED)
    op.execute(POLICY_CONTENT)
    for table in ONLY_ADDED:
        op.execute(
            f"CREATE TRIGGER {table}_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(
        "CREATE TRIGGER policy_versions_keep_content BEFORE UPDATE ON policy_versions "
        "FOR EACH ROW EXECUTE FUNCTION refuse_policy_change()"
    )
    op.execute(
        f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN {grants()} END IF; END $$"
    )


def grants() -> str:
    """What the application's role may do: read all, add and change rows, delete only what the law makes it delete."""
    statements = [
        f"GRANT USAGE ON SCHEMA public TO {APP_ROLE}",
        f"GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO {APP_ROLE}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}",
        f"REVOKE INSERT, UPDATE ON alembic_version FROM {APP_ROLE}",
        f"GRANT DELETE ON {', '.join(DELETABLE)} TO {APP_ROLE}",
        f"REVOKE UPDATE ON {', '.join(ONLY_ADDED)} FROM {APP_ROLE}",
        f"GRANT EXECUTE ON FUNCTION ensure_position_partitions(date, integer) TO {APP_ROLE}",
    ]
    return "; ".join(statements) + ";"


def downgrade() -> None:
    """Take the guards and the application's rights away again."""
    op.execute(
        f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN "
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {APP_ROLE}; "
        f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {APP_ROLE}; "
        f"REVOKE USAGE ON SCHEMA public FROM {APP_ROLE}; END IF; END $$"
    )
    op.execute("DROP TRIGGER policy_versions_keep_content ON policy_versions")
    for table in ONLY_ADDED:
        op.execute(f"DROP TRIGGER {table}_only_added ON {table}")
    op.execute("DROP FUNCTION refuse_policy_change()")
    op.execute("DROP FUNCTION refuse_change()")
    op.execute("DROP FUNCTION ensure_position_partitions(date, integer)")
    op.execute("DROP TABLE positions_default")
