"""What the policy that held when a record was written asks of its items."""

from collections.abc import Mapping

from sqlalchemy import Connection

from app.queries.visits import RecordView
from app.store import policies


def evidence_wanted(connection: Connection, record: RecordView) -> Mapping[str, tuple[str, ...]]:
    """By item, for a record that the caller found within reach; nothing for an item that the policy has no more."""
    policy = policies.of_office(connection, record.office_id, at=record.written_at).policy
    found = {one.item: policy.item(one.item) for one in record.items}
    return {code: tuple(word.value for word in item.evidence) if item else () for code, item in found.items()}
