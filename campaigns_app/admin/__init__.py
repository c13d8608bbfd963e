from campaigns_app.admin import deliveries, enrollments, people, platform, playbooks, staff

__all__ = ["deliveries", "enrollments", "people", "platform", "playbooks", "staff"]
