"""Words of boundary files: how their properties are called, and what is told of a feature that cannot be used."""

CODE_KEYS = ("adcode", "ADCODE", "code", "CODE", "gb", "XZQDM", "xzqdm", "PAC", "pac", "区划代码", "行政区划代码")
NAME_KEYS = ("name", "NAME", "Name", "XZQMC", "xzqmc", "名称", "行政区名称")
LEVEL_KEYS = ("level", "LEVEL", "级别", "行政级别")
"""Under which names official and common files carry adcode, name and level."""

LEVEL_WORDS: dict[str, str] = {
    "province": "province",
    "省": "province",
    "省级": "province",
    "city": "city",
    "prefecture": "city",
    "市": "city",
    "市级": "city",
    "地级": "city",
    "地市级": "city",
    "county": "county",
    "district": "county",
    "县": "county",
    "区": "county",
    "县级": "county",
    "区县级": "county",
}
"""What levels are called in such files."""

SENTENCES: dict[str, str] = {
    "area_file_unfit": "文件应为 GeoJSON 的 FeatureCollection(UTF-8 编码),至少有一个要素。",
    "area_code_unfit": "行政区划代码应为 6 位数字,且属于一个省份。",
    "area_name_missing": "缺少名称。",
    "area_level_unfit": "级别应为省、市或县,并与行政区划代码相符。",
    "area_twice": "同一级别的同一代码在文件中出现了两次。",
    "area_version_exists": "这一天已经有另一份边界生效;要替换的,请用 --replace。",
    "area_mended_away": "修补以后没有剩下任何面积。",
    "area_mixed_sources": "市辖区边界来自不同来源,拼接处会有缝隙;请一次给出全部市辖区,已撤销的用 --whole-cities 到期。",
}
