"""The table of jobs: what runs when, and why."""

from datetime import time, timedelta

from app.deps import Deps
from app.jobs import audit_chain, files, maintenance, photos, policy_trials, records, retention, snapshots, sweeps
from app.jobs.deliver import deliver
from app.jobs.deliver_channels import deliver_channels
from app.jobs.job import Job
from app.store import jobs as store

DAY = timedelta(days=1, hours=2)

JOBS: tuple[Job, ...] = (
    Job(
        "plan_duties",
        sweeps.plan,
        "duties and powers to collect are written three days ahead, so that a dead scheduler hides nothing",
        every=timedelta(seconds=30),
        max_age=timedelta(minutes=10),
    ),
    Job(
        "spread_periods",
        sweeps.announced,
        "a sensitive time that a county announced is in everybody's file before it begins",
        every=timedelta(seconds=10),
        max_age=timedelta(minutes=10),
    ),
    Job(
        "plan_occasions",
        sweeps.plan_what_follows,
        "what happened is talked over or looked after within days: its duties are written at once",
        every=timedelta(seconds=10),
        max_age=timedelta(minutes=5),
    ),
    Job(
        "open_duties",
        sweeps.open_windows,
        "office and policy of a duty are fixed when it opens, and a random window is told to the phone",
        every=timedelta(seconds=5),
        max_age=timedelta(minutes=2),
    ),
    Job(
        "judge_positions",
        sweeps.judge_fixes,
        "what phones reported is judged within a second, late and live alike",
        every=timedelta(seconds=1),
        max_age=timedelta(minutes=2),
    ),
    Job(
        "remind_duties",
        sweeps.remind,
        "a reminder before the end of a window prevents most misses",
        every=timedelta(seconds=10),
        max_age=timedelta(minutes=5),
    ),
    Job(
        "judge_duties",
        sweeps.judge,
        "a duty that nobody fulfilled is missed, or unjudged where the service was away",
        every=timedelta(seconds=5),
        max_age=timedelta(minutes=2),
    ),
    Job(
        "check_silence",
        sweeps.silence,
        "who is not heard of is looked for at once [Law 30]",
        every=timedelta(seconds=10),
        max_age=timedelta(minutes=5),
    ),
    Job(
        "guard_outages",
        sweeps.outages,
        "an outage of a carrier is one incident, and no alert about each of its customers",
        every=timedelta(seconds=60),
        max_age=timedelta(minutes=10),
    ),
    Job(
        "weigh_causes",
        sweeps.weigh,
        "what is behind a silence shows only when the phone is back",
        every=timedelta(seconds=60),
        max_age=timedelta(minutes=10),
    ),
    Job(
        "climb_ladder",
        sweeps.ladder,
        "an alert that nobody takes on goes to the county and then to the city",
        every=timedelta(seconds=1),
        max_age=timedelta(minutes=2),
    ),
    Job(
        "deliver",
        deliver,
        "pushes leave the outbox; the listener wakes it, this tick is the net below",
        every=timedelta(seconds=1),
        max_age=timedelta(minutes=2),
    ),
    Job(
        "deliver_channels",
        deliver_channels,
        "what nobody reads on a phone goes to the user's own channel, leased apart: no vendor holds up another",
        every=timedelta(seconds=1),
        max_age=timedelta(minutes=2),
    ),
    Job(
        "look_at_phones",
        sweeps.phones,
        "a phone that needs a hand is told of in the morning, once, with what to tell its owner",
        daily_at=time(9, 0),
        max_age=DAY,
    ),
    Job(
        "owe_correction",
        sweeps.correction_owed,
        "whoever came before the rule asked for a group and a plan gets both [Law 24, 25]",
        daily_at=time(3, 50),
        max_age=DAY,
    ),
    Job(
        "look_after_alerts",
        sweeps.left_alerts,
        "an alert that somebody took on and forgot climbs no more: each morning it is told of",
        daily_at=time(8, 30),
        max_age=DAY,
    ),
    Job(
        "look_ahead_absences",
        sweeps.absences,
        "that nobody will be on duty is known days before it matters",
        daily_at=time(8, 0),
        max_age=DAY,
    ),
    Job(
        "remind_permits",
        sweeps.permits,
        "whoever travels by a permit may ask anew before it ends [Measures 29]",
        every=timedelta(minutes=10),
        max_age=timedelta(hours=2),
    ),
    Job(
        "seal_audit",
        audit_chain.seal,
        "what was done and seen is sealed into a chain, so that nobody can change it unnoticed",
        every=timedelta(seconds=5),
        max_age=timedelta(minutes=5),
    ),
    Job(
        "note_audit_head",
        audit_chain.note_head,
        "the head of that chain is noted outside the database, so that its end cannot be cut off unnoticed",
        every=timedelta(minutes=10),
        max_age=timedelta(minutes=40),
    ),
    Job(
        "watchdog",
        maintenance.watch,
        "finds states that must not be, so that a fault of the service is not taken for a person's silence",
        every=timedelta(seconds=60),
        max_age=timedelta(minutes=10),
    ),
    Job(
        "account_for_days",
        maintenance.account,
        "whether all checks of yesterday were made is known the next morning, and told where they were not",
        every=timedelta(minutes=10),
        max_age=timedelta(hours=2),
    ),
    Job(
        "make_partitions",
        maintenance.make_partitions,
        "positions of the months to come find their own partition",
        daily_at=time(3, 10),
        max_age=DAY,
    ),
    Job(
        "purge",
        maintenance.purge,
        "set-aside reports and officers' ended secrets go after 30 days, records of runs after a year",
        daily_at=time(3, 30),
        max_age=DAY,
    ),
    Job(
        "take_snapshots",
        snapshots.take,
        "a month's figures are kept some days after its end, so that what is corrected later shows beside them",
        every=timedelta(hours=1),
        max_age=timedelta(hours=6),
    ),
    Job(
        "load_units",
        maintenance.load_units,
        "a position is named by its county: units come out of the outlines, one province a run, until all are there",
        every=timedelta(seconds=30),
        max_age=timedelta(hours=6),
    ),
    Job(
        "try_policies",
        policy_trials.make,
        "what a draft of the policy would have asked for is counted here, so that no page waits for it",
        every=timedelta(seconds=5),
        max_age=timedelta(minutes=30),
    ),
    Job(
        "delete_photos",
        photos.delete,
        "photos of faces are kept no longer than the policy says",
        every=timedelta(hours=1),
        max_age=timedelta(hours=6),
    ),
    Job(
        "keep_no_longer",
        retention.delete,
        "places and what phones told of themselves are kept no longer than the policy says",
        daily_at=time(3, 40),
        max_age=DAY,
    ),
    Job(
        "prove_records",
        records.prove,
        "what a record proves is judged again when photos or positions come later",
        every=timedelta(minutes=1),
        max_age=timedelta(minutes=30),
    ),
    Job(
        "delete_files",
        files.delete,
        "attachments of case files are kept no longer than the policy says",
        every=timedelta(hours=1),
        max_age=timedelta(hours=6),
    ),
    Job(
        "sweep_files",
        files.sweep,
        "what a power cut left in the store of files is nobody's, and what the store has lost is told",
        daily_at=time(3, 50),
        max_age=DAY,
    ),
)


def declare(deps: Deps) -> None:
    """Make the jobs known to the database, so that a job that never ran shows as such."""
    with deps.transaction() as tx:
        store.declare(tx, [(job.name, int(job.max_age.total_seconds()), job.why) for job in JOBS])
