"""Why a process may do something or not: every rule that was asked, in the order of the doors."""
