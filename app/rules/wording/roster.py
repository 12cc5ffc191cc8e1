"""Rosters as offices keep them: what their headings and values are called, and what is told of faults in them."""

HEADINGS: dict[str, tuple[str, ...]] = {
    "name": ("姓名", "对象姓名", "矫正对象姓名", "社区矫正对象姓名", "社区矫正人员姓名", "名字"),
    "id_number": (
        "证件号码",
        "身份证号码",
        "身份证号",
        "身份证",
        "公民身份号码",
        "居民身份证号码",
        "居民身份证号",
        "证件号",
    ),
    "category": ("矫正类别", "类别", "社区矫正类别", "刑罚种类", "矫正类型"),
    "class_": ("管理类别", "管理级别", "管理等级", "监管等级", "监管级别", "处遇级别", "分类管理", "分级"),
    "channel": ("签到方式", "核查方式", "报到方式"),
    "office": ("司法所", "所属司法所", "受委托司法所", "执行地司法所", "机构", "机构代码", "管理单位", "矫正单位"),
    "officer": ("负责人", "责任人", "承办人", "矫正干部", "管理人员", "工作人员", "专管员"),
    "subject_no": ("编号", "对象编号", "矫正编号", "社区矫正人员编号", "社区矫正对象编号"),
    "sex": ("性别",),
    "birth_date": ("出生日期", "出生年月日", "生日"),
    "phone": ("手机号码", "手机号", "手机", "联系电话", "电话", "本人电话", "联系方式"),
    "term_from": ("矫正起日", "矫正开始日期", "矫正起始日期", "起始日期", "开始日期", "矫正期起", "期限起"),
    "term_to": (
        "矫正止日",
        "矫正结束日期",
        "矫正终止日期",
        "截止日期",
        "结束日期",
        "矫正期止",
        "期限止",
        "矫正期满日期",
    ),
    "home_address": ("住址", "居住地", "现住址", "居住地址", "现居住地", "经常居住地", "家庭住址"),
}
"""By field: how the heading of its column may read, our own template's word first. Blanks and brackets do not count."""

REQUIRED = ("name", "id_number", "category", "class_", "channel")

VALUES: dict[str, dict[str, str]] = {
    "category": {
        "管制": "public_surveillance",
        "被判处管制": "public_surveillance",
        "缓刑": "probation",
        "宣告缓刑": "probation",
        "被宣告缓刑": "probation",
        "假释": "parole",
        "被裁定假释": "parole",
        "裁定假释": "parole",
        "暂予监外执行": "outside_prison",
        "监外执行": "outside_prison",
        "被暂予监外执行": "outside_prison",
    },
    "class_": {
        "严管": "strict",
        "严格": "strict",
        "严格管理": "strict",
        "普管": "normal",
        "普通": "normal",
        "普通管理": "normal",
        "宽管": "lenient",
        "宽松": "lenient",
        "宽松管理": "lenient",
    },
    "channel": {
        "手机": "smartphone",
        "手机签到": "smartphone",
        "智能手机": "smartphone",
        "当面": "no_smartphone",
        "当面签到": "no_smartphone",
        "现场": "no_smartphone",
        "不用手机": "no_smartphone",
        "无手机": "no_smartphone",
    },
    "sex": {"男": "male", "男性": "male", "女": "female", "女性": "female"},
}
"""By field: the words for each code. Numbers are no words: two tables in use count the classes the other way round."""

SHOWN: dict[str, dict[str, str]] = {
    field: {code: word for word, code in reversed(words.items())} for field, words in VALUES.items()
}
"""By field and code: the first of its words."""

