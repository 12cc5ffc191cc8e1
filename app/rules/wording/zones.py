"""Sentences about zones and shapes: to whoever enters one, and to the person whom it binds."""

KINDS: dict[str, str] = {"forbidden": "不得进入", "stay_inside": "应当留在其中"}
"""What a zone asks."""

PROHIBITIONS: dict[str, str] = {"01": "禁止进入特定区域、场所", "02": "禁止从事特定活动", "03": "禁止接触特定的人"}
"""What a 禁止令 is about."""

REMOVED_AT_THE_END = "监管已结束"
"""Why a zone holds no more that nobody had removed before."""

NAME_KEYS = ("name", "NAME", "Name", "title", "名称")
"""How the name of a feature is called among its properties."""

SENTENCES: dict[str, str] = {
    "zone_told_forbidden": "法院禁止令要求:自 {from} 起不得进入指定区域。范围和依据见“我的档案”,有疑问请联系司法所。",
    "zone_told_stay_inside": "自 {from} 起,请在规定时段留在指定区域内。范围和时段见“我的档案”,有疑问请联系司法所。",
    "zone_told_removed": "一处限制区域已经取消,详见“我的档案”。",
    "zone_shape_needed": "请填写中心经度、纬度和半径,或者选择一个 GeoJSON 文件。",
    "zone_enough": "一名对象同时最多设置 {most} 处区域,请先取消不再需要的。",
    "zone_ended": "这处区域已经取消或到期,不必再取消。",
    "zone_needs_prohibition": "禁止进入的区域只能依据法院禁止令中“禁止进入特定区域、场所”(01)一项设置。",
    "zone_needs_document": "请填写禁止令的文书号和依据的条款。",
    "zone_name_needed": "请给这处区域起一个名称。",
    "zone_needs_shape": "请给出一个圆形(circle)或一个多边形(geometry),两者选一。",
    "zone_hours_forbidden": "禁止进入的区域全天有效,不能设置时段。",
    "zone_hours_many": "时段太多,请合并后再填。",
    "zone_hours_weekdays": "请为每个时段选择星期,1 到 7 表示星期一到星期日。",
    "zone_hours_time": "时段的起止应为时刻,例如 22:00。",
    "zone_hours_empty": "时段的起止相同;全天有效的,请不要填写时段。",
    "zone_two_at_once": "同一时段已要求留在“{name}”,两处不相接,无法同时遵守。请错开时段,或合成一个有几部分的区域。",
    "zone_two_at_once_field": "与同一时段应当留在的另一处区域没有相接的地方。",
    "zone_over_already": "结束时间已经过去,请核对。",
    "zone_backdated": "开始时间最早可以填 {days} 天以前,请核对。",
    "zone_backdated_field": "开始时间太早,请核对。",
    "zone_radius": "半径应在 1 米到 50 公里之间。",
    "zone_file_unfit": "文件应为 GeoJSON 的 FeatureCollection(UTF-8 编码),至少有一个要素。",
    "zone_file_long": "一个文件最多包含 {most} 处区域。",
    "zone_file_faulty": "文件中有 {n} 处区域不能使用,请按提示修改;没有导入任何区域。",
    "shape_no_polygon": "区域应为 GeoJSON 的 Polygon 或 MultiPolygon。",
    "shape_point_needs_radius": "点状要素应带有半径(radius_m,米)。",
    "shape_empty": "区域没有任何坐标。",
    "shape_no_numbers": "每个坐标应为两个数字:经度在前,纬度在后。",
    "shape_ring_short": "每一圈边界至少要有四个点,其中末点与首点相同。",
    "shape_ring_open": "边界没有闭合:末点应与首点相同。",
    "shape_too_many_points": "区域有 {points} 个点,最多 {most} 个,请简化后再试。",
    "shape_swapped": "经度和纬度写反了:应为经度在前,纬度在后。",
    "shape_antimeridian": "区域跨越了 180 度经线,请核对坐标。",
    "shape_outside_china": "区域在中国范围以外,请核对坐标和坐标系。",
    "shape_crosses_itself": "边界线自相交叉,请调整后再试。",
    "shape_ring_touches_itself": "边界线碰到了自己,请调整后再试。",
    "shape_hole_outside": "区域中的空洞在外边界以外,请核对。",
    "shape_holes_nested": "区域中的空洞互相嵌套,请核对。",
    "shape_parts_overlap": "区域的几个部分互相重叠,请合并后再试。",
    "shape_inside_cut": "空洞把区域隔断了,请分成几个部分。",
    "shape_invalid": "区域的形状有误,请核对后再试。",
    "shape_too_large": "区域的面积超过 {most} 平方公里,请核对坐标。",
    "shape_too_large_field": "区域的面积太大,请核对坐标。",
}
