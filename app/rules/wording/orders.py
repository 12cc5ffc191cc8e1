"""Sentences about positioning orders: the notice to the person [Measures 37], its papers, and what became of them."""

DEMANDS: tuple[str, ...] = (
    "在决定期限内按要求携带或者佩戴定位设备,保持电量充足、联网和定位打开。",
    "不拆除、损毁设备,不让他人代为携带,不屏蔽信号。",
    "设备没电、损坏、丢失或者无法定位时,立即联系司法所。",
)
"""What is asked of the person while the order lasts."""

CONSEQUENCES: tuple[str, ...] = (
    "违反上述要求的,社区矫正机构可以视情况给予训诫、警告,或者提请公安机关依法处理。",
    "没有遵守的情况由工作人员核实,系统不会自动作出处理;您可以说明情况。",
)
"""What may follow where the demands are not met: always after a person has looked."""

RIGHTS: tuple[str, ...] = (
    "期限一次不超过三个月;到期仍有必要的,评估并经批准后才能延长,延长也会告知您。",
    "不再需要时应当及时解除;您可以在手机上申请提前解除,申请会得到答复。",
    "采集的位置严格保密,只用于社区矫正;您可以查看谁看过您的轨迹。",
    "对决定有不同意见,可以向社区矫正机构提出,也可以向人民检察院申诉、控告。",
)

WAYS: dict[str, str] = {"in_person": "当面送达", "video_call": "视频通话告知"}
OUTCOMES: dict[str, str] = {"signed": "本人签字", "refused": "没有签字(已注明情况)"}
STATES: dict[str, str] = {
    "ahead": "尚未开始",
    "in_force": "执行中",
    "ended": "到期结束",
    "lifted": "提前解除",
    "stopped": "随矫正结束",
}
DUTY_TITLES: dict[str, str] = {"order_notice": "送达电子定位告知书", "order_renewal": "电子定位到期评估"}

SENTENCES: dict[str, str] = {
    "order_made": "电子定位决定已作出,应向本人送达告知书。",
    "order_told": (
        "对您作出了电子定位决定(社区矫正法第二十九条),从 {from} 到 {until}。"
        "要求、后果和您的权利请打开查看;工作人员会当面送达告知书。"
    ),
    "order_served": "告知书已送达。",
    "order_served_late": "告知书已送达,晚于规定的日期。",
    "order_ends_soon": (
        "电子定位决定 {until} 到期。请评估是否仍有必要:有必要的报县级负责人批准延长,没有必要的及时解除。"
    ),
    "order_ends_soon_told": "{subject}的电子定位决定 {until} 到期,请督促评估,并决定延长、解除或者到期结束。",
    "order_extended": "已批准延长。",
    "order_lifted": "已提前解除。",
    "order_ran_out": "决定已到期,电子定位到此为止。",
    "order_let_end": "评估认为不再需要,按期结束。",
    "order_assessed_needed_told": "{subject}的电子定位经评估认为仍有必要,请决定是否批准延长。",
    "order_assessed_unneeded_told": "{subject}的电子定位经评估认为不再需要,请考虑提前解除,或者到期结束。",
    "lift_asked_by_subject": "{subject}本人申请提前解除电子定位,请答复。",
    "lift_asked_by_officer": "{subject}的电子定位,工作人员建议提前解除,请答复。",
    "lift_refused_told": "您提前解除电子定位的申请没有获准,理由请打开查看。有不同意见可以向人民检察院申诉。",
    "order_lifted_told": "对您的电子定位已经解除,手机不再按决定采集位置。",
    "order_not_assessed": "延长之前应先评估是否仍有必要(社区矫正法第二十九条),请先由工作人员填写评估。",
    "order_assessed_unneeded": "最近一次评估认为不再需要,不能延长;情况有变化的,请重新评估。",
    "extension_not_adjacent": "延长应从所延长的决定结束时起,请核对开始时间。",
    "served_ahead": "送达时间不能晚于现在。",
    "served_before_order": "送达时间不能早于作出决定的时间。",
    "refusal_not_described": "没有签字的,请注明当时的情况和在场见证人。",
    "lift_asked_already": "您已经提出过申请,正在等待答复。",
    "lift_answered": "这项申请已经答复,或者不存在。",
    "handling_overdue_no_record": "{duty_rule}最迟应在 {due} 完成,还没有记录。",
}
