"""Retention rules that are wrong on purpose: what checks them must find each."""

from collections.abc import Sequence
from datetime import date, timedelta

from domain.erasure import Hold
from domain.retention import Category, Item, Kept, Schedule, judge


def a_day_early(schedule: Schedule, cases: Sequence[Kept], holds: dict[str, list[Hold]], today: date) -> list[Item]:
    return judge(schedule, cases, holds, today + timedelta(days=1))


def deaf_to_holds(schedule: Schedule, cases: Sequence[Kept], holds: dict[str, list[Hold]], today: date) -> list[Item]:
    return judge(schedule, cases, {}, today)


def forgets_letters(schedule: Schedule, cases: Sequence[Kept], holds: dict[str, list[Hold]], today: date) -> list[Item]:
    return [item for item in judge(schedule, cases, holds, today) if item.category is not Category.LETTERS]


WRONG = {"a day early": a_day_early, "deaf to holds": deaf_to_holds, "forgets letters": forgets_letters}
