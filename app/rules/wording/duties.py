"""Sentences about duties."""

SENTENCES: dict[str, str] = {
    "duty_opened": "已到办理时间。",
    "submitted_for_review": "已提交,等待工作人员核实。",
    "review_accepted": "工作人员核实后予以认可。",
    "review_rejected": "{opens_at}至{due_at}的签到经工作人员核实,未予认可。",
    "duty_missed": "期限内没有收到记录。",
    "duty_waived": "经工作人员同意,此项免予办理。",
    "policy_changed": "监管制度有更新,此项按新制度重新安排。",
    "supervision_ended": "监管已结束,此项不再需要办理。",
    "service_away": "{from} 至 {to} 服务自身中断,此项不作判断。",
}
