from django.apps import AppConfig


class AutomationConfig(AppConfig):
    name = "igny8_core.business.automation"
    label = "automation"
