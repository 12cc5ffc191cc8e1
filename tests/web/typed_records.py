"""What the form of a record sends."""

from uuid import uuid4

JSON = {"Accept": "application/json"}
"""As a script asks."""


def typed(**changes: str) -> dict[str, str]:
    """What the form sends; a change to "" leaves a field empty."""
    return {
        "id": str(uuid4()),
        "kind": "visit",
        "items": "访1",
        "finding.访1": "与母亲同住",
        "evidence.访1": "place",
        "happened_at": "2026-03-02T08:30",
        "ended_at": "2026-03-02T08:50",
        "started_at": "2026-03-02T00:30:12.500Z",
        "sent_at": "2026-03-02T01:00:00.000Z",
        "lon": "118.6275",
        "lat": "28.738",
        "accuracy_m": "15",
        "met": "本人、母亲",
        "note": "在家,情况平稳。",
        "lines": "问:最近怎样?\n答:在找工作。\n想去木业厂。",
        "mood": "steady",
        "risk": "low",
        "follow_up": "核实工作",
        "follow_up_on": "2026-03-09",
        "signed_subject": "refused",
        "why_not_signed": "手受伤",
        "signed_officer": "on_paper",
        **changes,
    }
