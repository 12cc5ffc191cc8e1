"""What the acts of the audit are called, and what was shown by those that showed something."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.rules.wording import oversight
from app.rules.wording.values import local_time

ACTS: dict[str, str] = {
    "subjects.read": "查看档案",
    "tracks.read": "查看轨迹",
    "tracks.read_last": "查看最近位置",
    "photos.read": "查看签到照片",
    "attachments.read": "查看档案材料",
    "attachments.keep": "加入档案材料",
    "attachments.delete": "删除档案材料",
    "identity.reveal": "查看完整身份证号",
    "visits.read": "查看走访记录",
    "talks.read": "查看谈话记录",
    "records.paper": "制作走访、谈话文书",
    "records.take_along": "把到期的人带到手机上",
    "access_log.read": "查看查阅记录",
    "map.read": "查看辖区位置图",
    "audit.read": "查看操作记录",
    "facts.record": "核实四知道内容",
    "facts.settle": "确定说法不一的内容",
    "facts.read": "查看四知道内容",
    "facts.reveal": "查看封存的四知道内容",
    "procurator.read": "检察官查阅",
    "compliance.read": "查看任务完成情况",
    "compliance.export": "导出任务完成情况",
    "subject.register": "登记入矫",
    "subject.change": "修改档案",
    "subject.change_class": "调整管理等级",
    "subject.end": "结束矫正",
    "judgment.notice": "登记裁判文书通知",
    "judgment.papers": "登记收到文书",
    "judgment.receipt": "登记送达回执",
    "intake.confirm": "确认漏管",
    "orders.decide": "决定电子定位",
    "orders.lift": "解除电子定位",
    "orders.serve": "送达电子定位告知书",
    "orders.assess": "评估电子定位",
    "orders.ask_lift": "申请解除电子定位",
    "orders.refuse_lift": "答复解除申请",
    "searches.open": "开始查找",
    "searches.record": "填写查找记录",
    "searches.end": "结束查找",
    "searches.read": "查看查找记录",
    "searches.paper": "制作查找文书",
    "orders.sheet": "查看电子定位月报",
    "device.release": "解除登记手机",
    "trackers.issue": "登记第三方定位客户端",
    "trackers.revoke": "停用第三方定位客户端",
    "policies.try": "用近期数据试算监管制度(隐去身份)",
    "poison.replay": "重新处理搁置的上报",
    "duties.waive": "免除一项任务",
    "waivers.ask": "申请免除一项任务",
    "waivers.decide": "答复免除的申请",
    "occasions.enter": "登记走访和谈话的起因",
    "periods.announce": "宣布敏感时期",
    "periods.withdraw": "撤回敏感时期",
    "occasions.withdraw": "撤回走访和谈话的起因",
    "check_ins.record": "补登签到",
    "check_ins.review": "核实签到",
    "alert.acknowledged": "受理预警",
    "alert.closed": "办结预警",
    "visit_points.read": "查看走访地点",
    "visit_points.set": "登记走访地点的坐标",
    "visit_points.end": "停用走访地点的坐标",
    "samples.draw": "抽取记录",
    "samples.look": "查看抽到的记录",
    "samples.note": "在抽到的记录上批注",
    "samples.question": "就抽到的记录提问",
    "samples.answer": "答复对记录的提问",
    "samples.closed": "办结抽到的记录",
    "red_list.read": "查看红名单",
    "weekly_reviews.write": "保存周例会记录",
    "weekly_reviews.read": "查看周例会记录",
    "policy.adopt": "采用监管制度",
    "policy_drafts.begin": "开始修改监管制度",
    "policy_drafts.edit": "修改监管制度的修改稿",
    "policy_drafts.submit": "提交监管制度的修改稿",
    "policy_drafts.withdraw": "撤回监管制度的修改稿",
    "policy_drafts.approve": "核准监管制度的修改稿",
    "policy_drafts.return": "退回监管制度的修改稿",
    "province.found": "设立省级机构",
    "office.add": "新增机构",
    "office.place": "登记机构位置",
    "office.change": "修改机构",
    "roster.import": "批量导入名册",
    "leave.request": "提出或登记外出申请",
    "leave.withdraw": "撤回外出申请",
    "leave.approve": "批准外出",
    "leave.refuse": "不批准外出",
    "leave.revoke": "撤销外出的批准",
    "leave.report": "登记外出途中报告或销假",
    "leave.tell_procuratorate": "登记通报人民检察院",
    "spot_checks.order": "安排抽查",
    "zones.set": "设置限制区域",
    "areas.import": "导入行政区域边界",
    "zones.remove": "取消限制区域",
    "groups.read": "查看矫正小组",
    "groups.add": "登记矫正小组成员",
    "groups.end": "登记矫正小组成员退出",
    "groups.letter": "登记签订矫正责任书",
    "plans.read": "查看矫正方案",
    "plans.write": "制定矫正方案",
    "plans.approve": "批准矫正方案",
    "plans.give_back": "退回矫正方案",
    "plans.review": "评估矫正方案",
    "record_patterns.note": "说明或核对记录情况提示",
    "patterns.note": "记录对签到规律的核查",
    "user.add": "新增账号",
    "user.change": "修改账号",
    "user.disable": "停用账号",
    "user.enable": "恢复账号",
    "role.give": "授予角色",
    "role.withdraw": "撤回角色",
    "password.set": "重设他人密码",
    "password.change": "修改自己的密码",
    "totp.enrol": "启用动态验证码",
    "totp.reset": "解除动态验证码",
    "totp.recovery": "使用恢复码登录",
    "session.end": "退出一台设备的登录",
    "session.end_others": "退出其他设备的登录",
    "session.reuse": "登录凭据被重复使用",
    "channel.set": "设置其他通知渠道",
    "channel.change": "修改其他通知渠道",
    "channel.verify": "验证其他通知渠道",
    "channel.remove": "删除其他通知渠道",
    "keys.rotate": "更换密钥",
}
"""By the code of the act. One that is not here shows its code."""

NAMELESS = {"user": "已停用的账号", "job": "系统", "subject": "本人", "anonymous": "未登录"}
"""Who acted, where no user's name is known."""


