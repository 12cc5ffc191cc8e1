"""Leave (外出): who asks for what, who must decide, what a decision begins, and how a journey ends [Law 27]."""

from app.rules.leave.kinds import LeaveGround, LeaveKind, LeaveLevel, LeaveState, ReportKind

__all__ = ["LeaveGround", "LeaveKind", "LeaveLevel", "LeaveState", "ReportKind"]
