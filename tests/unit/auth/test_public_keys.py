"""Of a published key set, only public signature keys of the allowed kinds are used."""

import warnings
from typing import Any

import pytest
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from keydesk.auth.public_keys import MAX_KEYS, public_keys
from tests.unit.auth.tokens import ec_key, published, rsa_key

ALL = ("RS256", "PS256", "ES256", "EdDSA")


def test_keys_are_found_by_their_id() -> None:
    keys = public_keys(
        published(ec_key("ec"), rsa_key("rsa"), OKPKey.generate_key("Ed25519", {"kid": "ed"})), ALL
    )

    assert set(keys) == {"ec", "rsa", "ed"}


def test_key_types_without_an_allowed_algorithm_are_ignored() -> None:
    assert set(public_keys(published(ec_key("ec"), rsa_key("rsa")), ("ES256",))) == {"ec"}


def _changed(**members: Any) -> dict[str, Any]:
    entry = {**published(ec_key("k"))["keys"][0], **members}
    return {name: value for name, value in entry.items() if value is not None}


USELESS = {
    "without an id": _changed(kid=None),
    "with an empty id": _changed(kid=""),
    "with a number for an id": _changed(kid=7),
    "for encryption": _changed(use="enc"),
    "for other operations": _changed(key_ops=["sign"]),
    "with operations that are no list": _changed(key_ops="verify"),
    "for another algorithm": _changed(alg="ES384"),
    "without a type": _changed(kty=None),
    "of an unknown type": _changed(kty="AKP"),
    "not on its curve": _changed(x="AAAA"),
    "of an unknown curve": _changed(crv="P-1"),
    "with a coordinate that is no text": _changed(x=5),
    "without a coordinate": _changed(y=None),
    "that is symmetric": {**OctKey.generate_key(256).as_dict(), "kid": "k"},
    "that is a list": ["k"],
    "that is null": None,
}


@pytest.mark.parametrize("entry", USELESS.values(), ids=USELESS)
def test_an_invalid_key_is_ignored_and_the_others_are_used(entry: Any) -> None:
    good = published(ec_key("good"))["keys"][0]

    assert set(public_keys({"keys": [entry, good]}, ALL)) == {"good"}


def test_a_short_rsa_key_is_ignored() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)  # it must be short
        short = RSAKey.generate_key(1024, {"kid": "short"})

    assert public_keys(published(short), ALL) == {}


@pytest.mark.parametrize("modulus", ["", "A" * 100_000, "!", 5, None])
def test_a_huge_rsa_modulus_is_ignored(modulus: Any) -> None:
    assert public_keys({"keys": [{"kty": "RSA", "kid": "k", "n": modulus, "e": "AQAB"}]}, ALL) == {}


def test_accidentally_published_private_parts_are_not_used() -> None:
    leaked = ec_key("leaked").as_dict(private=True)

    (key,) = public_keys({"keys": [leaked]}, ALL).values()

    assert isinstance(key, ECKey)
    assert not key.is_private


def test_of_two_keys_with_one_id_the_first_is_used() -> None:
    first, second = ec_key("same"), ec_key("same")

    assert public_keys(published(first, second), ALL)["same"].as_dict()["x"] == first.as_dict()["x"]


def test_a_long_list_is_cut_at_its_limit() -> None:
    entry = published(ec_key("k"))["keys"][0]
    entries = [{**entry, "kid": f"k{number}"} for number in range(MAX_KEYS + 10)]

    assert len(public_keys({"keys": entries}, ALL)) == MAX_KEYS


@pytest.mark.parametrize("content", [None, [], "keys", {}, {"keys": {}}, {"keys": None}])
def test_an_invalid_key_set_is_refused(content: Any) -> None:
    with pytest.raises(ValueError, match="Key Set"):
        public_keys(content, ALL)
