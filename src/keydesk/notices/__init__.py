"""Notices for people and operators: an outbox, the choices of each person, and a sender for each channel."""
