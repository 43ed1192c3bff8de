"""What is done with the rights of a role, and which right each needs: THE table.

A privileged action names its deed to `echo.actions.staff.acting`, which looks here, looks at the rank of whom
it concerns, and writes it down.
"""

from __future__ import annotations

from enum import StrEnum

from echo.policy.roles import Permission


class Deed(StrEnum):
    """Noun and verb; the words in the audit log."""

    # Roles and people
    ROLE_CREATE = "role.create"
    ROLE_CHANGE = "role.change"
    ROLE_DELETE = "role.delete"
    ACCOUNT_ROLE = "account.role"  # gives somebody another role
    ACCOUNT_CREATE = "account.create"
    ACCOUNT_CHANGE = "account.change"  # e-mail, confirmation, by an operator
    ACCOUNT_RENAME = "account.rename"
    ACCOUNT_ALIAS = "account.alias"  # which other accounts are theirs
    ACCOUNT_MOVE = "account.move"  # to another account, for somebody who asked
    ACCOUNT_KEYS = "account.keys"  # new ones in the place of old ones
    ACCOUNT_APPROVE = "account.approve"
    ACCOUNT_REJECT = "account.reject"
    ACCOUNT_SUSPEND = "account.suspend"
    ACCOUNT_RESTORE = "account.restore"
    ACCOUNT_MEMORIAL = "account.memorial"
    # How people log in
    USER_PASSWORD = "user.password"  # noqa: S105 - the deed, no password
    USER_TOKEN = "user.token"  # noqa: S105 - the deed, no token
    USER_TWO_FACTOR_OFF = "user.two_factor_off"
    USER_SESSION_END = "user.session_end"
    USER_APP_END = "user.app_end"
    USER_LOG_OUT = "user.log_out"  # of everything
    # Moderation
    ACCOUNT_WARN = "account.warn"
    ACCOUNT_SENSITISE = "account.sensitise"
    ACCOUNT_LIMIT = "account.limit"
    ACCOUNT_FREEZE = "account.freeze"
    ACCOUNT_UNSENSITISE = "account.unsensitise"
    ACCOUNT_UNLIMIT = "account.unlimit"
    ACCOUNT_UNFREEZE = "account.unfreeze"
    ACCOUNT_DELETE = "account.delete"
    ACCOUNT_NOTE = "account.note"
    POSTS_DELETE = "posts.delete"
    POSTS_SENSITISE = "posts.sensitise"
    ROOM_END = "room.end"
    REPORT_RESOLVE = "report.resolve"
    REPORT_REOPEN = "report.reopen"
    REPORT_ASSIGN = "report.assign"
    REPORT_UNASSIGN = "report.unassign"
    REPORT_CHANGE = "report.change"
    REPORT_NOTE = "report.note"
    NOTE_DELETE = "note.delete"
    APPEAL_APPROVE = "appeal.approve"
    APPEAL_REJECT = "appeal.reject"
    PRESET_KEEP = "preset.keep"
    PRESET_DELETE = "preset.delete"
    TREND_APPROVE = "trend.approve"
    TREND_REJECT = "trend.reject"
    HASHTAG_CHANGE = "hashtag.change"
    # Other servers
    QUEUE_RETRY = "queue.retry"
    QUEUE_REQUEUE = "queue.requeue"
    QUEUE_DROP = "queue.drop"
    # The machine
    JOB_REQUEUE = "job.requeue"
    JOB_DROP = "job.drop"
    STORAGE_PRUNE = "storage.prune"
    STORAGE_COMPACT = "storage.compact"
    BACKUP_TAKE = "backup.take"
    BACKUP_RESTORE = "backup.restore"
    SERVER_SEED = "server.seed"
    SERVER_RESET = "server.reset"
    # Fences: servers, mail, networks, invitations
    DOMAIN_BLOCK = "domain.block"
    DOMAIN_BLOCK_CHANGE = "domain.block_change"
    DOMAIN_UNBLOCK = "domain.unblock"
    DOMAIN_ALLOW = "domain.allow"
    DOMAIN_DISALLOW = "domain.disallow"
    BLOCK_LIST_ADD = "block_list.add"
    BLOCK_LIST_CHANGE = "block_list.change"
    BLOCK_LIST_REMOVE = "block_list.remove"
    BLOCK_LIST_APPLY = "block_list.apply"
    BLOCK_LIST_DISMISS = "block_list.dismiss"
    EMAIL_DOMAIN_BLOCK = "email_domain.block"
    EMAIL_DOMAIN_UNBLOCK = "email_domain.unblock"
    IP_BLOCK = "ip.block"
    IP_BLOCK_CHANGE = "ip.block_change"
    IP_UNBLOCK = "ip.unblock"
    CANONICAL_EMAIL_BLOCK = "canonical_email.block"
    CANONICAL_EMAIL_UNBLOCK = "canonical_email.unblock"
    CANONICAL_EMAIL_TEST = "canonical_email.test"
    INVITE_CREATE = "invite.create"  # in the name of somebody
    INVITE_END = "invite.end"
    # The house
    RULE_CHANGE = "rule.change"
    TEXT_CHANGE = "text.change"
    SETTINGS_CHANGE = "settings.change"
    ANNOUNCEMENT_CREATE = "announcement.create"
    ANNOUNCEMENT_CHANGE = "announcement.change"
    ANNOUNCEMENT_DELETE = "announcement.delete"
    EMOJI_CREATE = "emoji.create"
    EMOJI_CHANGE = "emoji.change"
    EMOJI_DELETE = "emoji.delete"
    RELAY_ADD = "relay.add"
    RELAY_REMOVE = "relay.remove"
    WEBHOOK_CREATE = "webhook.create"
    WEBHOOK_CHANGE = "webhook.change"
    WEBHOOK_ROTATE = "webhook.rotate"
    WEBHOOK_DELETE = "webhook.delete"
    # Policies, what they hold, files that nobody may show
    POLICY_CREATE = "policy.create"
    POLICY_CHANGE = "policy.change"
    POLICY_DELETE = "policy.delete"
    POLICY_TRY = "policy.try"  # the dry run shows posts
    HELD_ACCEPT = "held.accept"
    HELD_REJECT = "held.reject"
    FILE_BAN = "file.ban"
    FILE_UNBAN = "file.unban"


