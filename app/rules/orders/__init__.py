"""Electronic positioning orders [Law 29; Measures 37]: decided, told, served, assessed, extended, lifted."""

from app.rules.orders.ending import RenewalFacts, ask_renewal, at_the_end
from app.rules.orders.making import NOTICE_RULE, RENEWAL_RULE, NewOrder, asked_at, make
from app.rules.orders.papers import (
    AskedLift,
    Assessed,
    OpenRequest,
    OrderFile,
    Served,
    ask_lift,
    assess,
    lift,
    refuse_lift,
    serve,
)
from app.rules.orders.terms import (
    BACKDATED_AT_MOST,
    LiftFacts,
    OrderFacts,
    OwedDuty,
    Previous,
    Term,
    check_order,
    lifted_term,
)

__all__ = [
    "BACKDATED_AT_MOST",
    "NOTICE_RULE",
    "RENEWAL_RULE",
    "AskedLift",
    "Assessed",
    "LiftFacts",
    "NewOrder",
    "OpenRequest",
    "OrderFacts",
    "OrderFile",
    "OwedDuty",
    "Previous",
    "RenewalFacts",
    "Served",
    "Term",
    "ask_lift",
    "ask_renewal",
    "asked_at",
    "assess",
    "at_the_end",
    "check_order",
    "lift",
    "lifted_term",
    "make",
    "refuse_lift",
    "serve",
]
