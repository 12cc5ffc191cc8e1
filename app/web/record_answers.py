"""What a script is answered that sends a draft: the sentence of a refusal, as the page would show it."""

from flask import Response, request

from app.rules.errors import NotFound, Unavailable, ZhifangError
from app.rules.wording import sentence
from app.web.drawing import answer_json
from app.web.forms import told

OUT_OF_REACH = "这个人已经不在您的管理范围内。请把内容交给现在负责的司法所补写,再删除这份草稿。"


def is_script() -> bool:
    """Whether a script sent this form, which reads JSON."""
    return request.headers.get("Accept") == "application/json"


def fault_for_script(error: ZhifangError) -> tuple[Response, int]:
    """The refusal as JSON; for whoever asked as a browser does, and for what passes by itself, the page of faults."""
    if not is_script() or isinstance(error, Unavailable):
        raise error
    if isinstance(error, NotFound):
        return answer_json({"fault": OUT_OF_REACH, "code": error.code}), 404
    fault, status = told(error)
    if error.code == "id_reused":
        fault = sentence("record_kept_before")
    return answer_json({"fault": fault, "code": error.code}), status
