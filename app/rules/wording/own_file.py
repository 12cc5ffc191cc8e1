"""What a subject reads of the own file: names of categories and classes, the rules in force in words, the rights."""

from app.rules.facts import Channel, DutyKind, SupervisionClass
from app.rules.policy import FixedWindow, PhotoMode, Place, Policy, RandomWindow, RepeatedWindow, Window
from app.rules.policy.tree import EVERY_DAY
from app.rules.wording.spans import span_words

CATEGORIES: dict[str, str] = {
    "public_surveillance": "管制",
    "probation": "缓刑",
    "parole": "假释",
    "outside_prison": "暂予监外执行",
}

CLASSES: dict[str, str] = {"strict": "严管", "normal": "普管", "lenient": "宽管"}

GROUNDS: dict[str, str] = {
    "broke_prohibition": "违反人民法院禁止令",
    "left_without_permission": "无正当理由,未经批准离开所居住的市、县",
    "refused_reporting": "未按照规定报告自己的活动情况,被给予警告",
    "public_security_penalty": "违反监督管理规定,被给予治安管理处罚",
    "revocation_proposed": "拟提请撤销缓刑、假释或者暂予监外执行收监执行",
}
"""The five grounds of an electronic positioning order [Law 29], as told to the person whom it concerns."""

WEEKDAYS = "一二三四五六日"

RIGHTS: tuple[str, ...] = (
    "监管措施不应给您的正常工作和生活造成不必要的影响;没有法律规定,任何人不得限制或者变相限制您的人身自由。",
    "您的个人信息和位置信息只用于社区矫正,泄露要承担责任;您可以查看自己的档案、签到记录和凭证。",
    "对没有签到、签到迟到等认定有不同意见,可以向司法所说明情况并要求核实。",
    "认为自己的合法权益受到侵害,可以向人民检察院或者有关机关申诉、控告和检举;受理机关应当及时办理,并把结果告诉您。",
    "在就业、就学和社会保障方面,您与其他人一样受法律保护,有困难可以请司法所和社区矫正机构帮助。",
)
"""The subject's rights in plain words [Law 4, 34, 37, 43; procuratorial supervision: Law 8, 62]."""


def rules_in_force(policy: Policy, class_: SupervisionClass, channel: Channel) -> tuple[str, ...]:
    """What the class asks for, a sentence each. Of random windows the range is told, never the time."""
    windows = [window_words(window) for window in policy.windows.of(class_)]
    in_person = channel is Channel.NO_SMARTPHONE
    return (
        *windows,
        *(() if in_person else location_check_words(policy, class_)),
        *([_GRACE.format(minutes=policy.grace_min.check_in)] if windows and policy.grace_min.check_in else []),
        _IN_PERSON if in_person else _UNREACHABLE,
        *(
            [_SPOT_CHECKS.format(most=policy.spot_checks.per_day)]
            if not in_person and policy.spot_checks.per_day
            else []
        ),
        *([_PHOTOS[policy.photos.check_ins].format(days=policy.photos.keep_days)] if not in_person else []),
        *([] if in_person else [_held(policy)]),
        *_visits(policy, class_),
        _LEAVE,
    )


_GRACE = "错过签到时间后 {minutes} 分钟内还可以补签,记为迟到。"
_IN_PERSON = "您没有使用智能手机,请按时到司法所当面签到。"
_UNREACHABLE = "手机没电、没有信号或出现故障时,请尽快联系司法所;恢复后补传的签到会按实际时间核实。"
_SPOT_CHECKS = "工作人员可以临时抽查,一天最多 {most} 次;手机会收到通知和理由,请在限定的时间内签到一次。"
_KEPT = (
    "照片加密保存 {days} 天后删除,只用于核实签到;不便拍照的,可以不带照片签到,由工作人员核实,也可以到司法所当面签到。"
)
_PHOTOS: dict[PhotoMode, str] = {
    PhotoMode.OFF: "签到不需要照片,手机不应要求您拍照。",
    PhotoMode.ALLOWED: "签到可以附照片,抽查时可能要求拍照。" + _KEPT,
    PhotoMode.WANTED: "每次签到需要拍一张本人照片。" + _KEPT,
}
_HELD = "手机上报的位置和签到时的位置保存 {positions} 天,手机自报的状态保存 {phones} 天,到期删除。"
_VISITS = "工作人员一般每 {every}到家中走访一次。"
_LEAVE = "需要离开所居住的市、县,请事先向司法所申请,批准后再外出。"


def _held(policy: Policy) -> str:
    return _HELD.format(**{held: kept.days for held, kept in policy.retention.items()})


def _visits(policy: Policy, class_: SupervisionClass) -> tuple[str, ...]:
    """How often somebody comes home, where the policy repeats such visits for the class."""
    at_home = [item for item in policy.items.values() if item.kind is DutyKind.VISIT and item.place is Place.HOME]
    spans = [item.repeat.of(class_) for item in at_home]
    return tuple(_VISITS.format(every=span_words(span)) for span in spans if span is not None)


def window_words(window: Window) -> str:
    """What a window of check-ins asks for. Of a random one the range is told, never the time."""
    match window:
        case FixedWindow(days, opens, closes):
            return f"{_days(days)} {_clock(opens)}-{_clock(closes)} 签到一次。"
        case RandomWindow(days, length, first, last):
            return (
                f"{_days(days)}签到一次,时间不固定,在 {_clock(first)}-{_clock(last)} 之间开始;"
                f"开始时手机会收到通知,请在 {length} 分钟内完成。"
            )
        case RepeatedWindow(every, length):
            return f"每隔 {every} 分钟签到一次,每次在 {length} 分钟内完成。"


def location_check_words(policy: Policy, class_: SupervisionClass) -> tuple[str, ...]:
    """What the class owes of location checks, nothing where it owes none."""
    checks = policy.location_checks
    times = checks.per_day.of(class_)
    if not times:
        return ()
    span = f"{_clock(checks.start_from)}-{_clock(checks.start_to)}"
    return (f"每天 {times} 次位置核查,时间不固定,在 {span} 之间开始;由手机自动完成,每次 {checks.length_min} 分钟。",)


def _days(days: frozenset[int]) -> str:
    if days == EVERY_DAY:
        return "每天"
    return "每周" + "、".join(WEEKDAYS[day] for day in sorted(days))


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
