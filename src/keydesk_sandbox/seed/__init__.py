"""Fills a sandbox with people, keys and years of usage, reproducible by a seed."""

from keydesk_sandbox.seed.crowd import seed_crowd
from keydesk_sandbox.seed.demo import seed_demo
from keydesk_sandbox.seed.objects import seed_objects
from keydesk_sandbox.seed.plan import KeyUsage, UsagePlan
from keydesk_sandbox.seed.usage import seed_usage

__all__ = ["KeyUsage", "UsagePlan", "seed_crowd", "seed_demo", "seed_objects", "seed_usage"]
