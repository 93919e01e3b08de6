"""Ids of keys: stable, opaque, and different for every key and installation."""

import hashlib
import re

from keydesk.kit.key_ids import KeyIds

HASHES = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(500)]


def test_an_id_is_twenty_six_characters_that_fit_a_url() -> None:
    assert all(re.fullmatch(r"key_[a-z2-7]{26}", KeyIds(b"secret").of(each)) for each in HASHES)


def test_the_same_key_has_the_same_id_after_a_restart() -> None:
    assert [KeyIds(b"secret").of(each) for each in HASHES] == [KeyIds(b"secret").of(each) for each in HASHES]


def test_every_key_has_its_own_id() -> None:
    assert len({KeyIds(b"secret").of(each) for each in HASHES}) == len(HASHES)


def test_another_secret_gives_other_ids() -> None:
    assert not {KeyIds(b"one").of(each) for each in HASHES} & {KeyIds(b"two").of(each) for each in HASHES}


def test_nothing_of_the_hash_is_in_the_id() -> None:
    for each in HASHES:
        shown = KeyIds(b"secret").of(each)
        assert not any(each[start : start + 8] in shown for start in range(len(each) - 8))
