"""Pages of the annotation room."""
app_name = "annotation"
urlpatterns: list = []
