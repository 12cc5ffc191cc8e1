import pytest

from app.rules.facts import Category, Channel, Ground, SupervisionClass
from app.rules.policy import Policy, parse_policy
from app.rules.wording.own_file import CATEGORIES, CLASSES, GROUNDS, RIGHTS, rules_in_force
from app.store.shipped_policies import shipped

STRICT, LENIENT = SupervisionClass.STRICT, SupervisionClass.LENIENT


@pytest.fixture(scope="module")
def policy() -> Policy:
    return parse_policy(shipped("jiangshan"))


def test_the_rules_of_the_strict_class_in_words(policy: Policy) -> None:
    assert rules_in_force(policy, STRICT, Channel.SMARTPHONE) == (
        "每天 08:00-10:00 签到一次。",
        "每天签到一次,时间不固定,在 14:00-20:00 之间开始;开始时手机会收到通知,请在 60 分钟内完成。",
        "每天 4 次位置核查,时间不固定,在 07:00-22:00 之间开始;由手机自动完成,每次 30 分钟。",
        "错过签到时间后 30 分钟内还可以补签,记为迟到。",
        "手机没电、没有信号或出现故障时,请尽快联系司法所;恢复后补传的签到会按实际时间核实。",
        "工作人员可以临时抽查,一天最多 3 次;手机会收到通知和理由,请在限定的时间内签到一次。",
        "签到不需要照片,手机不应要求您拍照。",
        "手机上报的位置和签到时的位置保存 730 天,手机自报的状态保存 400 天,到期删除。",
        "工作人员一般每 1 个月到家中走访一次。",
        "需要离开所居住的市、县,请事先向司法所申请,批准后再外出。",
    )


def test_named_weekdays(policy: Policy) -> None:
    assert rules_in_force(policy, LENIENT, Channel.SMARTPHONE)[0] == "每周一、四 08:00-20:00 签到一次。"


def test_without_a_smartphone_nothing_is_asked_of_one(policy: Policy) -> None:
    rules = rules_in_force(policy, STRICT, Channel.NO_SMARTPHONE)
    assert "您没有使用智能手机,请按时到司法所当面签到。" in rules
    assert not any("位置核查" in rule for rule in rules)


def test_the_demo_repeats() -> None:
    rules = rules_in_force(parse_policy(shipped("demo")), STRICT, Channel.SMARTPHONE)
    assert rules[0].startswith("每隔 5 分钟签到一次")


def test_everything_has_a_name() -> None:
    assert set(CATEGORIES) == set(Category)
    assert set(CLASSES) == set(SupervisionClass)
    assert set(GROUNDS) == set(Ground)


def test_the_way_to_the_procuratorate_is_told() -> None:
    assert any("人民检察院" in right and "申诉、控告和检举" in right for right in RIGHTS)
