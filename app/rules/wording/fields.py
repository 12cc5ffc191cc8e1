"""What is wrong with a field of an input, in Chinese: our own codes, and the validators' English messages."""

import re
from collections.abc import Iterator, Mapping

FAULTS: dict[str, str] = {
    "part_repeated": "同一名称的内容只能提交一份",
    "place_half": "经度和纬度应一起填写",
    "no_file": "应为一个文件",
    "no_json": "不是有效的 JSON(UTF-8 编码)",
    "too_deep": "内容的层次太多",
    "unstorable": "含有不能保存的字符",
    "bad_cursor": "翻页标记有误,请从第一页重新查看",
    "time_out_of_range": "时间应在 2000 年到 2100 年之间",
    "day_out_of_range": "日期应在 2000 年到 2099 年之间",
    "month_unfit": "应为月份,例如 2026-03",
    "days_reversed": "结束日期不能早于开始日期",
    "longer_than_a_year": "一次最多查看一年",
    "item_repeated": "同一项目不能重复",
    "answer_unfit": "回答只能是不超过 500 字的文字、数字、是或否",
}
"""By the codes that the schemas of the interfaces raise."""

TRANSLATIONS: tuple[tuple[str, str], ...] = (
    (r"Missing data for required field\.", "必填"),
    (r"Field may not be null\.", "不能为空"),
    (r"Unknown field\.", "没有这个字段"),
    (r"Not a valid (integer|number)\.", "应为数字"),
    (r"Not a valid boolean\.", "应为是或否"),
    (r"Not a valid string\.", "应为文字"),
    (r"Not a valid UUID\.", "应为 UUID 编号"),
    (r"Not a valid (aware )?datetime\.", "应为带时区的时间,例如 2026-03-02T08:00:00+08:00"),
    (r"Not a valid date\.", "应为日期,例如 2026-03-02"),
    (r"Not a valid list\.", "应为列表"),
    (r"Not a valid mapping type\.", "应为一组键和值"),
    (r"Invalid input type\.", "应为 JSON 对象"),
    (r"Invalid type\.", "应为 JSON 对象"),
    (r"Must be one of: (?P<a>.+)\.", "只能是:{a}"),
    (r"Must be greater than or equal to (?P<a>\S+) and less than or equal to (?P<b>\S+)\.", "应在 {a} 到 {b} 之间"),
    (r"Must be greater than or equal to (?P<a>\S+)\.", "不能小于 {a}"),
    (r"Must be less than or equal to (?P<a>\S+)\.", "不能大于 {a}"),
    (r"Must be greater than (?P<a>\S+)\.", "应大于 {a}"),
    (r"Longer than maximum length (?P<a>\d+)\.", "不能超过 {a} 个"),
    (r"Shorter than minimum length (?P<a>\d+)\.", "至少要 {a} 个"),
    (r"Length must be between (?P<a>\d+) and (?P<b>\d+)\.", "长度应在 {a} 到 {b} 之间"),
    (r"Special numeric values .*", "应为有限的数字"),
    (r"String does not match expected pattern\.", "格式不对"),
)


def translated(message: str) -> str:
    """The Chinese for a code or a validator's message; what is Chinese already stays, any other says `填写有误`."""
    if message in FAULTS:
        return FAULTS[message]
    for pattern, chinese in TRANSLATIONS:
        if found := re.fullmatch(pattern, message):
            return chinese.format(**found.groupdict())
    return message if re.search(r"[\u4e00-\u9fff]", message) else "填写有误"


def flat(messages: object, path: str = "") -> Iterator[dict[str, str]]:
    """Nested validation messages as a flat list of `{"field": "reports.3.lon", "detail": "..."}`."""
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            skip = key == "_schema" or (not path and key in {"json", "query", "files", "form", "headers"})
            yield from flat(inner, path if skip else f"{path}.{key}".lstrip("."))
    elif isinstance(messages, list | tuple):
        for inner in messages:
            yield from flat(inner, path)
    else:
        yield {"field": path, "detail": translated(str(messages))}
