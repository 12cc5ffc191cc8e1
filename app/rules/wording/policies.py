"""How the values of a policy are called, how a change of one reads, and the sentences of drafts and trials."""

from collections.abc import Mapping, Sequence

from app.rules.wording.policy_labels import COMMENTS, LABELS, TABLES, UNITS, VALUES

__all__ = ["COMMENTS", "SENTENCES", "STATES", "STEPS", "TRIAL_STATES", "change_words", "place_words", "value_words"]

SENTENCES: dict[str, str] = {
    "draft_changed": "这份修改稿刚刚被别人改过,请重新打开,看过之后再操作。",
    "draft_submitted": "这份修改稿已经提交,等待核准。要再改的,请核准人先退回。",
    "draft_over": "这份修改稿已经结束,不能再改。",
    "draft_not_submitted": "这份修改稿还没有提交,或已经处理过了。",
    "draft_open_already": "本机构已有一份没有结束的修改稿,请在那一份上修改,或先撤回它。",
    "draft_base_changed": "提交之后现行制度又有了新的版本,请退回,由编辑人对照新的版本重新提交。",
    "second_person_needed": "写过或提交过这份修改稿的人不能自己核准,请另一位县级负责人核准。",
    "policy_unchanged": "修改稿与现行制度没有不同,不需要提交。",
    "policy_draft_submitted": "有一份监管制度的修改稿已提交,请核准或退回。",
    "policy_draft_approved": "您参与修改的监管制度已核准,自 {from} 起执行。",
    "policy_draft_returned": "您参与修改的监管制度修改稿被退回,请查看退回的理由。",
    "policy_adopted_alone": "监管制度有了新的版本,由一人直接采用,没有经第二人核准,请查看。",
    "trial_running": "这份修改稿的试算还没有完成,请等它完成。",
    "draft_item_known": "制度里已有这个编号的项目,请换一个编号。",
    "span_unreadable": "“{words}”看不懂,请写成 3 天、2 周、1 个月这样。",
}

STATES: dict[str, str] = {
    "draft": "正在修改",
    "submitted": "已提交,等待核准",
    "returned": "已退回,可以再改",
    "approved": "已核准",
    "withdrawn": "已撤回",
}
STEPS: dict[str, str] = {
    "begun": "开始修改",
    "edited": "修改",
    "submitted": "提交",
    "returned": "退回",
    "approved": "核准",
    "withdrawn": "撤回",
}
TRIAL_STATES: dict[str, str] = {"waiting": "等待试算", "running": "正在试算", "done": "已完成", "failed": "没有完成"}

_NONE = "没有"
_MOST_SHOWN = 12


def place_words(path: Sequence[str]) -> str:
    """Where in the policy a value stands, in words. An item is called by its code, a window by its number."""
    if path[0] == "items" and len(path) > 1:
        return " · ".join([f"项目“{path[1]}”", *_rest(path[2:])])
    shown = ".".join("*" if part.isdigit() else part for part in path)
    if shown in LABELS:
        number = next((part for part in path if part.isdigit()), None)
        return LABELS[shown] if number is None or len(number) == len(path[-1]) == 4 else _numbered(shown, number)
    return " · ".join([TABLES.get(path[0], f"其他({path[0]})"), *_rest(path[1:])])


def value_words(value: object) -> str:
    """A value as people read it; a long list is cut, and says how many there are."""
    if value is None or value in ("", []):
        return _NONE
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Mapping) and len(value) == 1 and (unit := next(iter(value))) in UNITS:
        return f"{value[unit]} {UNITS[str(unit)]}"
    if isinstance(value, Mapping):
        return ",".join(f"{_word(str(key))} {value_words(inner)}" for key, inner in value.items())
    if isinstance(value, list | tuple):
        shown = "、".join(value_words(inner) for inner in value[:_MOST_SHOWN])
        return shown if len(value) <= _MOST_SHOWN else f"{shown} 等 {len(value)} 项"
    return _word(str(value))


def change_words(path: Sequence[str], before: object | None, after: object | None) -> str:
    """One change in plain words: 失联时限(小时):由 24 改为 12。"""
    place = place_words(path)
    if isinstance(before, list) and isinstance(after, list):
        parts = [f"去掉 {value_words(before)}" if before else "", f"加上 {value_words(after)}" if after else ""]
        return f"{place}:{','.join(filter(None, parts))}。"
    if before is None:
        return f"{place}:新增,为 {value_words(after)}。"
    if after is None:
        return f"{place}:删去(原为 {value_words(before)})。"
    return f"{place}:由 {value_words(before)} 改为 {value_words(after)}。"


def _rest(path: Sequence[str]) -> list[str]:
    return [f"第 {part} 个" if part.isdigit() and len(part) < len("2026") else _word(part) for part in path]


def _word(code: str) -> str:
    return VALUES.get(code, code)


def _numbered(shown: str, number: str) -> str:
    return f"{LABELS[shown]}(第 {number} 个)"
