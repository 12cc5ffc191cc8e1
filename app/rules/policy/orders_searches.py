"""The clocks of positioning orders and of searches: local values beside the law's, all of them assumed for now."""

from dataclasses import dataclass

from app.rules.policy.reader import Table

LONGEST_RENEWAL_DAYS = 60
LONGEST_SEARCH_H = 24 * 30


@dataclass(frozen=True, slots=True)
class OrderClocks:
    """Days before its end at which an order asks for an assessment, and days in which its notice is to be served."""

    renewal_days: int = 14
    serve_days: int = 3


@dataclass(frozen=True, slots=True)
class SearchClocks:
    """Hours of a search (查找) [Law 30; Measures 38 names none].

    Counted from the last contact: when a rule opens it, and by when a supervisor decides on telling the police. Counted
    from its opening: the least time for calls, which else are due on the same day; going there; telling the
    procuratorate.
    """

    open_after_h: float = 24
    police_after_h: float = 72
    calls_least_h: float = 2
    visit_within_h: float = 48
    procuratorate_within_h: float = 24


USUAL_ORDER_CLOCKS, USUAL_SEARCH_CLOCKS = OrderClocks(), SearchClocks()


def read_orders(root: Table) -> OrderClocks:
    """`orders`: may be left out, whole or key by key."""
    usual = USUAL_ORDER_CLOCKS
    if not root.has("orders"):
        return usual
    table = root.table("orders")
    clocks = OrderClocks(
        renewal_days=table.integer("renewal_days", 1, LONGEST_RENEWAL_DAYS, if_absent=usual.renewal_days),
        serve_days=table.integer("serve_days", 0, 30, if_absent=usual.serve_days),
    )
    table.finish()
    return clocks


def read_searches(root: Table) -> SearchClocks:
    """`searches`: may be left out, whole or key by key."""
    usual = USUAL_SEARCH_CLOCKS
    if not root.has("searches"):
        return usual
    table = root.table("searches")
    clocks = SearchClocks(
        open_after_h=_hours(table, "open_after_h", usual.open_after_h),
        police_after_h=_hours(table, "police_after_h", usual.police_after_h),
        calls_least_h=_hours(table, "calls_least_h", usual.calls_least_h),
        visit_within_h=_hours(table, "visit_within_h", usual.visit_within_h),
        procuratorate_within_h=_hours(table, "procuratorate_within_h", usual.procuratorate_within_h),
    )
    if clocks.police_after_h <= clocks.open_after_h and table.report.is_clean(table.path):
        table.report.add("ladder", table.at("police_after_h"), other=".".join(table.at("open_after_h")))
    table.finish()
    return clocks


def _hours(table: Table, key: str, usual: float) -> float:
    return table.number(key, 0.01, LONGEST_SEARCH_H) if table.has(key) else usual
