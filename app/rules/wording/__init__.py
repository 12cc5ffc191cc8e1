"""From reason codes to Chinese sentences: what people read. No sentence blames, each says what can be done."""

from collections.abc import Mapping
from datetime import date

from app.rules.wording import (
    alerts,
    areas,
    attachments,
    channels,
    correction,
    duties,
    known_facts,
    leave,
    notices,
    occasions,
    orders,
    outages,
    oversight,
    patterns,
    phones,
    photos,
    places,
    policies,
    positions,
    problems,
    proof,
    receipts,
    record_patterns,
    roster,
    sampling,
    searches,
    service,
    spot_checks,
    subjects,
    visits,
    waivers,
    zones,
)
from app.rules.wording.values import shown

SENTENCES: dict[str, str] = {
    **problems.SENTENCES,
    **receipts.SENTENCES,
    **duties.SENTENCES,
    **alerts.SENTENCES,
    **notices.SENTENCES,
    **channels.SENTENCES,
    **correction.SENTENCES,
    **visits.SENTENCES,
    **places.SENTENCES,
    **policies.SENTENCES,
    **positions.SENTENCES,
    **roster.SENTENCES,
    **sampling.SENTENCES,
    **service.SENTENCES,
    **subjects.SENTENCES,
    **photos.SENTENCES,
    **attachments.SENTENCES,
    **proof.SENTENCES,
    **record_patterns.SENTENCES,
    **spot_checks.SENTENCES,
    **orders.SENTENCES,
    **searches.SENTENCES,
    **patterns.SENTENCES,
    **zones.SENTENCES,
    **areas.SENTENCES,
    **leave.SENTENCES,
    **occasions.SENTENCES,
    **waivers.SENTENCES,
    **outages.SENTENCES,
    **phones.SENTENCES,
    **known_facts.SENTENCES,
    **oversight.SENTENCES,
}


def sentence(code: str, params: Mapping[str, object] | None = None, *, today: date | None = None) -> str:
    """The sentence for `code` with its placeholders filled; a placeholder without a value shows as `—`.

    Instants (aware, or in ISO format) show as local times, codes of closed sets by their names. With `today`, for a
    page that is read now, days near it are called 今天, 昨天 and 明天.
    """
    return SENTENCES[code].format_map(_Filled(shown(params or {}, today)))


class _Filled(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "—"
