"""What a policy says of leave: who was delegated, what return asks for, when the service reminds. May be left out."""

from dataclasses import dataclass

from app.rules.policy.reader import Table


@dataclass(frozen=True, slots=True)
class LeaveRules:
    """Local matters of leave. `delegated`: the county lets its justice offices decide on short leave [Measures 27],
    but for those whose codes are in `not_delegated`. Without a word in the policy nobody was delegated.

    `confirm_return`: a return that was reported by phone stands only once an officer confirmed it.
    """

    delegated: bool = False
    not_delegated: tuple[str, ...] = ()
    confirm_return: bool = False
    remind_return_h: int = 12
    recall_h: int = 24
    permit_remind_days: int = 14
    proof_keep_days: int = 730

    def office_decides(self, office_code: str) -> bool:
        """Whether this justice office decides on short leave by delegation."""
        return self.delegated and office_code not in self.not_delegated


LONGEST_KEPT_DAYS = 3_650
USUAL_LEAVE = LeaveRules()


def read_leave(root: Table) -> LeaveRules:
    """`leave`: delegation, returns and reminders. Any key may be left out."""
    usual = USUAL_LEAVE
    if not root.has("leave"):
        return usual
    table = root.table("leave")
    rules = LeaveRules(
        delegated=table.flag("delegated") if table.has("delegated") else usual.delegated,
        not_delegated=_codes(table),
        confirm_return=table.flag("confirm_return") if table.has("confirm_return") else usual.confirm_return,
        remind_return_h=table.integer("remind_return_h", 0, 24 * 7, if_absent=usual.remind_return_h),
        recall_h=table.integer("recall_h", 1, 24 * 7, if_absent=usual.recall_h),
        permit_remind_days=table.integer("permit_remind_days", 1, 60, if_absent=usual.permit_remind_days),
        proof_keep_days=table.integer("proof_keep_days", 30, LONGEST_KEPT_DAYS, if_absent=usual.proof_keep_days),
    )
    table.finish()
    return rules


def _codes(table: Table) -> tuple[str, ...]:
    if not table.has("not_delegated"):
        return ()
    codes = table.items("not_delegated")
    for number, code in enumerate(codes, start=1):
        if not isinstance(code, str):
            table.misfit("text", (*table.at("not_delegated"), str(number)), code)
    return tuple(code for code in codes if isinstance(code, str))


def write_leave(rules: LeaveRules) -> dict[str, object]:
    """The section as JSON values, with the keys of the file."""
    return {
        "delegated": rules.delegated,
        "not_delegated": list(rules.not_delegated),
        "confirm_return": rules.confirm_return,
        "remind_return_h": rules.remind_return_h,
        "recall_h": rules.recall_h,
        "permit_remind_days": rules.permit_remind_days,
        "proof_keep_days": rules.proof_keep_days,
    }
