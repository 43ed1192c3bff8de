"""The shapes of figures in the admin API. Source: Mastodon's Admin::Measure, Admin::Dimension,
Admin::Cohort"""

from __future__ import annotations

from echo.render.entity import Entity


class AdminMeasureData(Entity, frozen=True, kw_only=True):
    date: str
    value: str


class AdminMeasure(Entity, frozen=True, kw_only=True):
    """Something that was counted. `previous_total`: in as many days before; null where it is of all times."""

    key: str
    unit: str | None
    total: str
    human_value: str | None
    previous_total: str | None
    data: list[AdminMeasureData]


class AdminDimensionData(Entity, frozen=True, kw_only=True):
    key: str
    human_key: str
    value: str
    unit: str
    human_value: str


class AdminDimension(Entity, frozen=True, kw_only=True):
    """What something is made of."""

    key: str
    data: list[AdminDimensionData]


class CohortData(Entity, frozen=True, kw_only=True):
    date: str
    rate: float
    value: str


class AdminCohort(Entity, frozen=True, kw_only=True):
    """People who joined in the same day or month, and how many of them were here since."""

    period: str
    frequency: str
    data: list[CohortData]
