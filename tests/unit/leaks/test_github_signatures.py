"""GitHub's published example verifies. Every spoilt variant of it is refused."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from keydesk.auth.jwks import KeyCache
from keydesk.leaks.github import check_signature
from keydesk.leaks.matches import SignatureRefused
from tests.unit.auth.peers import StillClock
from tests.unit.leaks.github_stand_in import (
    PUBLISHED,
    VECTOR_BODY,
    VECTOR_KEY_ID,
    VECTOR_SIGNATURE,
    KeyList,
    Signer,
    published,
)

pytestmark = pytest.mark.anyio
OTHER_KEY_ID = PUBLISHED["public_keys"][0]["key_identifier"]
DER = base64.b64decode(VECTOR_SIGNATURE)
R, S = decode_dss_signature(DER)
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""The order of P-256."""


@dataclass(frozen=True)
class Report:
    body: bytes = VECTOR_BODY
    key_ids: tuple[str, ...] = (VECTOR_KEY_ID,)
    signatures: tuple[str, ...] = (VECTOR_SIGNATURE,)

    async def check(self, keys: KeyCache) -> None:
        await check_signature(keys, self.body, self.key_ids, self.signatures)


def signed(der: bytes) -> Report:
    return Report(signatures=(base64.b64encode(der).decode(),))


def integers(r: int, s: int) -> Report:
    return signed(encode_dss_signature(r, s))


def edited(position: int, value: int) -> Report:
    der = bytearray(DER)
    der[position] = value
    return signed(bytes(der))


SPOILT: dict[str, Report] = {
    "another token": Report(VECTOR_BODY.replace(b"some_token", b"some_tokem")),
    "a space more": Report(VECTOR_BODY.replace(b",", b", ", 1)),
    "a line end": Report(VECTOR_BODY + b"\n"),
    "a byte order mark": Report(b"\xef\xbb\xbf" + VECTOR_BODY),
    "members in another order": Report(
        b'[{"token":"some_token","source":"commit","type":"some_type",'
        b'"url":"https://example.com/base-repo-url/"}]'
    ),
    "the same match twice": Report(b"[" + b",".join([VECTOR_BODY[1:-1]] * 2) + b"]"),
    "an empty list": Report(b"[]"),
    "an empty body": Report(b""),
    "a huge body": Report(VECTOR_BODY * 10_000),
    "another key of GitHub": Report(key_ids=(OTHER_KEY_ID,)),
    "an unknown key": Report(key_ids=("0" * 64,)),
    "no key id": Report(key_ids=()),
    "an empty key id": Report(key_ids=("",)),
    "two key ids": Report(key_ids=(VECTOR_KEY_ID, VECTOR_KEY_ID)),
    "a key id with a line end": Report(key_ids=(VECTOR_KEY_ID + "\n",)),
    "a key id in upper case": Report(key_ids=(VECTOR_KEY_ID.upper(),)),
    "a URL as a key id": Report(key_ids=("https://evil.example/key",)),
    "a long key id": Report(key_ids=("a" * 10_000,)),
    "no signature": Report(signatures=()),
    "an empty signature": Report(signatures=("",)),
    "two signatures": Report(signatures=(VECTOR_SIGNATURE, VECTOR_SIGNATURE)),
    "a signature without padding": Report(signatures=(VECTOR_SIGNATURE.rstrip("="),)),
    "a signature with a line end": Report(signatures=(VECTOR_SIGNATURE + "\n",)),
    "a signature with a space": Report(signatures=(" " + VECTOR_SIGNATURE,)),
    "a signature in URL-safe base64": Report(signatures=(VECTOR_SIGNATURE.replace("/", "_"),)),
    "a signature in hexadecimal digits": Report(signatures=(DER.hex(),)),
    "a signature that is not ASCII": Report(signatures=("é" * 96,)),
    "a long signature": Report(signatures=("A" * 100_000,)),
    "r and s without DER": signed(R.to_bytes(32) + S.to_bytes(32)),
    "r and s swapped": integers(S, R),
    "r is zero": integers(0, S),
    "s is zero": integers(R, 0),
    "r and s are zero": integers(0, 0),
    "r and s are the order": integers(ORDER, ORDER),
    "s plus the order": integers(R, S + ORDER),
    "r plus one": integers(R + 1, S),
    "a negative s": edited(39, DER[39] | 0x80),
    "bytes after the signature": signed(DER + b"\0"),
    "a truncated signature": signed(DER[:-1]),
    "a longer form of the length": signed(b"\x30\x81" + DER[1:]),
    "a leading zero too many": signed(
        bytes([0x30, DER[1] + 1]) + DER[2:37] + bytes([0x02, DER[38] + 1, 0x00]) + DER[39:]
    ),
    "a set instead of a sequence": edited(0, 0x31),
    "a bit string instead of an integer": edited(2, 0x03),
    "an indefinite length": edited(1, 0x80),
    "a changed last byte": edited(-1, DER[-1] ^ 1),
    "an empty sequence": signed(b"\x30\x00"),
    "only a null byte": signed(b"\0"),
}


async def test_the_published_example_verifies(keys: KeyCache) -> None:
    await Report().check(keys)


@pytest.mark.parametrize("name", SPOILT)
async def test_a_spoilt_variant_is_refused(keys: KeyCache, name: str) -> None:
    with pytest.raises(SignatureRefused) as refused:
        await SPOILT[name].check(keys)
    assert "some_token" not in str(refused.value.body())


@pytest.mark.parametrize(
    "hash_", [hashes.SHA224(), hashes.SHA384(), hashes.SHA512()], ids=lambda hash_: hash_.name
)
async def test_another_hash_is_refused(github: KeyList, keys: KeyCache, hash_: hashes.HashAlgorithm) -> None:
    signer = Signer.made()
    github.body = published([signer])
    report = Report(b"[]", (signer.key_id,), (signer.signature(b"[]"),))
    await report.check(keys)
    with pytest.raises(SignatureRefused):
        await replace(report, signatures=(signer.signature(b"[]", hash_),)).check(keys)


@pytest.mark.parametrize(
    "curve", [ec.SECP384R1(), ec.SECP521R1(), ec.SECP256K1()], ids=lambda curve: curve.name
)
async def test_a_key_with_another_curve_is_not_used(
    github: KeyList, keys: KeyCache, clock: StillClock, curve: ec.EllipticCurve
) -> None:
    other, good = Signer.made("b" * 64, curve), Signer.made()
    github.body = published([other, good])
    await Report(b"[]", (good.key_id,), (good.signature(b"[]"),)).check(keys)
    clock.pass_by(minutes=10)
    with pytest.raises(SignatureRefused):
        await Report(b"[]", (other.key_id,), (other.signature(b"[]"),)).check(keys)


Spoil = Callable[[dict[str, object]], object]
UNUSABLE: dict[str, Spoil] = {
    "no PEM": lambda entry: entry | {"key": "junk"},
    "no key": lambda entry: {"key_identifier": entry["key_identifier"]},
    "no id": lambda entry: {"key": entry["key"]},
    "a number as an id": lambda entry: entry | {"key_identifier": 1},
    "not an object": lambda _: "junk",
}


@pytest.mark.parametrize("spoil", UNUSABLE.values(), ids=UNUSABLE)
async def test_an_unusable_entry_does_not_hide_the_others(
    github: KeyList, keys: KeyCache, spoil: Spoil
) -> None:
    good = Signer.made()
    github.body = {"public_keys": [spoil(Signer.made("b" * 64).entry), good.entry]}
    await Report(b"[]", (good.key_id,), (good.signature(b"[]"),)).check(keys)
