"""The officer's phone of the demo: a push wakes it, it fetches its notices, and a page shows what is on its screen."""

import html
import threading
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from app.deps import Clock
from app.simulation.demo.link import Away, Link
from app.simulation.fake_fcm import FakeFcm, Shown

LOCAL = ZoneInfo("Asia/Shanghai")
LOOK_S = 1.0
SHOWN = 50

PAGE = """<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="3"><title>工作人员的手机(演示)</title>
<style>
body {{ margin: 0; background: #20242b; color: #f2f4f7; font: 16px/1.6 system-ui, sans-serif; }}
main {{ max-width: 26rem; margin: 1.5rem auto; padding: 1rem; border: .6rem solid #0b0d10; border-radius: 2rem;
        background: #2c323c; min-height: 32rem; }}
h1 {{ font-size: 1.1rem; margin: 0 0 .5rem; }} p {{ margin: .25rem 0; color: #c3cad4; }}
article {{ background: #fff; color: #1b1f24; border-radius: .8rem; padding: .7rem .9rem; margin: .7rem 0; }}
article p {{ color: #4a525c; font-size: .9rem; }} a {{ color: #0b57a4; }}
</style>
<main><h1>工作人员的手机(演示)</h1>
<p>截至 {time},收到推送 {pushes} 条。推送里只有编号,内容由手机登录后取回。</p>
{notices}</main></html>"""

NOTICE = """<article><strong>{text}</strong><p>{time} 到达</p>{link}</article>"""


@dataclass
class OfficerPhone:
    """State of the phone: what it fetched, and when."""

    link: Link
    service: str
    clock: Clock
    fetched: dict[str, tuple[datetime, str, str | None]] = field(default_factory=dict)
    pushes: int = 0

    def run(self, fcm: FakeFcm, stop: threading.Event) -> None:
        """Fetch notices once at the start, and again whenever a push for this phone arrived."""
        ready = False
        while not stop.is_set():
            arrived = sum(message.address == self.link.push_token and message.shown for message in fcm.received)
            if arrived != self.pushes or not ready:
                ready = self._fetch(arrived) or ready
            stop.wait(LOOK_S)

    def _fetch(self, arrived: int) -> bool:
        """Get every unread notice; what a push names is only one of them."""
        try:
            notices = self.link.ask("GET", "/notices")["items"]
        except Away:
            return False
        for notice in notices:
            alert = notice["about_id"] if notice["about_kind"] == "alert" else None
            self.fetched.setdefault(notice["id"], (self.clock.now(), notice["text"], alert))
        self.pushes = arrived
        return True

    def page(self) -> Shown:
        """What is on the screen now, newest first."""
        listed = sorted(self.fetched.values(), key=lambda notice: notice[0], reverse=True)[:SHOWN]
        notices = (
            "".join(self._notice(*notice) for notice in listed)
            or "<p>还没有通知。几分钟后会陆续出现:未收到签到、失去联系、走访到期。</p>"
        )
        now = self.clock.now().astimezone(LOCAL)
        content = PAGE.format(time=f"{now:%H:%M:%S}", pushes=self.pushes, notices=notices)
        return Shown(content.encode(), "text/html; charset=utf-8")

    def _notice(self, at: datetime, text: str, alert: str | None) -> str:
        link = f'<a href="{self.service}/alerts/{alert}">在工作页面中打开</a>' if alert else ""
        return NOTICE.format(text=html.escape(text), time=f"{at.astimezone(LOCAL):%H:%M:%S}", link=link)
