"""Sentences about patterns of officers' records. Each says what was seen and what else may explain it; none accuses."""

NAMES: dict[str, str] = {
    "many_in_minutes": "短时间内走访多人",
    "written_far": "在离住处较远的地方写成",
    "same_text": "文字雷同",
    "same_photo": "照片相同",
    "last_day": "总在期限最后一天",
}

NO_FINDING = "以下情况只提示再看一眼,不是认定,不影响考核;工作人员的说明列在旁边。"

SENTENCES: dict[str, str] = {
    "records_many_in_minutes": "{at} 起的 {minutes} 分钟内有 {people} 名对象的记录。"
    "可能是集中谈话,也可能把时间记成了整点。",
    "records_written_far": "有 {times} 份在住处办理的记录,写成时离对象住处 {metres} 米以外。"
    "可能是回到所里才写,也可能住处的坐标不准。",
    "records_same_text": "有 {records} 份记录的文字相同或有 {percent}% 以上相同。"
    "可能用了同一个模板,也可能情况确实没有变化。",
    "records_same_photo": "有 {records} 份记录用了相同或几乎相同的照片。可能选错了照片,也可能一次走访写成几份记录。",
    "records_last_day": "按期完成、期限在三天以上的 {of} 项任务中,有 {times} 项在最后一天完成。"
    "可能人手紧,也可能任务集中到期。",
}
