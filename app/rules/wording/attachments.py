"""Sentences about attachments of case files, and what people call them."""

from app.rules.facts import FilePurpose

SENTENCES: dict[str, str] = {
    "file_empty": "没有收到文件的内容,请重新选择后再传。",
    "file_too_large": "文件太大,这一类材料不超过 {mib} MB,请缩小后再传。",
    "file_wrong_size": "文件太大。",
    "file_too_many_points": "图片尺寸太大(不超过 2500 万像素),请缩小后再传。",
    "file_wrong_type": "这一类材料不能是这种格式:照片、签名用 JPEG 或 PNG,录音用常见的音频格式,"
    "文书还可以用 PDF 或 Word(docx)。苹果手机的 HEIC 照片请先转成 JPEG。",
    "file_unreadable": "图片打不开,可能没有传完整,请重新选择后再传。",
    "file_store_away": "材料暂时存不进去或取不出来,内容没有丢失,请稍后再试。",
    "file_missing": "这份材料的内容暂时取不出来,已记录在案,请联系管理员。",
    "signed_already": "这份记录已经写成,不能再附或更换屏幕签名。需要更正的,请写补充;在纸上签名的,请把照片附上。",
    "files_not_set_up": "本系统还没有设置材料的存放位置,请联系管理员。",
}

PURPOSES: dict[FilePurpose, str] = {
    FilePurpose.PHOTO: "照片",
    FilePurpose.SIGNATURE_SUBJECT: "对象签名",
    FilePurpose.SIGNATURE_OFFICER: "工作人员签名",
    FilePurpose.STAMP: "盖章",
    FilePurpose.RECORDING: "录音",
    FilePurpose.DOCUMENT: "文书",
}

DELETED_FOR = {"time_over": "保存期限已到", "unclaimed": "没有等到对应的记录", "left_out": "保存记录以前已经去掉"}
"""Reasons of the service's own; any other is in a person's own words."""
