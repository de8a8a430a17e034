"""How a platform says no, or says nothing. Each error knows whether trying the same call again makes sense."""


class ProviderError(Exception):
    """`sentence` is for people and says the next step; `code` is the platform's word or ours, for programs and the log.

    `retry`: the same call may succeed later without anybody doing anything. `retry_after`: not before so many seconds.
    """

    retry = False

    def __init__(self, sentence: str, code: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code or type(self).__name__
        self.retry_after = retry_after


class BadCredentials(ProviderError):
    """The key is wrong, expired, or not allowed to do this."""


class NotEnoughBalance(ProviderError):
    """The account has no money for it."""


class Refused(ProviderError):
    """The platform understood and said no: a precondition or a value."""


class NotFound(ProviderError):
    """The object is not there, or belongs to somebody else."""


class RateLimited(ProviderError):
    """Too many requests; a later try is welcome."""

    retry = True


class Unavailable(ProviderError):
    """No answer, a broken one, or the server's own trouble. A call that changes something may or may not have worked: every
    method of a provider is made so that repeating it is harmless."""

    retry = True


class Unknown(ProviderError):
    """An answer that nobody taught us to read. Retried: it may be a passing fault; the sentence carries the platform's words."""

    retry = True
