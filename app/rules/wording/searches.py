"""Sentences and words about searches (查找): steps, entries, outcomes, and the law's bands with their articles."""

KINDS: dict[str, str] = {"lost_contact": "失去联系", "missed_intake": "未按期报到"}
STEPS: dict[str, str] = {
    "calls": "电话联系本人和家属",
    "visit": "实地查访",
    "procuratorate": "通报人民检察院",
    "police": "县级决定是否通报公安机关",
}
ENTRIES: dict[str, str] = {
    "call": "电话联系",
    "visit": "实地查访",
    "information_check": "信息化核查",
    "inquiry": "其他查询",
    "police_notice": "通报公安机关",
    "police_later": "暂不通报公安机关(写明理由)",
    "procuratorate_notice": "通报人民检察院",
}
OUTCOMES: dict[str, str] = {
    "found_complying": "已找到,配合监督管理",
    "found_refusing": "已找到,拒绝接受监督管理",
    "lost_confirmed": "确认脱管",
    "missed_intake_confirmed": "确认漏管",
}

DUTY_TITLES: dict[str, str] = {"search.open": "开始查找", **{f"search.{step}": STEPS[step] for step in STEPS}}

DECIDED = "是否适用,由县级社区矫正机构调查核实后依法决定,系统不作处理。"

BANDS: dict[str, str] = {
    "admonition": "不超过十日。社区矫正法实施办法第三十四条:对应训诫。",
    "warning": "超过十日。社区矫正法实施办法第三十五条:对应警告。",
    "revoke_probation": "超过一个月。社区矫正法实施办法第四十六条:可以提请撤销缓刑。",
    "revoke_parole": "超过一个月。社区矫正法实施办法第四十七条:可以提请撤销假释。",
    "recall": "超过一个月。社区矫正法实施办法第四十九条:符合条件的,可以提请收监执行。",
    "public_security": (
        "超过一个月。管制没有撤销的规定;社区矫正法第五十九条、实施办法第三十六条:可以提请公安机关给予治安管理处罚。"
    ),
}
"""By the band of `rules.searches.absence`: what the law names. The Measures were not read at their source."""

SENTENCES: dict[str, str] = {
    "search_opened": "已开始查找。",
    "search_opened_by_rule": "失去联系达到规定的时间,由系统提示开始查找;是否脱管只能由工作人员查实后确认。",
    "search_not_needed": "已恢复联系或者查找已结束,此项不再需要。",
    "search_step_done": "查找记录已填写。",
    "search_step_done_late": "查找记录已填写,晚于规定的时间。",
    "search_over": "查找已结束。",
    "search_open": "该对象已有一项查找正在进行。",
    "search_ended": "这项查找已经结束,只能补充通报记录或者更正。",
    "search_record_thin": "确认脱管之前,记录中应有电话联系,以及实地查访、信息化核查或者其他查询。",
    "confirm_by_judgment": "未报到的人,请在裁判文书通知中确认漏管;查找随之结束。",
    "supervisor_decides": "是否通报公安机关由县级工作人员决定,请报告县级社区矫正机构。",
    "entry_ahead": "发生的时间不能晚于现在。",
    "entry_before_absence": "发生的时间不能早于失去联系的时间。",
    "corrects_another_kind": "更正应与原记录是同一类事项。",
    "whom_needed": "请写明联系、查访或者通报了谁。",
    "found_when": "请填写找到本人的时间。",
    "found_out_of_range": "找到的时间应在失去联系之后、现在之前。",
    "not_found_has_no_time": "没有找到的,不填写找到的时间。",
}


def band_words(band: str, days: int, kind: str) -> str:
    """What the law provides for an absence of so many days, in words; who decides is said with it."""
    began = "自最后一次联系起" if kind == "lost_contact" else "自报到期满起"
    return f"{began} {days} 天,{BANDS[band]}{DECIDED}"
