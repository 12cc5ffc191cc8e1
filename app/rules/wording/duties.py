"""Sentences about duties."""

SENTENCES: dict[str, str] = {
    "duty_opened": "已到办理时间。",
    "submitted_for_review": "已提交,等待工作人员核实。",
    "review_accepted": "工作人员核实后予以认可。",
    "review_rejected": "{opens_at}至{due_at}的签到经工作人员核实,未予认可。",
}
