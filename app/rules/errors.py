"""The four kinds of refusal that rules, store and actions raise. They know nothing of HTTP."""

from collections.abc import Mapping


class ZhifangError(Exception):
    """A refusal with a stable English code; the Chinese sentence is looked up in `rules.wording` by that code.

    `params` fill the sentence's placeholders; `fields` name the inputs at fault as dotted path -> sentence code.
    Neither may carry names, identity numbers or coordinates.
    """

    def __init__(
        self, code: str, params: Mapping[str, object] | None = None, fields: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(code)
        self.code = code
        self.params = dict(params or {})
        self.fields = dict(fields or {})


class NotFound(ZhifangError):
    """The thing does not exist, or the actor may not know that it exists."""


class NotAllowed(ZhifangError):
    """The actor is known and may know of the thing, but may not do this."""


class Conflict(ZhifangError):
    """The thing is in a state that the change does not fit, or an id was used for something else."""


class Refused(ZhifangError):
    """The input was read, and the rules refuse it."""


class TooOften(ZhifangError):
    """Nothing is wrong with this but that there was too much of it; `retry_after_s` says how long to wait."""


class Unavailable(ZhifangError):
    """Nothing was refused: the service cannot keep a promise right now. The caller should try again."""
