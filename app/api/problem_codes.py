"""The table of problem codes for those who write clients, read from our own source: code, status and sentence."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from app.api.errors import CODES, STATUS
from app.rules.wording import SENTENCES, notices, receipts

SOURCE = Path(__file__).resolve().parents[1]
STATUSES = {kind.__name__: int(status) for kind, status in STATUS.items()}
NOT_LOGGED_IN = {"not_logged_in", "session_ended", "wrong_login"}
"""Rules know nothing of log-ins and call these not allowed; the API answers 401."""

HEAD = """\
# 代码一览

由 `zhifang export-openapi` 从程序中生成,请勿手工修改。

代码固定不变,可以在程序里判断;句子是给人看的,可能改进,不要在程序里判断。
句子里花括号中的内容由服务填好,客户端收到的是完整的句子。

## 问题代码

出错时的回答(`application/problem+json`)里的 `code`。同一代码可能对应几种状态。

| 代码 | 状态 | 句子 |
|---|---|---|
"""
SECTIONS = (
    ("签到凭证的原因代码", "凭证 `reasons` 里的 `code`。", receipts.SENTENCES),
    ("通知代码", "通知里的 `code`。", notices.SENTENCES),
)


def problem_codes() -> str:
    """The document in Markdown."""
    statuses = raised_statuses()
    rows = "".join(f"| `{code}` | {_listed(statuses[code])} | {SENTENCES[code]} |\n" for code in sorted(statuses))
    return HEAD + rows + "".join(_section(*section) for section in SECTIONS)


def raised_statuses() -> dict[str, set[int]]:
    """Each code that something below the pages raises, and the statuses that it is answered with."""
    found: dict[str, set[int]] = defaultdict(set)
    for status, code in CODES.items():
        found[code].add(status)
    found["internal"].add(500)
    for file in sorted(set(SOURCE.rglob("*.py")) - set(SOURCE.glob("web/**/*"))):
        for kind, code in _raised(ast.parse(file.read_text(encoding="utf-8"))):
            if code in SENTENCES:
                found[code].add(401 if code in NOT_LOGGED_IN else STATUSES[kind])
    return dict(found)


def _listed(statuses: set[int]) -> str:
    return "、".join(map(str, sorted(statuses)))


def _section(title: str, text: str, sentences: Mapping[str, str]) -> str:
    rows = "".join(f"| `{code}` | {sentences[code]} |\n" for code in sorted(sentences))
    return f"\n## {title}\n\n{text}\n\n| 代码 | 句子 |\n|---|---|\n{rows}"


def _raised(module: ast.Module) -> Iterator[tuple[str, str]]:
    """Kind and code of each error made in a module. Where the code is a variable, all codes in its constants count."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in STATUSES and node.args:
            told = list(_texts([node.args[0]]))
            for code in told or _texts(_constants(module)):
                yield node.func.id, code


def _constants(module: ast.Module) -> Iterator[ast.AST]:
    return (node for node in module.body if isinstance(node, ast.Assign | ast.AnnAssign))


def _texts(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        for inner in ast.walk(node):
            if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                yield inner.value