EXPLANATIONS: tuple[tuple[str, str, str], ...] = (
    ("name", "必填", "与证件一致;少数民族姓名中的点写作“·”。"),
    ("id_number", "必填", "18 位公民身份号码。这一列要设为“文本”,否则表格软件会把末几位变成 0。"),
    ("category", "必填", "管制、缓刑、假释、暂予监外执行。"),
    ("class_", "必填", "严管、普管、宽管。"),
    ("channel", "必填", "手机:本人用手机签到,导入后要为其设置登录账号;当面:到司法所当面签到。"),
    ("office", "可不填", "司法所的全称或代码;不填的,登记在导入时所选的机构。"),
    ("officer", "可不填", "负责人的账号,或在该机构任职、没有重名的姓名。"),
    ("subject_no", "可不填", "已有编号的填写;不填的,由系统编号。"),
    ("sex", "可不填", "男、女。"),
    ("birth_date", "可不填", "由证件号码得出;填写的,要与证件号码一致。例如 1990-05-17。"),
    ("phone", "可不填", "本人的手机号码。"),
    ("term_from", "可不填", "例如 2026-03-01、2026/3/1、2026年3月1日。"),
    ("term_to", "可不填", "最后一天,这一天也算在内。"),
    ("home_address", "可不填", "现在居住的地址。"),
)
TEMPLATE_SHEET, EXPLANATION_SHEET = "名册", "填写说明"
EXPLANATION_HEADINGS = ("栏目", "是否必填", "怎样填写")
NOTES: tuple[str, ...] = (
    "表中只填登记入矫需要的内容。罪名、案情等其他栏目不读取、不保存。",
    "栏目的先后不限,标题行上面可以有表名。",
    "先预检:预检只指出哪一行哪一列要改,不保存任何内容。",
    "全部无误才能导入;有一处有误,一个人也不会登记。",
    "同一份名册导入两次,不会重复登记。已在册人员的资料不会被改动。",
    "不要在表格里使用公式。",
)

SENTENCES: dict[str, str] = {
    "roster_faulty": "名册里有 {count} 处要改,没有登记任何人。请按提示的行和列修改后再试。",
    "roster_changed": "导入时有人同时登记了名册里的人,没有登记任何人。请重新预检后再导入。",
    "roster_unreadable": "这个文件不能读取。请另存为 .xlsx 或 CSV 文件后再试。",
    "roster_old_format": "这是旧格式(.xls)或加了密码的文件。请取消密码,另存为 .xlsx 文件后再试。",
    "roster_too_large": "文件太大。一次最多 10 MB、10000 人,请分成几份。",
    "roster_file_needed": "请选择名册文件。",
    "roster_empty": "文件里没有名册:没有找到同时有“姓名”和“证件号码”的标题行。可以下载模板对照。",
    "roster_no_rows": "标题行下面没有内容。",
    "cell_missing": "必填,请补上。",
    "cell_too_long": "太长,最多 {longest} 个字。",
    "cell_formula": "是公式,不能读取。请改为直接填写的内容。",
    "cell_unstorable": "含有不能保存的字符,请重新填写。",
    "cell_begins_like_formula": "不能以 = + - @ 开头,请重新填写。",
    "cell_not_text": "应为文字,请重新填写。",
    "cell_unknown_word": "只能填:{words}。",
    "cell_no_date": "看不懂这个日期,请写成 2026-03-01 这样。",
    "cell_day_out_of_range": "日期应在 {first} 年到 2099 年之间。",
    "cell_no_phone": "不是电话号码,请核对。",
    "cell_number_lost": "成了数字,末几位已经丢失。请把这一列设为“文本”,重新填写号码。",
    "cell_office_unknown": "没有找到这个机构,或不在您的管辖范围内。请填全称或代码。",
    "cell_office_ambiguous": "有几个机构叫这个名字,请填机构代码。",
    "cell_office_needed": "没有写司法所,也没有选定机构,请补上一处。",
    "cell_officer_unknown": "没有找到这个负责人,或其不在该机构及其上级机构任职。请填账号,或留空。",
    "cell_officer_ambiguous": "有几个人叫这个名字,请填账号。",
    "cell_number_repeated": "与第 {row} 行是同一个证件号码,请删去一行。",
    "cell_subject_no_repeated": "与第 {row} 行是同一个编号,请核对。",
    "column_missing": "没有这一列,请补上。",
    "column_repeated": "有两列都是这一项,请删去一列。",
    "roster_fault": "第 {row} 行 {column} 列({heading}):{told}",
    "roster_fault_no_column": "第 {row} 行({heading}):{told}",
    "roster_heading_fault": "标题行(第 {row} 行)的“{heading}”:{told}",
}
