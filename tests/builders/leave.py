"""Requests for leave, as they are sent, and as rules look at them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from app.rules.facts import Channel, DutyState, SubjectStatus
from app.rules.leave import LeaveGround, LeaveKind, LeaveLevel, LeaveState
from app.rules.leave.facts import Leave, Person, Wanted
from app.rules.policy import Policy
from tests.builders.offices import shipped_policy

HANGZHOU, LONGYOU = "330106", "330825"
"""A 区 of 杭州, which stands for its urban area, and a county next to 江山."""

DAY = timedelta(days=1)


def a_request(from_at: datetime, until: datetime | None, **changes: Any) -> dict[str, Any]:
    """The body of a request to visit a hospital in the next county."""
    return {
        "id": str(uuid4()),
        "ground": "medical",
        "reason": "到龙游的医院复查",
        "destinations": [LONGYOU],
        "place": "龙游县人民医院",
        "from": from_at.isoformat(),
        **({"to": until.isoformat()} if until else {}),
        "travel": "大巴",
        "contact": "13800000002",
        **changes,
    }


def wanted(from_at: datetime | None, until: datetime | None, **changes: Any) -> Wanted:
    """The same as a command."""
    values: dict[str, Any] = {
        "id": uuid5(NAMESPACE_URL, f"test:leave:{from_at}:{until}"),
        "kind": LeaveKind.LEAVE,
        "ground": LeaveGround.MEDICAL,
        "reason": "到龙游的医院复查",
        "destinations": (LONGYOU,),
        "place": "龙游",
        "from_at": from_at,
        "until": until,
        "travel": "大巴",
        "contact": "13800000002",
        "body_hash": b"body",
    }
    return Wanted(**{**values, **changes})


def a_leave(from_at: datetime, until: datetime, key: str = "leave", **changes: Any) -> Leave:
    """A leave that was approved before it began; `state` and the rest may be changed."""
    leave_id = uuid5(NAMESPACE_URL, f"test:leave:{key}")
    values: dict[str, Any] = {
        "id": leave_id,
        "root_id": leave_id,
        "extends_id": None,
        "kind": LeaveKind.LEAVE,
        "state": LeaveState.APPROVED,
        "from_at": from_at,
        "until": until,
        "destinations": (HANGZHOU,),
        "decider": LeaveLevel.OFFICE,
        "decided_by": UUID(int=7),
        "decided_level": LeaveLevel.OFFICE,
        "counts_from": from_at,
        "duty_id": uuid5(leave_id, "duty"),
        "duty_state": DutyState.OPEN,
        "duty_due_at": until,
        "duty_grace_until": until + DAY,
    }
    return Leave(**{**values, **changes})


def a_person(*leaves: Leave, policy: Policy | None = None, **changes: Any) -> Person:
    """Somebody in correction in an office that decides by delegation."""
    values: dict[str, Any] = {
        "subject_id": UUID(int=1),
        "status": SubjectStatus.IN_CORRECTION,
        "office_id": UUID(int=3),
        "office_code": "jiangshan-shuangta",
        "channel": Channel.SMARTPHONE,
        "policy_version_id": UUID(int=4),
        "policy": policy or shipped_policy(),
        "leaves": leaves,
        "deciders": {
            LeaveLevel.OFFICE: (UUID(int=7),),
            LeaveLevel.COUNTY: (UUID(int=8),),
            LeaveLevel.CITY: (UUID(int=9),),
        },
    }
    return Person(**{**values, **changes})
