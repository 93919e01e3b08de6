"""The single calls that people and teams made with their keys, from LiteLLM's spend logs."""
