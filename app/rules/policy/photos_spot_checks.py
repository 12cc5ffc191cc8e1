"""Reading what a policy says of spot checks and of photos. Both tables may be left out."""

from app.rules.calendar import DAY_MINUTES
from app.rules.policy.reader import Table
from app.rules.policy.tree import PhotoMode, Photos, SpotLimits

LONGEST_KEPT_DAYS = 1_100
"""Three years: the longest probation is five, and nobody needs the photo of a check-in for all of it."""


def read_spot_checks(root: Table) -> SpotLimits:
    """`spot_checks`: limits in minutes, the hours of the day, how many a day. None a day: no spot checks at all."""
    usual = SpotLimits()
    if not root.has("spot_checks"):
        return usual
    table = root.table("spot_checks")
    limits = SpotLimits(
        min_minutes=table.integer("min_minutes", 1, DAY_MINUTES, if_absent=usual.min_minutes),
        max_minutes=table.integer("max_minutes", 1, DAY_MINUTES, if_absent=usual.max_minutes),
        from_minute=table.clock("from", DAY_MINUTES - 1) if table.has("from") else usual.from_minute,
        to_minute=table.clock("to") if table.has("to") else usual.to_minute,
        per_day=table.integer("per_day", 0, 24, if_absent=usual.per_day),
    )
    if table.report.is_clean(table.path):
        if limits.max_minutes < limits.min_minutes:
            table.report.add("ladder", table.at("max_minutes"), other=".".join(table.at("min_minutes")))
        if limits.to_minute <= limits.from_minute:
            table.report.add("order", table.at("to"), other="from")
    table.finish()
    return limits


def read_photos(root: Table) -> Photos:
    """`photos`: whether check-ins may carry them, on which basis, and for how many days a photo is kept."""
    if not root.has("photos"):
        return Photos()
    table = root.table("photos")
    photos = Photos(
        check_ins=PhotoMode(table.choice("check_ins", tuple(PhotoMode))),
        basis=table.text("basis", may_be_absent=True),
        keep_days=table.integer("keep_days", 1, LONGEST_KEPT_DAYS, if_absent=Photos().keep_days),
    )
    if photos.check_ins is not PhotoMode.OFF and not photos.basis and table.report.is_clean(table.path):
        table.report.add("photo_basis_missing", table.at("basis"))
    table.finish()
    return photos
