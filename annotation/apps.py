from django.apps import AppConfig


class AnnotationConfig(AppConfig):
    name = "annotation"
    verbose_name = "Annotation"

    def ready(self) -> None:
        """Say how this room's things look to webhooks, and what is checked."""
        import annotation.checks  # noqa: F401
        from annotation.api.answers import register_answers

        register_answers()
