"""Sentences about what a record proves. Each tells what was measured; what is missing is told as missing, no more."""

SENTENCES: dict[str, str] = {
    "proof_near": "工作人员的位置离登记的地点 {metres} 米,定位误差 {accuracy} 米,整个误差范围都在 {limit} 米以内。",
    "proof_far": "工作人员的位置离登记的地点 {metres} 米,定位误差 {accuracy} 米,整个误差范围都在 {limit} 米以外。",
    "proof_far_later": "工作人员的位置离登记的地点 {metres} 米,定位误差 {accuracy} 米。记录是事后写的,"
    "不知道这个位置是什么时候的,不作判断。",
    "proof_elsewhere": "工作人员的位置离最近一处登记的地点 {metres} 米,定位误差 {accuracy} 米。"
    "可能在没有登记的地方办理,不作判断。",
    "proof_point_own": "这个地点的坐标是写记录的人自己登记的,不用来判断是否到场。",
    "proof_near_unsure": "工作人员的位置离登记的地点 {metres} 米,定位误差 {accuracy} 米,"
    "是否在 {limit} 米以内不能判断。",
    "proof_near_rough": "工作人员的位置离登记的地点 {metres} 米,手机没有说明定位误差,不能判断。",
    "proof_no_position": "记录没有带位置,不能判断是否到场。",
    "proof_mock": "手机标明这个位置是模拟的,不能用来判断是否到场。",
    "proof_place_unknown": "这个地点没有登记坐标,不能判断是否到场。",
    "proof_subject_near": "对象的手机当时({minutes} 分钟以内)离工作人员 {metres} 米,两个误差合计 {accuracy} 米,相符。",
    "proof_subject_far": "对象的手机当时({minutes} 分钟以内)离工作人员 {metres} 米,两个误差合计 {accuracy} 米,"
    "不在一起。",
    "proof_subject_unsure": "对象的手机当时({minutes} 分钟以内)离工作人员 {metres} 米,两个误差合计 {accuracy} 米,"
    "是否在一起不能判断。",
    "proof_subject_elsewhere": "对象的手机当时({minutes} 分钟以内)离工作人员 {metres} 米,两个误差合计 {accuracy} 米。"
    "走访家庭时本人可以不在,不作判断。",
    "proof_subject_later": "对象的手机当时({minutes} 分钟以内)离工作人员 {metres} 米,两个误差合计 {accuracy} 米。"
    "记录是事后写的,不知道工作人员的位置是什么时候的,不作判断。",
    "proof_written_at_once": "结束后 {minutes} 分钟写成,在 {limit} 天的期限内。",
    "proof_written_soon": "结束后 {hours}写成,在 {limit} 天的期限内。",
    "proof_written_late": "结束后 {hours}({days} 天)写成,超过了 {limit} 天的期限。",
    "proof_drafted_soon": "结束后 {days} 天才送到,超过 {limit} 天;手机上的草稿按时开始,但只有手机自己的时间可查。",
    "proof_no_photo": "没有照片,不能用照片判断时间。",
    "proof_photo_timeless": "{photos} 张照片都没有拍摄时间,不能判断。",
    "proof_photo_then": "照片的拍摄时间与记录的时间相差 {minutes} 分钟,在 {limit} 分钟以内。",
    "proof_photo_some_timeless": "有拍摄时间的照片与记录的时间相差 {minutes} 分钟以上,其余照片没有时间,不能判断。",
    "proof_photo_other_time": "照片的拍摄时间与记录的时间都相差 {minutes} 分钟以上,超过了 {limit} 分钟。",
    "proof_photo_there": "照片的拍摄地点离工作人员 {metres} 米,在 {limit} 米以内。",
    "proof_photo_elsewhere": "照片的拍摄地点离工作人员 {metres} 米以上,超过了 {limit} 米。",
    "proof_photo_place_later": "照片的拍摄地点离工作人员 {metres} 米以上。记录是事后写的,"
    "不知道工作人员的位置是什么时候的,不作判断。",
    "proof_photo_place_unsure": "照片的拍摄地点离工作人员约 {metres} 米,误差较大,不能判断。",
    "proof_signed": "有对象的签名。",
    "proof_not_signed": "没有对象的签名,不能用签名判断。",
    "proof_device_known": "写记录的设备(按名称)在走访之前就已由该工作人员登录。",
    "proof_device_new": "写记录的设备(按名称)在走访之后才由该工作人员登录,不能说明当时带在身边。",
    "proof_device_unknown": "不知道记录是在哪台设备上写的,不作判断。",
}

CHECKS: dict[str, str] = {
    "at_home": "到场(住处)",
    "at_community": "到场(社区)",
    "at_workplace": "到场(工作单位)",
    "at_neighbours": "到场(邻里)",
    "at_police_station": "到场(派出所)",
    "at_office": "到场(司法所)",
    "subject_there": "对象当时的位置",
    "written_soon": "及时写成",
    "photo_time": "照片时间",
    "photo_place": "照片地点",
    "signed": "对象签名",
    "device": "使用的设备",
}

VERDICTS: dict[str, str] = {"kept": "相符", "broken": "不相符", "unknown": "不能判断"}

WHOLE: dict[str, str] = {"proven": "能够自证", "contradicted": "与佐证不符", "unknown": "不能判断"}

NO_BLAME = "佐证只说明记录能否自证,不是对任何人的认定;缺少的一律算不能判断。"
