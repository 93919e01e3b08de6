"""Key ids are stable, opaque, and unique per key and installation."""

import hashlib
import re

from keydesk.kit.key_ids import KeyIds

HASHES = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(500)]


def test_an_id_has_26_url_safe_characters() -> None:
    assert all(re.fullmatch(r"key_[a-z2-7]{26}", KeyIds(b"secret").of(each)) for each in HASHES)


def test_an_id_is_the_same_after_a_restart() -> None:
    assert [KeyIds(b"secret").of(each) for each in HASHES] == [KeyIds(b"secret").of(each) for each in HASHES]


def test_ids_are_unique() -> None:
    assert len({KeyIds(b"secret").of(each) for each in HASHES}) == len(HASHES)


def test_ids_depend_on_the_secret() -> None:
    assert not {KeyIds(b"one").of(each) for each in HASHES} & {KeyIds(b"two").of(each) for each in HASHES}


def test_an_id_contains_no_part_of_the_hash() -> None:
    for each in HASHES:
        shown = KeyIds(b"secret").of(each)
        assert not any(each[start : start + 8] in shown for start in range(len(each) - 8))
