"""The models of this app, where Django looks for them."""

from igny8_core.modules.system.account_settings_models import AccountAISettings
from igny8_core.modules.system.global_settings_models import GlobalIntegrationSettings

__all__ = ["AccountAISettings", "GlobalIntegrationSettings"]
