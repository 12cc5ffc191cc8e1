"""What a newcomer is told when the demo is up."""

from app.simulation.demo.cast import SUBJECTS, USERS

ROLES = {
    "officer": "双塔司法所工作人员,先用它",
    "officer2": "虎山司法所工作人员",
    "county": "县级社区矫正机构工作人员",
    "head": "县级司法行政部门负责人",
    "city": "市级社区矫正机构工作人员",
    "procurator": "检察官(只读)",
    "admin": "管理员(看不到案件)",
}


def info(port: int, password: str) -> str:
    """Where to look, with which log-ins, and what will happen."""
    users = "\n".join(f"  {user.login:<11}{ROLES[user.login]}" for user in USERS)
    phones = "、".join(subject.login for subject in SUBJECTS)
    return f"""知访 is up.
  工作页面 (pages):           http://127.0.0.1:{port}/
  工作人员的手机 (push page):  http://127.0.0.1:{port + 1}/
  API health:                 http://127.0.0.1:{port}/health/jobs

Log-ins, all with the password  {password}
{users}
  {phones:<11}矫正对象的手机(演示程序正在使用)

Within ten minutes: one subject does not check in, one phone falls silent, one home visit falls due.
Each alert is pushed to the officer's phone; acknowledge and close it on the pages."""
