"""Why a key was stopped: the limits that apply to it and what is left of each."""
