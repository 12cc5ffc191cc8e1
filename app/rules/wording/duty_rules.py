"""What a duty rests on, in plain sentences: which item, what brought it up, from when until when, by whose rule."""

from dataclasses import dataclass
from datetime import date, datetime

from app.rules.calendar import last_day_before, legal_day, minute_of_day
from app.rules.facts import DutyKind, Reason, SupervisionClass
from app.rules.policy import Policy
from app.rules.wording import sentence
from app.rules.wording.own_file import CLASSES, location_check_words, window_words
from app.rules.wording.values import local_day, local_time


@dataclass(frozen=True)
class DutyRule:
    """A duty with the version of the policy that it was opened by, in force since `in_force_from` (None: ever)."""

    kind: DutyKind
    rule_code: str
    why: Reason | None
    opens_at: datetime
    due_at: datetime
    policy: Policy
    in_force_from: datetime | None = None


def explained(rule: DutyRule, *, today: date | None = None) -> tuple[str, ...]:
    """Why it is owed, from when until when, and by which version of the local system; from where an item comes."""
    item = rule.policy.item(rule.rule_code)
    found = [_origin(rule, today), _times(rule, today), _version(rule)]
    if item is not None:
        found.append(
            f"出处:{item.source}" + ("(拟定,待确认)。" if item.assumed and "拟定" not in item.source else "。")
        )
    return tuple(part for part in found if part)


def _origin(rule: DutyRule, today: date | None) -> str:
    if rule.why is not None:
        return sentence(rule.why.code, dict(rule.why.params), today=today)
    if item := rule.policy.item(rule.rule_code):
        return f"{item.code}“{item.title}”:按制度规定的期限办理。"
    return _check(rule)


def _check(rule: DutyRule) -> str:
    """The window or check of the class that the code names, such as `check_in.strict.2`; nothing for other duties."""
    parts = rule.rule_code.split(".")
    if len(parts) != 3 or parts[1] not in set(SupervisionClass) or not parts[2].isdecimal():
        return ""
    class_ = SupervisionClass(parts[1])
    if rule.kind is DutyKind.LOCATION_CHECK:
        told = "".join(location_check_words(rule.policy, class_))
    else:
        windows = rule.policy.windows.of(class_)
        number = int(parts[2])
        told = window_words(windows[number - 1]) if 0 < number <= len(windows) else ""
    return f"{CLASSES[class_]}对象:{told}" if told else ""


def _times(rule: DutyRule, today: date | None) -> str:
    return f"{local_time(rule.opens_at, today)} 起可以办理,{_until(rule.due_at, today)}到期。"


def _until(due_at: datetime, today: date | None) -> str:
    if minute_of_day(due_at):
        return f"{local_time(due_at, today)} "
    return f"{local_day(last_day_before(due_at), today)}终了时"


def _whole_day(at: datetime) -> str:
    day = legal_day(at)
    return f"{day.year}年{day.month}月{day.day}日"


def _version(rule: DutyRule) -> str:
    since = f",{_whole_day(rule.in_force_from)}起施行" if rule.in_force_from else ""
    return f"依据:《{rule.policy.title}》第 {rule.policy.version} 版{since}。"
