from django.apps import AppConfig


class ContentConfig(AppConfig):
    name = "igny8_core.business.content"
    label = "content"
