"""The hall's doors: health, admin, API schema; everything else belongs to the rooms."""
from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView, SpectacularSwaggerView

from cvatoloka import health

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("admin/", admin.site.urls),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/swagger", SpectacularSwaggerView.as_view(url_name="schema"), name="swagger"),
    path("api/docs", SpectacularRedocView.as_view(url_name="schema"), name="redoc"),
]
# Patterns are tried one after the other: the API's before those of pages, and what is nowhere below api/ is told by its last.
if settings.CROWDSOURCING_ENABLED:
    urlpatterns += [path("api/crowdsourcing/", include("crowdsourcing.api.urls")),
                    path("api/consensus/", include("crowdsourcing.api.consensus"))]
urlpatterns += [path("api/", include("annotation.api.urls"))]
if settings.CROWDSOURCING_ENABLED:
    urlpatterns += [path("", include("crowdsourcing.urls"))]
urlpatterns += [path("", include("annotation.urls"))]
