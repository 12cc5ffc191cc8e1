"""Sentences about positions: what a phone may collect and why, orders, silence, and the reading of tracks."""

SENTENCES: dict[str, str] = {
    "collect_under_order": (
        "依据《社区矫正法》第二十九条作出的电子定位决定,手机在决定期限内持续提交位置。本地依据:{local_basis}。"
    ),
    "collect_under_order_in_force": "依据《社区矫正法》第二十九条作出的电子定位决定,手机在决定期限内持续提交位置。",
    "collect_for_check": "依据《社区矫正法》第二十六条进行信息化核查,提交一次位置即完成。",
    "collect_for_check_in": "依据《社区矫正法》第二十六条,现在是签到时间,签到时提交一次位置。",
    "collect_nothing": "现在没有允许采集位置的依据,手机不采集位置。",
    "fix_in_window": "在规定时间内收到位置。",
    "fix_in_grace": "收到位置,时间晚于规定时段。",
    "silent": "手机 {since} 之后没有任何联系,已超过 {hours} 小时的时限。",
    "never_heard": "{since} 登记以来,手机从未联系过,已超过 {hours} 小时的时限。",
    "silent_battery_low": "手机 {since} 之后没有任何联系,已超过 {hours} 小时的时限;当时电量 {battery}%,可能没电。",
    "silent_permission_lost": "手机 {since} 之后没有任何联系,已超过 {hours} 小时的时限;当时定位没有打开。",
    "silent_battery_saver": "手机 {since} 之后没有任何联系,已超过 {hours} 小时的时限;当时开着省电模式。",
    "heard_again": "手机已恢复联系。",
    "order_over_already": "电子定位的结束时间已经过去,请核对。",
    "order_backdated": "电子定位从作出决定时起执行,不能补记更早的时间,请核对开始时间。",
    "order_too_long": "电子定位一次不得超过 {months} 个月(《社区矫正法》第二十九条),到期仍有必要的,另行批准延长。",
    "order_too_long_field": "超过法定的最长期限",
    "order_overlaps": "该对象在这段时间已有电子定位决定;延长的,请从原决定结束时起。",
    "order_ended": "这项电子定位决定已经结束或解除。",
    "lift_ahead": "解除时间不能晚于现在。",
    "lift_before_order": "解除时间不能早于决定的开始时间,请核对。",
    "range_reversed": "结束时间应晚于开始时间。",
    "range_too_long": "一次最多查看 {days} 天的轨迹,请分段查看。",
    "range_too_long_field": "超过一次可查看的天数",
}
