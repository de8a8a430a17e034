from django.apps import AppConfig


class CrowdsourcingConfig(AppConfig):
    name = "crowdsourcing"
    verbose_name = "Crowdsourcing"

    def ready(self) -> None:
        """Offer this room's parts to the pages and API of the room below, which does not know us."""
        from crowdsourcing import news, panels

        panels.register()
        news.register_news()
