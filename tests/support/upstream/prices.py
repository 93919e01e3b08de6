"""What calls cost on every gateway of the tests."""

_MINI_INPUT_USD, _MINI_OUTPUT_USD = 0.00000015, 0.0000006
"""The prices of gpt-4o-mini for one token."""


def cost_of_mini(prompt_tokens: int, completion_tokens: int) -> float:
    """Return the cost of a call of gpt-4o-mini in US dollars."""
    return prompt_tokens * _MINI_INPUT_USD + completion_tokens * _MINI_OUTPUT_USD
