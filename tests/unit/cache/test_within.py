"""Policies for readers who wait for newer values."""

from keydesk.cache.cache_policy import CachePolicy, Freshness

POLICY = CachePolicy(fresh_seconds=5.0, stale_seconds=60.0, outage_seconds=3600.0)


def test_a_value_is_fresh_up_to_the_age_that_the_reader_accepts() -> None:
    policy = POLICY.within(2.0)
    assert policy.freshness(1.9) is Freshness.FRESH
    assert policy.freshness(2.0) is Freshness.OLD


def test_a_reader_gets_no_staler_values_than_others() -> None:
    assert POLICY.within(30.0).freshness(5.0) is Freshness.OLD


def test_old_values_are_still_served_in_an_outage() -> None:
    assert POLICY.within(2.0).freshness(3599.0) is Freshness.OLD
    assert POLICY.within(2.0).freshness(3600.0) is Freshness.WORTHLESS
