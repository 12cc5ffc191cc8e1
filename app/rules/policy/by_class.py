"""One value for each class of supervision."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from app.rules.facts import SupervisionClass

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class ByClass(Generic[T_co]):
    """One value for each class, so that none can be forgotten."""

    strict: T_co
    normal: T_co
    lenient: T_co

    def of(self, class_: SupervisionClass) -> T_co:
        """The value of that class."""
        match class_:
            case SupervisionClass.STRICT:
                return self.strict
            case SupervisionClass.NORMAL:
                return self.normal
            case SupervisionClass.LENIENT:
                return self.lenient
