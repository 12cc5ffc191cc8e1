"""Sentences of visits and talks, and the names of what the office table counts."""

TITLES: dict[str, str] = {
    "访1": "走访家庭",
    "谈1": "入矫必谈",
    "visit": "其他走访",
    "talk": "其他谈话",
    "verification": "情况核实",
    "review": "核查",
    "correction_group": "成立矫正小组",
    "correction_plan": "制定和评估矫正方案",
    "check_in": "签到",
    "location_check": "位置核查",
    "spot_check": "抽查",
}

SIDES: dict[str, str] = {"office": "工作人员的任务", "subject": "矫正对象的任务"}

FIGURES: dict[str, str] = {
    "due": "应完成",
    "in_time": "按期",
    "late": "逾期完成",
    "waived": "已免除",
    "missed": "未完成",
    "open": "未到期",
    "unjudged": "无法判断",
    "submitted": "待核实",
}

MINOR = "未成年人"
"""Stands for the name of a subject under the minor regime wherever the name is sealed [Law 54, 58]."""

MOVED = "已转出"
"""Stands for the name of a subject who is in another office's hands by now."""

MOODS: dict[str, str] = {
    "steady": "平稳",
    "uneasy": "紧张不安",
    "low": "低落",
    "agitated": "激动",
    "unclear": "说不准",
}
RISKS: dict[str, str] = {"low": "低", "watch": "需要留意", "high": "较高", "unclear": "说不准"}
SIGNINGS: dict[str, str] = {"on_screen": "在屏幕上签名", "on_paper": "在纸上签名,附照片", "refused": "没有签名"}
SPEAKERS: dict[str, str] = {"asked": "问", "answered": "答"}

EVIDENCE: dict[str, str] = {
    "place": "到了现场,取得位置",
    "photo": "现场照片",
    "met": "见到的人",
    "note": "情况记录",
    "signature": "本人签名",
    "officer_signature": "工作人员签名",
    "stamp": "盖章或签字的证明",
    "recording": "录音或录像",
    "contacts_tested": "联系方式当场打通",
    "document": "材料或证明文件",
}
"""What a record brings as evidence, by the words of the policy."""

VERDICTS: dict[str, str] = {"proven": "证据支持", "contradicted": "证据与记录不一致", "unknown": "证据不足,无法判断"}

SENTENCES: dict[str, str] = {
    "record_in_time": "{title}:按期完成(最迟 {due})。",
    "record_late": "{title}:已完成,晚于期限 {due}。",
    "record_extra": "{title}:目前没有到期的任务,作为额外的记录保存。",
    "record_corrects": "更正先前的一份记录,先前认定的完成情况不变。",
    "written_days_later": "事后第 {days} 天写成,晚于规定的 {allowed} 天。",
    "place_measured": "定位距登记的住址约 {metres} 米,定位误差约 {accuracy} 米。",
    "place_measured_roughly": "定位距登记的住址约 {metres} 米,手机没有给出定位误差。",
    "place_mock": "定位标有模拟定位,不能说明到访的地点。",
    "place_not_measured": "登记的住址还没有坐标,未能测量距离。",
    "place_not_given": "没有附定位。",
    "unknown_item": "现行制度中没有这个项目,请从可选的项目中选择。",
    "item_of_other_kind": "记录至少要有一个与记录种类相同的项目,谈话记录不能含走访项目,请检查所选的项目。",
    "item_not_yours": "按现行制度,您的岗位不能办理“{title}”,请由有权限的工作人员办理。",
    "not_happened_yet": "时间不能晚于现在,请检查后再提交。",
    "ended_before_it_began": "结束时间不能早于开始时间,请检查后再提交。",
    "record_after_end": "矫正已经结束,只能补写结束以前的走访和谈话。",
    "office_missed": "{title}有 {count} 项到期未完成。",
    "record_written_offline": "在没有网络的地方写成,联网后发送。",
    "record_clock_apart": "发送时手机的时钟与服务器相差 {minutes} 分钟。",
    "record_not_signed": "本人没有签名,原因已记录。",
    "finding_of_other_item": "填写的情况与所选的项目不一致,请检查后再提交。",
    "follow_up_needs_day": "后续事项和日期要一起填写。",
    "follow_up_before": "后续事项的日期不能早于走访或谈话当天。",
    "why_not_signed_needed": "本人没有签名的,请写明原因。",
    "follow_up_promised": "走访或谈话时说好要办的事,期限由记录人确定。",
    "follow_up_kept": "后续事项已办理。",
    "record_kept_before": "这份记录先前已经保存,只是这台手机没有收到答复;后来的改动没有保存。"
    "请打开已保存的记录,把改动写成补充,再删除这份草稿。",
    "items_needed": "请至少选一个项目。",
    "lines_unmarked": "谈话内容的第一行要以“问:”或“答:”开头。",
    "font_missing": "服务器没有安装中文字体,暂时不能生成 PDF,请先下载 docx 版。",
    "corrects_another_matter": "要更正的记录不存在,或不是同一对象的同类记录,请检查后再提交。",
}


def title_of(item: str) -> str:
    """What an item of the office table is called; an item that a policy added later shows its code."""
    return TITLES.get(item, item)
