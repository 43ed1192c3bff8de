"""The first page for those who run the server: what it does, who is here, what waits for them."""

from __future__ import annotations

from datetime import timedelta

from quart import Blueprint, Response

from echo import clock
from echo.policy.roles import Permission
from echo.store import hosts, instance, measures, queues, retention, storage_report
from echo.store.measures import MEASURES, Period
from echo.web.admin.charts import draw
from echo.web.admin.staff_page import login, show_staff, staff_page

blueprint = Blueprint("dashboard", __name__)
DAYS, MONTHS_BACK = 30, 5
CHARTS = {
    "active_users": "People who were here",
    "new_users": "Sign-ups",
    "posts": "Posts written here",
    "interactions": "Likes, boosts and answers",
    "received": "Posts from other servers",
    "opened_reports": "Reports",
}


@blueprint.get("/admin")
@staff_page(Permission.VIEW_DASHBOARD)
async def dashboard() -> Response:
    """Figures of the last days, who comes back, and for those who may see the machine how it is."""
    today = clock.now().date()
    period = Period(today - timedelta(days=DAYS - 1), today)
    charts = [
        draw(key, title, await measures.find(MEASURES[key], period, {})) for key, title in CHARTS.items()
    ]
    first = (today.replace(day=1) - timedelta(days=30 * MONTHS_BACK)).replace(day=1)
    seat = (await login()).seat
    machine = seat.may(Permission.VIEW_DEVOPS)
    return await show_staff(
        "dashboard.html",
        title="Dashboard",
        charts=charts,
        days=DAYS,
        people=await instance.people(),
        tasks=await instance.tasks(),
        cohorts=await retention.cohorts(Period(first, today), "month"),
        queues=await queues.depths() if machine else [],
        hosts=await hosts.count_by_health() if machine else {},
        storage=await storage_report.brief() if machine else None,
        readable=storage_report.readable,
    )
