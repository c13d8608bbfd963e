"""One kind of step a file. A new one costs its file, a line here and a member of `models.playbook.StepKind`."""

from campaigns_app.steps import action, branch, exit, message, wait_until
from campaigns_app.steps.base import StepModule

STEPS: dict[str, StepModule] = {
    "action": action,
    "branch": branch,
    "exit": exit,
    "message": message,
    "wait_until": wait_until,
}
