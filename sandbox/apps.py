from importlib import import_module

from django.apps import AppConfig


class SandboxConfig(AppConfig):
    name = "sandbox"

    def ready(self) -> None:
        import_module("sandbox.engine.registry")
