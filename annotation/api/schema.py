"""What every operation may answer besides what it says itself: shared by all that go through one door."""
from typing import Any, ClassVar, Literal

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse


def answer_of(sentence: str, description: str) -> OpenApiResponse:
    """An error that is {detail}, with an example."""
    return OpenApiResponse(OpenApiTypes.OBJECT, description=description, examples=[OpenApiExample("Why", value={"detail": sentence})])


class DocumentedErrors(AutoSchema):
    """Adds the answers that come from authentication, tokens, paging and filters: `schema = DocumentedErrors()` on a view."""

    SHARED: ClassVar[dict[int, OpenApiResponse]] = {
        400: OpenApiResponse(OpenApiTypes.OBJECT, description="A value that is not allowed: field name -> sentences.", examples=[
            OpenApiExample("A field", value={"sort": ["“size” is not one of id, name."]})]),
        401: answer_of("This access token is unknown, expired or revoked. Make a new one on the Tokens page.",
                       "Nobody is logged in, or the token or password is no good."),
        403: answer_of("This access token may only read.", "A token that may only read, a missing CSRF token, or a role that may not."),
        404: answer_of("No such thing, or it is not yours.", "There is no such thing or no such page, or it is not the caller's."),
        429: answer_of("Too many wrong passwords came from this address.", "Too many wrong passwords came from this address; wait."),
    }

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for status in sorted(self._expected()):
            if str(status) not in bodies:
                bodies[str(status)] = self._get_response_for_code(self.SHARED[status], str(status), direction=direction)
        return dict(sorted(bodies.items()))

    def _expected(self) -> set[int]:
        expected = {401, 429} if self.get_auth() else set()
        if self.method not in ("GET", "HEAD"):
            expected |= {400, 403}
        if self._is_list_view():
            # Filters and pages.
            expected |= {400, 404}
        return expected | ({404} if "{" in self.path else set())
