from dataclasses import replace

import pytest

from app.rules.audit_chain import Act, Break, Checkpoints, Head, Link, Looked, canonical, link, look, seal

ACT = Act(
    id=7,
    at_us=1_772_413_200_000_001,
    actor_kind="user",
    actor_id="00000000-0000-0000-0000-000000000001",
    action="tracks.read",
    subject_id="00000000-0000-0000-0000-000000000002",
    object_kind=None,
    object_id=None,
    reason='核对"轨迹"',
    details='{"points": 3}',
)
ACTS = [ACT._replace(id=n, details=f'{{"points": {n}}}') for n in (3, 4, 8, 9)]
LINKS = seal(Head(), ACTS)
NOTHING_NOTED = Checkpoints()


def test_the_canonical_form_never_changes() -> None:
    """Written out, so that a change of the form cannot pass for the same form: old seals must stay readable."""
    assert canonical(5, ACT).decode() == (
        '[1,5,7,1772413200000001,"user","00000000-0000-0000-0000-000000000001","tracks.read",'
        '"00000000-0000-0000-0000-000000000002",null,null,"核对\\"轨迹\\"","{\\"points\\": 3}"]'
    )
    assert link(Head(4, 6, bytes(range(32))), ACT).hash.hex() == (
        "8a9a6aca42352776b6519e9bc1d2596de8b9ca90ba184303cbe49e618b452822"
    )


def test_no_two_acts_share_a_canonical_form() -> None:
    """Where one column ends and the next begins is part of it, and nothing is not the same as an empty text."""
    changed = [
        ACT._replace(action="tracks", object_kind=".read"),
        ACT._replace(reason=None),
        ACT._replace(reason=""),
        ACT._replace(reason="null"),
        ACT._replace(object_kind='",null,"'),
    ]
    assert len({canonical(5, act) for act in [ACT, *changed]}) == len(changed) + 1


def test_links_follow_one_another_from_nothing() -> None:
    assert [(one.seq, one.audit_id) for one in LINKS] == [(1, 3), (2, 4), (3, 8), (4, 9)]
    assert [one.previous for one in LINKS] == [bytes(32), *(one.hash for one in LINKS[:-1])]
    assert look(Head(), LINKS, ACTS, NOTHING_NOTED) == Looked(Head(4, 9, LINKS[3].hash), 4)


def test_a_look_may_begin_anywhere() -> None:
    assert look(Head(2, 4, LINKS[1].hash), LINKS[2:], ACTS[2:], NOTHING_NOTED).verified == 2


def remade(start: int, acts: list[Act]) -> list[Link]:
    """Somebody with all rights makes the seals from there on anew."""
    return [*LINKS[:start], *seal(Head(start, LINKS[start - 1].audit_id, LINKS[start - 1].hash), acts)]


CHANGED = [ACTS[0], ACTS[1]._replace(reason="其他"), *ACTS[2:]]
SWAPPED = [ACTS[0], ACTS[2]._replace(id=4), ACTS[1]._replace(id=8), ACTS[3]]
INSERTED = [*ACTS[:2], ACT._replace(id=6), *ACTS[2:]]

TAMPERED: dict[str, tuple[list[Link], list[Act], Break]] = {
    "a row was changed": (LINKS, CHANGED, Break("changed", 2, 4)),
    "a row was taken out": (LINKS, [ACTS[0], *ACTS[2:]], Break("missing", 2, 4)),
    "two rows changed places": (LINKS, SWAPPED, Break("changed", 2, 4)),
    "a row was slipped in": (LINKS, INSERTED, Break("inserted", 3, 6)),
    "a row and its seal were taken out": ([LINKS[0], *LINKS[2:]], [ACTS[0], *ACTS[2:]], Break("seal_missing", 2)),
    "two seals changed places": (
        [LINKS[0], LINKS[2]._replace(seq=2), LINKS[1]._replace(seq=3), LINKS[3]],
        ACTS,
        Break("out_of_order", 2, 8),
    ),
    "the seals count rows twice": (
        [*LINKS[:2], link(Head(2, 4, LINKS[1].hash), ACTS[1])],
        ACTS[:2],
        Break("out_of_order", 3, 4),
    ),
    "a seal was changed": (
        [LINKS[0], LINKS[1]._replace(hash=bytes(32)), *LINKS[2:]],
        ACTS,
        Break("changed", 2, 4),
    ),
    "a row was changed and sealed anew": (
        [LINKS[0], link(Head(1, 3, LINKS[0].hash), CHANGED[1]), *LINKS[2:]],
        CHANGED,
        Break("out_of_order", 3, 8),
    ),
    "a seal is of a form to come": (
        [LINKS[0], LINKS[1]._replace(form=2), *LINKS[2:]],
        ACTS,
        Break("form_unknown", 2, 4),
    ),
}


@pytest.mark.parametrize(("links", "acts", "broken"), TAMPERED.values(), ids=TAMPERED)
def test_what_was_tampered_with_is_found_and_named(links: list[Link], acts: list[Act], broken: Break) -> None:
    looked = look(Head(), links, acts, NOTHING_NOTED)
    assert (looked.broken, looked.verified) == (broken, broken.seq - 1)


def test_a_chain_made_anew_is_whole_but_not_the_one_that_was_noted() -> None:
    links = remade(1, CHANGED[1:])
    assert look(Head(), links, CHANGED, NOTHING_NOTED).broken is None
    noted = Checkpoints({2: frozenset({LINKS[1].hash}), 4: frozenset({LINKS[3].hash})})
    assert look(Head(), links, CHANGED, noted).broken == Break("other_history", 2, 4)
    assert look(Head(), LINKS, ACTS, noted).broken is None


def test_a_link_that_was_noted_with_two_hashes_is_a_break() -> None:
    """The database went back to an earlier state and on from there; the file remembers both."""
    noted = Checkpoints({3: frozenset({LINKS[2].hash, bytes(32)})})
    assert look(Head(), LINKS, ACTS, noted).broken == Break("other_history", 3, 8)


def test_an_end_before_a_checkpoint_was_cut_off() -> None:
    noted = Checkpoints({2: frozenset({LINKS[1].hash}), 4: frozenset({LINKS[3].hash})})
    assert noted.beyond(Head(3, 8, LINKS[2].hash)) == 4
    assert noted.beyond(Head(4, 9, LINKS[3].hash)) is None
    assert replace(noted, hashes={}).beyond(Head()) is None
