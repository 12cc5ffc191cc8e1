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
    "silent": "手机 {since} 之后没有任何联系,已超过 {hours}的时限。",
    "never_heard": "{since} 登记以来,手机从未联系过,已超过 {hours}的时限。",
    "silent_battery_low": "手机 {since} 之后没有任何联系,已超过 {hours}的时限;当时电量 {battery}%,可能没电。",
    "silent_permission_lost": "手机 {since} 之后没有任何联系,已超过 {hours}的时限;当时定位没有打开。",
    "silent_battery_saver": "手机 {since} 之后没有任何联系,已超过 {hours}的时限;当时开着省电模式。",
    "silent_no_network": "手机 {since} 之后没有任何联系,已超过 {hours}的时限;最后一次报告时没有网络。",
    "silent_after_outage": "手机 {since} 起与许多手机同时失联,故障 {ended} 已恢复,这部手机仍没有联系,请核实。",
    "silent_but_met": "手机 {since} 之后没有任何联系,已超过 {hours}的时限;本人 {met} 见过工作人员,请查看手机。",
    "silent_outside": (
        "手机 {since} 之后没有任何联系,已超过 {hours}的时限;失联前最后的位置显示在允许区域外,请尽快核实。"
    ),
    "silent_moving_out": (
        "手机 {since} 之后没有任何联系,已超过 {hours}的时限;失联前在向允许区域的边界移动,相距 {edge_m} 米,请核实。"
    ),
    "silent_near_edge": (
        "手机 {since} 之后没有任何联系,已超过 {hours}的时限;失联前的位置离允许区域的边界 {edge_m} 米,请核实。"
    ),
    "silent_logged_out": "手机 {since} 前后退出了登录,之后没有任何联系,已超过 {hours}的时限,请与本人核实。",
    "silent_app_gone": (
        "手机 {since} 之后没有任何联系,已超过 {hours}的时限;推送服务显示应用已不在手机上,请与本人核实。"
    ),
    "silent_after_misses": (
        "手机 {since} 之后没有任何联系,已超过 {hours}的时限;此前三天有 {n} 次未收到签到,当时手机有联系,请核实。"
    ),
    "silent_for_long": (
        "手机 {since} 之后没有任何联系,已超过 {hours}时限的两倍;失联前手机状态正常,电量 {battery}%,请与本人核实。"
    ),
    "silence_without_network": "手机 {since} 起没有联系;恢复后补传了期间的记录,当时手机开着,只是没有网络。",
    "silence_app_stopped": "手机 {since} 起没有联系;恢复后没有期间的记录,手机没有重启过,可能是应用被系统停止。",
    "silence_battery_empty": "手机 {since} 起没有联系;失联前电量很低,恢复前重新开过机,可能是没电关机。",
    "silence_switched_off": (
        "手机 {since} 起没有联系;恢复前重新开过机,没有期间的记录,失联前电量 {battery}%,请向本人了解关机的原因。"
    ),
    "silence_ended_outside": "手机 {since} 起没有联系;恢复后第一个位置显示在允许区域外,请与本人核实。",
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
