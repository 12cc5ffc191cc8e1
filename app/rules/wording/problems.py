"""Sentences for refusals: what went wrong and what to do, by the code of the error."""

SENTENCES: dict[str, str] = {
    "bad_request": "请求的格式有误,请检查后再试。",
    "not_logged_in": "请先登录。",
    "session_ended": "登录已失效,请重新登录。",
    "not_allowed": "您的账号没有这项权限,如有需要请联系管理员。",
    "not_found": "没有找到这条记录,它可能不存在,或不在您的管辖范围内。",
    "method_not_allowed": "这个地址不支持这种操作。",
    "not_acceptable": "服务只提供 JSON 格式的回答。",
    "too_large": "提交的内容太大,请分批提交。",
    "wrong_content_type": "请以 JSON 格式提交。",
    "unreadable": "提交的内容有误,请按提示修改后再试。",
    "too_many_requests": "操作太频繁,请稍后再试。",
    "internal": "服务出了故障,已自动记录,请稍后再试。",
    "database_away": "服务暂时不可用,请稍后再试,您的内容还没有提交成功。",
    "database_busy": "服务繁忙,请稍后再试,您的内容还没有提交成功。",
    "id_reused": "这个编号已用于另一份内容,请换一个编号提交。",
    "no_policy_in_force": "所在地区还没有生效的监管制度,请联系县级社区矫正机构。",
}
