"""What facilities hold of subjects: nothing, and why."""

EXPLAINED = {
    "facilities.repository": "what repositories are declared to hold: types and paths, no customer",
    "facilities.drill": "when a backup was proved and what came back: names of tables, no customer",
    "facilities.repository_version": "what was declared of repositories before; no customer",
}
