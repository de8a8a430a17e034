from django.apps import AppConfig


class CrowdsourcingConfig(AppConfig):
    name = "crowdsourcing"
    verbose_name = "Crowdsourcing"
