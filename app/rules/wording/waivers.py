"""Sentences about letting duties go."""

KINDS: dict[str, str] = {"let_go": "这一次不办", "not_applicable": "不适用(例如没有工作单位)"}
STATES: dict[str, str] = {"waiting": "等待县级确认", "granted": "已免除", "refused": "没有同意"}

SENTENCES: dict[str, str] = {
    "waiver_not_yours": "按现行制度,“{title}”不由您的岗位免除,请交有权的人办理。",
    "waiver_waiting": "这一项已有人申请免除,正在等待县级机构确认。",
    "waiver_second_person": "申请免除的人不能自己确认,请由县级机构的另一人办理。",
    "waiver_answer_needed": "不同意免除的,请写明理由。",
    "waiver_decided": "这份申请已经答复过。",
    "waiver_asked": "{subject}:司法所申请免除“{title}”,对象为严格管理,请确认或写明理由不予同意。",
    "waiver_granted": "{subject}:县级机构已确认免除“{title}”。",
    "waiver_refused": "{subject}:县级机构没有同意免除“{title}”,理由请打开查看,请按期办理。",
}
