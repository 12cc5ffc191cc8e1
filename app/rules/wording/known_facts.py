"""四知道 in words: items, fields, values, sources, ways, and sentences about checks."""

from datetime import date

ITEMS: dict[str, str] = {
    "知1": "知道基本情况",
    "知2": "知道家庭和社会关系",
    "知3": "知道居住、就业和去向",
    "知4": "知道思想动态和现实表现",
}
FIELDS: dict[str, str] = {
    "identity": "姓名、性别、出生日期和证件",
    "case": "案由和裁判文书",
    "term": "矫正类别和期限",
    "class": "管理类别",
    "restrictions": "禁止令和其他限制",
    "health": "健康状况",
    "phone": "本人电话",
    "contact": "能联系到本人的人",
    "family": "家庭成员和主要社会关系",
    "guarantor": "监护人、保证人",
    "family_strain": "家庭矛盾和变故",
    "dwelling": "住处",
    "tenure": "住处来源",
    "lives_with": "同住的人",
    "occupation": "就业就学",
    "workplace": "单位或者学校",
    "mood": "情绪",
    "risk": "风险",
    "conduct": "现实表现",
    "plan": "打算和需要的帮助",
    "scale": "心理测评结果",
}
VALUES: dict[str, dict[str, str]] = {
    "contact": {"reached": "打通了", "unreached": "没有打通"},
    "tenure": {
        "own": "自有",
        "rented": "租住",
        "family": "住在亲属家",
        "employer": "单位宿舍",
        "institution": "机构安置",
        "none": "没有固定住处",
    },
    "occupation": {
        "employed": "受雇工作",
        "self_employed": "自己经营",
        "studying": "上学",
        "farming": "务农",
        "unemployed": "没有工作",
        "retired": "已退休",
        "unable": "没有劳动能力",
    },
    "mood": {
        "steady": "平稳",
        "uneasy": "不安",
        "low": "低落",
        "agitated": "激动",
        "unclear": "说不准",
    },
    "risk": {"low": "低", "watch": "需要留意", "high": "高", "unclear": "说不准"},
    "conduct": {"good": "好", "fair": "一般", "poor": "较差", "unclear": "说不准"},
}
SOURCES: dict[str, str] = {
    "subject": "本人",
    "family": "家属",
    "contact": "联系人",
    "employer": "单位或者学校",
    "community": "村(社区)",
    "police": "公安机关",
    "document": "书面材料",
    "officer": "工作人员",
    "other": "其他人",
}
WAYS: dict[str, str] = {
    "seen": "当面看到",
    "document": "查看材料",
    "call": "打电话",
    "visit": "走访",
    "talk": "谈话",
    "third_party": "他人证实",
    "phone_report": "本人用手机报告",
}
STANDINGS: dict[str, str] = {
    "known": "已核实",
    "stale": "需要再核实",
    "unverified": "没有核实",
    "missing": "还不知道",
    "contradicted": "说法不一",
}

SENTENCES: dict[str, str] = {
    "facts_verified": "{item} 要知道的各项都已核实。",
    "facts_verified_late": "{item} 要知道的各项都已核实,记为逾期完成。",
    "facts_correct": "登记的内容有不对的,或者情况有变化,请联系司法所更正,也可以在手机上报告情况变化。",
    "unknown_fact": "没有这一项,请从列出的项目里选。",
    "unknown_value": "请从列出的答案里选一个。",
    "unknown_contact": "联系人已有变动,请刷新后再填。",
    "fact_text_needed": "请填写内容,最多五百字。",
    "fact_needs_words": "请写明这样判断的理由。",
    "fact_stands_in_file": "这一项登记在档案里,要改请先修改档案,这里只作核实。",
    "nothing_in_file": "档案里还没有登记这一项,请先补登档案。",
    "file_changed": "档案里的这一项刚有变动,请刷新后再核实。",
    "word_verifies_nothing": "本人用手机报告的不算核实,请换一种方式核实后再填。",
    "nothing_told": "请至少选一项。",
    "told_twice": "同一项填了两次。",
    "nothing_to_settle": "这一项的说法已经一致,不用再确定。",
    "evidence_of_other": "依据不是这个人的记录,请核对。",
}

ON_MAP = "地图上已标注位置"
SEXES: dict[str, str] = {"male": "男", "female": "女"}


def identity_text(name: str, sex: str | None, born: date | None, *, numbered: bool) -> str:
    """Who somebody is, in one line; of the identity number only whether it is on record."""
    number = "身份证号码已登记" if numbered else "身份证号码没有登记"
    parts = (name, SEXES.get(sex or "", sex), f"{born.isoformat()} 出生" if born else None, number)
    return ",".join(part for part in parts if part)


def term_text(category: str, from_day: date | None, to_day: date | None) -> str:
    """The category and the term, both days included."""
    since = f"{from_day.isoformat()} 起" if from_day else None
    until = f"到 {to_day.isoformat()}" if to_day else None
    return ",".join(part for part in (category, since, until) if part)
