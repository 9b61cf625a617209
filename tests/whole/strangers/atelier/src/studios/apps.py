from django.apps import AppConfig


class StudiosConfig(AppConfig):
    name = "studios"

    def ready(self):
        import config.queue  # noqa
