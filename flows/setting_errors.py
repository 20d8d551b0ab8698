"""Errors of settings and options in one line, and the ranges and choices of fields."""

from __future__ import annotations

from collections.abc import Mapping
from types import UnionType
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from pydantic import BaseModel

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

KINDS = {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}


def complaint(model: type[BaseModel], error: ErrorDetails, origins: Mapping[str, str]) -> str:
    """A pydantic error in one line.

    "beam (duizhao.toml): 99 must be between 0 and 32"
    """
    name, value, kind = str(error["loc"][0]), error["input"], error["type"]
    if kind == "extra_forbidden":
        known = ", ".join(sorted(model.model_fields))
        return f"{origins[name]}: unknown setting {name!r}; known: {known}"
    info = model.model_fields[name]
    origin = origins[name].removeprefix("environment ")
    if kind == "literal_error":
        wanted = f"is not one of {', '.join(choices(info.annotation))}"
    elif kind in ("greater_than_equal", "less_than_equal"):
        wanted = f"must be {_range(info)}"
    else:
        wanted = f"is not {_kind(info.annotation)}"
    place = f"--{name.replace('_', '-')}" if origin == "option" else f"{name} ({origin})"
    return f"{place}: {value!r} {wanted}"


def _kind(annotation: Any) -> str:
    """The name of a type in messages; the None of an optional one is left out."""
    types = [one for one in get_args(annotation) if one is not type(None)]
    if get_origin(annotation) is UnionType and len(types) == 1:
        return _kind(types[0])
    return KINDS.get(annotation, "a list")


def bounds(info: FieldInfo) -> dict[str, float]:
    """The range of a field, by typer's names."""
    return {
        key: getattr(rule, attribute)
        for rule in info.metadata
        for key, attribute in (("min", "ge"), ("max", "le"))
        if hasattr(rule, attribute)
    }


def _range(info: FieldInfo) -> str:
    ends = bounds(info)
    if "max" not in ends:
        return f"at least {ends['min']}"
    return f"between {ends['min']} and {ends['max']}"


def choices(annotation: Any) -> tuple[str, ...]:
    """The values that a Literal, or a tuple of one, allows; () for any other type."""
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return next(filter(None, map(choices, get_args(annotation))), ())
