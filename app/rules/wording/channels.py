"""What is written to officers' own channels, which lie outside of the house: never whom or what it is about."""

TITLE = "知访"
"""What a mail is called; robots have no place for a title."""

NAMES: dict[str, str] = {
    "dingtalk": "钉钉机器人",
    "wecombot": "企业微信机器人",
    "feishu": "飞书机器人",
    "mail": "邮箱",
    "json": "内网机器人",
    "jsons": "内网机器人",
}
"""What each kind of channel is called."""

ERRORS: dict[str, str] = {
    "keyword_or_sign": "对方拒收:请在机器人的安全设置里把关键词设为“知访”,或核对加签密钥。",
    "refused_by_vendor": "对方拒收这条消息。",
    "unregistered": "这个地址已经失效。",
    "address_refused": "这个地址在不允许访问的网络里。",
    "mail": "邮件服务器没有收下。",
    "key_missing": "服务暂时打不开保存的地址。",
    "channel_off": "服务现在没有开通这种渠道。",
}
"""Why a message did not arrive, by the code of the try; any other is a fault that passes by itself."""
PASSING = "暂时连不上对方,正在重试。"

SENTENCES: dict[str, str] = {
    "channel_alert": "知访有一条待处理的预警,请登录查看。{link}通知号 {ref}",
    "channel_notice": "知访有一条新的通知,请登录查看。{link}通知号 {ref}",
    "channel_code": "知访测试消息,验证码 {code},15 分钟内有效。请把它填到知访的通知设置里;不是您本人操作的,不用理会。",
    "channel_test": "已向您设置的{name}发送测试消息。不是您本人操作的,请立即修改密码。",
    "channel_gone": "您设置的{name}已经失效,不再向它发送。请到通知设置里重新设置。",
    "channel_unreadable": "看不懂这个地址。请粘贴机器人的 Webhook 地址,或填写邮箱地址。",
    "channel_not_offered": "服务没有开通这种渠道,请换一种或联系管理员。",
    "channel_host_refused": "这个机器人的地址不在允许的范围内,请联系管理员。",
    "channel_wait_unfit": "等待时间应在 0 到 30 分钟之间。",
    "channel_needed": "还没有设置,请先填写地址。",
    "channel_tested_just_now": "刚刚发送过测试消息,请过一分钟再试。",
    "channel_too_many_tests": "测试次数太多,请明天再试,或重新设置。",
    "channel_too_many": "一天内更换次数太多,请明天再试。",
    "channel_code_wrong": "验证码不对,请核对最近一次收到的 6 位数字。",
    "channel_code_over": "验证码已失效,请重新发送测试消息。",
    "channel_verified_already": "已经启用,不用再验证。",
}
