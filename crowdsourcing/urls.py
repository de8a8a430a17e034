"""Pages of the crowdsourcing room."""
app_name = "crowdsourcing"
urlpatterns: list = []
