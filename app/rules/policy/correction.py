"""The clocks of correction groups and plans. The law asks for both and names no day [Law 24, 25; Measures 19, 22]: they
are the county's, and assumed until it confirms them. Without the table nothing is owed about groups and plans.
"""

from dataclasses import asdict, dataclass

from app.rules.facts import SupervisionClass
from app.rules.policy.reader import Table


@dataclass(frozen=True, slots=True)
class ReviewMonths:
    """Months after which a plan is looked at again, by class."""

    strict: int
    normal: int
    lenient: int

    def of(self, class_: SupervisionClass) -> int:
        """The months of that class."""
        months: int = getattr(self, class_.value)
        return months


@dataclass(frozen=True, slots=True)
class CorrectionRules:
    """Working days after intake in which group and plan are due, and in which a plan is looked at after a change of
    class. A periodic review opens `review_opens_days` before it is due. `guardian`: a minor's group holds the guardian.
    """

    group_days: int
    plan_days: int
    review_after_class_days: int
    review_opens_days: int
    review_months: ReviewMonths
    guardian: bool
    assumed: bool
    source: str


def read_correction(root: Table) -> CorrectionRules | None:
    """`correction`: may be left out, and then whole."""
    if not root.has("correction"):
        return None
    table = root.table("correction")
    months = table.table("review_months")
    rules = CorrectionRules(
        group_days=table.integer("group_days", 1, 60),
        plan_days=table.integer("plan_days", 1, 60),
        review_after_class_days=table.integer("review_after_class_days", 1, 60),
        review_opens_days=table.integer("review_opens_days", 1, 60),
        review_months=ReviewMonths(
            strict=months.integer("strict", 1, 36),
            normal=months.integer("normal", 1, 36),
            lenient=months.integer("lenient", 1, 36),
        ),
        guardian=table.flag("guardian"),
        assumed=table.flag("assumed"),
        source=table.text("source"),
    )
    months.finish()
    table.finish()
    return rules


def write_correction(rules: CorrectionRules) -> dict[str, object]:
    """As it stands in a file."""
    return asdict(rules)
