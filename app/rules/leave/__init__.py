"""Leave (外出): who asks for what, who must decide, what a decision begins, and how a journey ends [Law 27].

The kinds alone are offered here: models stand on them. The rest is imported from its own file.
"""

from app.rules.leave.kinds import LeaveGround, LeaveKind, LeaveLevel, LeaveState, ReportKind

__all__ = ["LeaveGround", "LeaveKind", "LeaveLevel", "LeaveState", "ReportKind"]
