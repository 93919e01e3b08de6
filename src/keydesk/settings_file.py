"""The earlier place of `settings.loading`."""

from keydesk.settings.loading import SettingsError, load_settings

__all__ = ["SettingsError", "load_settings"]
