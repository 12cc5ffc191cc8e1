"""The schema base and the field types of every body: clean text, bounded times, places on earth."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import RAISE, Schema, ValidationError, fields, pre_load, validate

from app.rules.access_log import Month

LOCAL = ZoneInfo("Asia/Shanghai")
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
FIRST_BIRTHDAY = date(1900, 1, 1)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
DEEPEST = 16
"""Levels of objects and lists in a body. Outlines of areas need six; each level costs a stack frame or more."""

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Body(Schema):
    """The base of every schema: unknown fields and characters that no database stores are errors."""

    class Meta:
        """Unknown fields are errors, and the order of fields is that of the class."""

        unknown = RAISE

    @pre_load
    def refuse_unstorable(self, data: Any, **_: Any) -> Any:
        """Refuse NUL, lone surrogates and endless nesting anywhere in the body, whatever the field."""
        _refuse_unstorable(data, DEEPEST)
        return data


def storable(text: str) -> bool:
    """Whether a database can keep the text: it cannot keep NUL and lone surrogates."""
    return not _UNSTORABLE.search(text)


def _refuse_unstorable(value: object, levels: int) -> None:
    if isinstance(value, str):
        if not storable(value):
            raise ValidationError("unstorable")
    elif isinstance(value, Mapping | list):
        if not levels:
            raise ValidationError("too_deep")
        for inner in (*value, *value.values()) if isinstance(value, Mapping) else value:
            _refuse_unstorable(inner, levels - 1)


class Instant(fields.AwareDateTime):
    """RFC 3339 with offset, from 2000 to 2100; read as UTC, written in +08:00."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        try:
            instant = super()._deserialize(value, attr, data, **kwargs).astimezone(UTC)
        except (OverflowError, ValueError, TypeError, AttributeError) as error:
            if isinstance(error, ValidationError):
                raise
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE) from error
        if not EARLIEST <= instant < LATEST:
            raise ValidationError("time_out_of_range")
        return instant

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return None if value is None else value.astimezone(LOCAL).isoformat()


class Day(fields.Date):
    """A local day as `2026-03-02`, from 2000 to 2099: any other could not be told apart from a slip of the keyboard."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        day = super()._deserialize(value, attr, data, **kwargs)
        if not EARLIEST.date() <= day < LATEST.date():
            raise ValidationError("day_out_of_range")
        return day


class LocalMonth(fields.String):
    """A local month as `2026-03`, from 2000 to 2099; read as a `Month`."""

    def __init__(self, **kwargs: Any) -> None:
        told = {"pattern": "^20[0-9]{2}-(0[1-9]|1[0-2])$", "description": "Local, such as 2026-03."}
        super().__init__(metadata=told, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        try:
            return Month.read(super()._deserialize(value, attr, data, **kwargs))
        except ValueError as error:
            if isinstance(error, ValidationError):
                raise
            raise ValidationError("month_unfit") from error


class Birthday(fields.Date):
    """A day of birth, from 1900 on."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        day = super()._deserialize(value, attr, data, **kwargs)
        if not FIRST_BIRTHDAY <= day < LATEST.date():
            raise ValidationError("day_out_of_range")
        return day


class Number(fields.Float):
    """A number of JSON; text that looks like one is none, unlike in a query."""

    def _validated(self, value: Any) -> float:
        if not isinstance(value, int | float):
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


class Truth(fields.Boolean):
    """True or false of JSON; neither 0 nor "no"."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


def text(longest: int = 500, *, shortest: int = 1, **kwargs: Any) -> fields.String:
    """Text of bounded length, in characters."""
    return fields.String(validate=validate.Length(min=shortest, max=longest), **kwargs)


def whole(low: int, high: int, **kwargs: Any) -> fields.Integer:
    """A whole number in [low, high]."""
    return fields.Integer(strict=True, validate=validate.Range(low, high), **kwargs)


def number(low: float, high: float, **kwargs: Any) -> fields.Float:
    """A finite number in [low, high]."""
    return Number(validate=validate.Range(low, high), **kwargs)


def longitude(**kwargs: Any) -> fields.Float:
    """Degrees east, -180 to 180."""
    return number(-180, 180, **kwargs)


def latitude(**kwargs: Any) -> fields.Float:
    """Degrees north, -90 to 90."""
    return number(-90, 90, **kwargs)


def choice(values: Any, **kwargs: Any) -> fields.String:
    """One of a closed set."""
    return fields.String(validate=validate.OneOf([str(value) for value in values]), **kwargs)
