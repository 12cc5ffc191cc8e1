"""Sentences about photos of check-ins. Whoever has none checks in all the same: that is said with each of them."""

SENTENCES: dict[str, str] = {
    "photos_off": "现行制度不收照片,请不要拍照,直接签到。",
    "photo_empty": "没有收到照片的内容,请重新拍一张;也可以不带照片签到,由工作人员核实。",
    "photo_too_large": "照片太大,请在手机上缩小后再传(不超过 8 MB、2500 万像素);也可以不带照片签到,由工作人员核实。",
    "photo_unreadable": "照片打不开,可能没有传完整。请用 JPEG 或 PNG 格式再传;也可以不带照片签到,由工作人员核实。",
    "photo_missing": "没有收到照片,这次签到要由工作人员核实。可以拍照后再签一次,也可以到司法所当面签到。",
    "photo_awaited": "照片还没有传到。签到已按您签的时间留存,照片传到后会自动附上,由工作人员核实。",
    "photo_used": "这张照片以前用过,这次签到要由工作人员核实。可以重新拍一张再签到。",
    "photo_old": "这张照片不是这次签到时拍的,要由工作人员核实。可以重新拍一张再签到。",
    "answer_missing": "还没有回答工作人员的问题,这次签到要由工作人员核实。可以回答后再签一次。",
}
