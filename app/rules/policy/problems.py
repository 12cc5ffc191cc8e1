"""What is wrong with a policy, told all at once: the line, the dotted key and a sentence in two languages."""

from dataclasses import dataclass

MAX_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend. `line` is None where the policy came as an object and not as a file."""

    code: str
    key: str
    en: str
    zh: str
    line: int | None = None

    def __str__(self) -> str:
        """`line 12: silence_h: …`, in both languages."""
        where = f"line {self.line}: " if self.line is not None else ""
        return f"{where}{self.key}: {self.en} {self.zh}"


class PolicyError(Exception):
    """A policy that cannot be read, with every problem that was found in it, in the order of the file."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


# code -> (English, Chinese). Fields in braces are filled by `sentence`; {key} is the dotted key.
_SENTENCES: dict[str, tuple[str, str]] = {
    "syntax": ("The file is not valid TOML: {detail}.", "文件不符合 TOML 格式：{detail}。"),
    "missing": ("The key {key} is missing.", "缺少配置项 {key}。"),
    "unknown_key": ("{key} is not a key that is known here.", "{key} 不是此处可用的配置项。"),
    "unknown_key_hint": (
        "{key} is not a key that is known here; did you mean {hint}?",
        "{key} 不是此处可用的配置项，是否应为 {hint}？",
    ),
    "wrong_type": ("{key} must be {kind_en}; found {found}.", "{key} 应为{kind_zh}，现为 {found}。"),
    "out_of_range": (
        "{key} must lie between {low} and {high}; found {found}.",
        "{key} 应在 {low} 至 {high} 之间，现为 {found}。",
    ),
    "not_allowed": ("{key} must be one of {allowed}; found {found}.", "{key} 只能是 {allowed} 之一，现为 {found}。"),
    "one_of_two": ("Give exactly one of {key} and {other}.", "{key} 与 {other} 必须且只能填写一个。"),
    "one_unit": ("{key} needs exactly one of {units}.", "{key} 必须且只能填写 {units} 之一。"),
    "bad_code": (
        "{key}: a code has 1 to 20 letters or digits, no dot and no blank, and is no kind of duty.",
        "{key}：代码应为 1 至 20 个文字或数字，不含点和空格，也不能与任务种类同名。",
    ),
    "not_ahead": (
        "{key}: nobody knows of {on} before it comes, so nothing can be due before it; use due.",
        "{key}：{on} 无法事先知道，期限不能定在其之前，请改用 due。",
    ),
    "only_before": (
        "{key}: what {on} brings up is due before it; use before.",
        "{key}：{on} 的期限应在其之前，请改用 before。",
    ),
    "told_twice": (
        "{key} holds a clock of {other}, which has triggers of its own; keep one of the two.",
        "{key} 中的期限与 {other} 自身的触发条件重复，请只保留一处。",
    ),
    "former_without_item": (
        "{key} holds the clock of {item}, which is missing under items.",
        "{key} 是 {item} 的期限，但 items 中没有 {item}。",
    ),
    "order": ("{key} must be later than {other}.", "{key} 应晚于 {other}。"),
    "ladder": ("{key} must be greater than {other}.", "{key} 应大于 {other}。"),
    "does_not_fit": (
        "{key}: the window must end before it can start again on the next day.",
        "{key}：窗口应在次日可能再次开始之前结束。",
    ),
    "uneven": (
        "{key} must divide a day of 1440 minutes evenly; found {found}.",
        "{key} 应能整除一天的 1440 分钟，现为 {found}。",
    ),
    "longer_than_step": ("{key} must not be longer than {other}.", "{key} 不应长于 {other}。"),
    "shorter_than_polls": (
        "{key} is {found} min long; a phone that asks every {poll} s needs at least three turns ({least} min).",
        "{key} 时长为 {found} 分钟；手机每 {poll} 秒询问一次，窗口应至少为三次询问间隔（{least} 分钟）。",
    ),
    "overlap": (
        "{key} can overlap {other}; one check-in could then belong to either.",
        "{key} 可能与 {other} 重叠，一次签到将无法确定归属。",
    ),
    "too_many": (
        "{key}: {found} checks of {length} min do not fit between the earliest and the latest start.",
        "{key}：每日 {found} 次、每次 {length} 分钟的核查，在最早与最晚开始时间之间排不下。",
    ),
    "silence_below_poll": (
        "{key} must be longer than the time between two polls ({poll} s), else every phone falls silent.",
        "{key} 应长于手机两次询问的间隔（{poll} 秒），否则所有手机都会被视为失联。",
    ),
    "basis_missing": (
        "phone_under_order is true, so {key} must cite the local legal basis.",
        "phone_under_order 为 true 时，{key} 必须写明当地依据。",
    ),
    "photo_basis_missing": (
        "Photos of faces are sensitive personal information, so {key} must cite the legal basis.",
        "人脸照片属于敏感个人信息，{key} 必须写明依据。",
    ),
    "never_quiet": (
        "{key}: pushes of {found} are never held; the law asks for action at once (Law 30, 31).",
        "{key}：{found} 的推送不得延后，法律要求立即处置（社区矫正法第三十条、第三十一条）。",
    ),
    "empty": ("{key} must name at least one.", "{key} 至少应列出一项。"),
    "too_long": ("{key} may hold at most {most}; found {found}.", "{key} 最多 {most} 项，现有 {found} 项。"),
    "repeated": ("{key}: {found} is listed twice.", "{key}：{found} 重复列出。"),
    "other_year": ("{key}: {found} does not lie in {year}.", "{key}：{found} 不在 {year} 年内。"),
    "worked_anyway": (
        "{key}: {found} is no Saturday or Sunday, so it is worked anyway.",
        "{key}：{found} 并非周六、周日，本来就是工作日。",
    ),
    "rest_and_work": ("{key}: {found} is listed under rest too.", "{key}：{found} 同时列入了 rest。"),
    "too_large": ("The policy is too large or too deeply nested to be read.", "文件过大或嵌套过深，无法读取。"),
}


def make_problem(code: str, key: str, **values: object) -> Problem:
    """The problem of that code at that key, its sentences filled. Long values are shortened."""
    english, chinese = _SENTENCES[code]
    shown = {name: shorten(value) for name, value in values.items()}
    return Problem(
        code=code.removesuffix("_hint"),
        key=key,
        en=english.format(key=key, **shown),
        zh=chinese.format(key=key, **shown),
    )


def shorten(value: object) -> str:
    """A value as a person would like to read it in a sentence, at most `MAX_SHOWN` characters."""
    text = str(value)
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"