NEEDED: dict[Deed, Permission] = {
    # Roles and people
    Deed.ROLE_CREATE: Permission.MANAGE_ROLES,
    Deed.ROLE_CHANGE: Permission.MANAGE_ROLES,
    Deed.ROLE_DELETE: Permission.MANAGE_ROLES,
    Deed.ACCOUNT_ROLE: Permission.MANAGE_ROLES,
    Deed.ACCOUNT_CREATE: Permission.MANAGE_USER_ACCESS,
    Deed.ACCOUNT_CHANGE: Permission.MANAGE_USER_ACCESS,
    Deed.ACCOUNT_RENAME: Permission.MANAGE_USER_ACCESS,
    Deed.ACCOUNT_ALIAS: Permission.MANAGE_USER_ACCESS,
    Deed.ACCOUNT_MOVE: Permission.MANAGE_USER_ACCESS,
    Deed.ACCOUNT_KEYS: Permission.MANAGE_USER_ACCESS,
    Deed.ACCOUNT_APPROVE: Permission.MANAGE_USERS,
    Deed.ACCOUNT_REJECT: Permission.MANAGE_USERS,
    Deed.ACCOUNT_SUSPEND: Permission.MANAGE_USERS,
    Deed.ACCOUNT_RESTORE: Permission.MANAGE_USERS,
    Deed.ACCOUNT_MEMORIAL: Permission.MANAGE_USERS,
    # How people log in
    Deed.USER_PASSWORD: Permission.MANAGE_USER_ACCESS,
    Deed.USER_TOKEN: Permission.MANAGE_USER_ACCESS,
    Deed.USER_TWO_FACTOR_OFF: Permission.MANAGE_USER_ACCESS,
    Deed.USER_SESSION_END: Permission.MANAGE_USER_ACCESS,
    Deed.USER_APP_END: Permission.MANAGE_USER_ACCESS,
    Deed.USER_LOG_OUT: Permission.MANAGE_USER_ACCESS,
    # Moderation
    Deed.ACCOUNT_WARN: Permission.MANAGE_USERS,
    Deed.ACCOUNT_SENSITISE: Permission.MANAGE_USERS,
    Deed.ACCOUNT_LIMIT: Permission.MANAGE_USERS,
    Deed.ACCOUNT_FREEZE: Permission.MANAGE_USERS,
    Deed.ACCOUNT_UNSENSITISE: Permission.MANAGE_USERS,
    Deed.ACCOUNT_UNLIMIT: Permission.MANAGE_USERS,
    Deed.ACCOUNT_UNFREEZE: Permission.MANAGE_USERS,
    Deed.ACCOUNT_DELETE: Permission.DELETE_USER_DATA,
    Deed.ACCOUNT_NOTE: Permission.MANAGE_USERS,
    Deed.POSTS_DELETE: Permission.MANAGE_REPORTS,
    Deed.POSTS_SENSITISE: Permission.MANAGE_REPORTS,
    Deed.ROOM_END: Permission.MANAGE_REPORTS,
    Deed.REPORT_RESOLVE: Permission.MANAGE_REPORTS,
    Deed.REPORT_REOPEN: Permission.MANAGE_REPORTS,
    Deed.REPORT_ASSIGN: Permission.MANAGE_REPORTS,
    Deed.REPORT_UNASSIGN: Permission.MANAGE_REPORTS,
    Deed.REPORT_CHANGE: Permission.MANAGE_REPORTS,
    Deed.REPORT_NOTE: Permission.MANAGE_REPORTS,
    Deed.NOTE_DELETE: Permission.MANAGE_REPORTS,
    Deed.APPEAL_APPROVE: Permission.MANAGE_APPEALS,
    Deed.APPEAL_REJECT: Permission.MANAGE_APPEALS,
    Deed.PRESET_KEEP: Permission.MANAGE_SETTINGS,
    Deed.PRESET_DELETE: Permission.MANAGE_SETTINGS,
    Deed.TREND_APPROVE: Permission.MANAGE_TAXONOMIES,
    Deed.TREND_REJECT: Permission.MANAGE_TAXONOMIES,
    Deed.HASHTAG_CHANGE: Permission.MANAGE_TAXONOMIES,
    # Other servers
    Deed.QUEUE_RETRY: Permission.MANAGE_FEDERATION,
    Deed.QUEUE_REQUEUE: Permission.MANAGE_FEDERATION,
    Deed.QUEUE_DROP: Permission.MANAGE_FEDERATION,
    # The machine
    Deed.JOB_REQUEUE: Permission.VIEW_DEVOPS,
    Deed.JOB_DROP: Permission.VIEW_DEVOPS,
    Deed.STORAGE_PRUNE: Permission.ADMINISTRATOR,
    Deed.STORAGE_COMPACT: Permission.ADMINISTRATOR,
    Deed.BACKUP_TAKE: Permission.ADMINISTRATOR,
    Deed.BACKUP_RESTORE: Permission.ADMINISTRATOR,
    Deed.SERVER_SEED: Permission.ADMINISTRATOR,
    Deed.SERVER_RESET: Permission.ADMINISTRATOR,
    # Fences: servers, mail, networks, invitations
    Deed.DOMAIN_BLOCK: Permission.MANAGE_FEDERATION,
    Deed.DOMAIN_BLOCK_CHANGE: Permission.MANAGE_FEDERATION,
    Deed.DOMAIN_UNBLOCK: Permission.MANAGE_FEDERATION,
    Deed.DOMAIN_ALLOW: Permission.MANAGE_FEDERATION,
    Deed.DOMAIN_DISALLOW: Permission.MANAGE_FEDERATION,
    Deed.BLOCK_LIST_ADD: Permission.MANAGE_FEDERATION,
    Deed.BLOCK_LIST_CHANGE: Permission.MANAGE_FEDERATION,
    Deed.BLOCK_LIST_REMOVE: Permission.MANAGE_FEDERATION,
    Deed.BLOCK_LIST_APPLY: Permission.MANAGE_FEDERATION,
    Deed.BLOCK_LIST_DISMISS: Permission.MANAGE_FEDERATION,
    Deed.EMAIL_DOMAIN_BLOCK: Permission.MANAGE_BLOCKS,
    Deed.EMAIL_DOMAIN_UNBLOCK: Permission.MANAGE_BLOCKS,
    Deed.IP_BLOCK: Permission.MANAGE_BLOCKS,
    Deed.IP_BLOCK_CHANGE: Permission.MANAGE_BLOCKS,
    Deed.IP_UNBLOCK: Permission.MANAGE_BLOCKS,
    Deed.CANONICAL_EMAIL_BLOCK: Permission.MANAGE_BLOCKS,
    Deed.CANONICAL_EMAIL_UNBLOCK: Permission.MANAGE_BLOCKS,
    Deed.CANONICAL_EMAIL_TEST: Permission.MANAGE_BLOCKS,
    Deed.INVITE_CREATE: Permission.MANAGE_INVITES,
    Deed.INVITE_END: Permission.MANAGE_INVITES,
    # The house
    Deed.RULE_CHANGE: Permission.MANAGE_RULES,
    Deed.TEXT_CHANGE: Permission.MANAGE_SETTINGS,
    Deed.SETTINGS_CHANGE: Permission.MANAGE_SETTINGS,
    Deed.ANNOUNCEMENT_CREATE: Permission.MANAGE_ANNOUNCEMENTS,
    Deed.ANNOUNCEMENT_CHANGE: Permission.MANAGE_ANNOUNCEMENTS,
    Deed.ANNOUNCEMENT_DELETE: Permission.MANAGE_ANNOUNCEMENTS,
    Deed.EMOJI_CREATE: Permission.MANAGE_CUSTOM_EMOJIS,
    Deed.EMOJI_CHANGE: Permission.MANAGE_CUSTOM_EMOJIS,
    Deed.EMOJI_DELETE: Permission.MANAGE_CUSTOM_EMOJIS,
    Deed.RELAY_ADD: Permission.MANAGE_FEDERATION,
    Deed.RELAY_REMOVE: Permission.MANAGE_FEDERATION,
    Deed.WEBHOOK_CREATE: Permission.MANAGE_WEBHOOKS,
    Deed.WEBHOOK_CHANGE: Permission.MANAGE_WEBHOOKS,
    Deed.WEBHOOK_ROTATE: Permission.MANAGE_WEBHOOKS,
    Deed.WEBHOOK_DELETE: Permission.MANAGE_WEBHOOKS,
    # Policies, what they hold, files that nobody may show
    Deed.POLICY_CREATE: Permission.MANAGE_SETTINGS,
    Deed.POLICY_CHANGE: Permission.MANAGE_SETTINGS,
    Deed.POLICY_DELETE: Permission.MANAGE_SETTINGS,
    Deed.POLICY_TRY: Permission.MANAGE_SETTINGS,
    Deed.HELD_ACCEPT: Permission.MANAGE_REPORTS,
    Deed.HELD_REJECT: Permission.MANAGE_REPORTS,
    Deed.FILE_BAN: Permission.MANAGE_REPORTS,
    Deed.FILE_UNBAN: Permission.MANAGE_SETTINGS,
}