def act_word(action: str) -> str:
    """What an act is called."""
    return ACTS.get(action, action)


def shown_of(action: str, details: Mapping[str, Any]) -> str | None:
    """What exactly was shown, such as the time that a track covered; None where the act says it all."""
    if action == "tracks.read":
        seen, of = details.get("points", 0), details.get("of", 0)
        return f"{_at(details, 'from')} 至 {_at(details, 'to')},显示 {seen} 个位置(共 {of} 个)"
    if action == "tracks.read_last":
        return f"{_at(details, 'at')} 的位置" if details.get("at") else "没有位置"
    if action == "access_log.read" and "month" in details:
        return f"{details['month']} 的查阅记录"
    if action == "map.read":
        return f"{details.get('people', 0)} 人的最近位置"
    if action in {"compliance.read", "compliance.export", "procurator.read"}:
        return details.get("path") or _of_compliance(details)
    return None


def _of_compliance(details: Mapping[str, Any]) -> str:
    """What was opened or taken of the figures of offices."""
    if "snapshot" in details:
        return f"月末快照 {details['snapshot'] or ''}"
    days = f"{details.get('from', '')} 至 {details.get('to', '')}"
    kinds = (("by", oversight.BY), ("figure", oversight.FIGURES), ("class", oversight.CLASSES))
    told = [words.get(details[name], details[name]) for name, words in kinds if name in details]
    rows = [f"{details['rows']} 项明细"] if details.get("rows") else []
    return ",".join([days, *told, *(str(details[name]) for name in ("item", "format") if name in details), *rows])


def _at(details: Mapping[str, Any], name: str) -> str:
    value = details.get(name)
    return local_time(datetime.fromisoformat(value)) if value else "未知"


COLUMNS = ("时间", "姓名", "机构与岗位", "查看了什么", "具体内容", "理由")
"""The head of a sheet that is saved as a file."""


def post_words(posts: Sequence[tuple[str, str]], roles: Mapping[str, str]) -> str:
    """The posts of whoever acted in one line, such as `江山市社区矫正管理局 检察官`."""
    return "、".join(f"{office} {roles.get(role, role)}" for office, role in posts)
