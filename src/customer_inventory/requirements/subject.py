"""What the register holds of subjects: nothing, and why."""

EXPLAINED = {
    "requirements.requirement": "what must be known of customers, not of which: no values",
    "requirements.version": "what requirements say of attributes: no values",
    "requirements.decision": "who decided on requirements: staff, not subjects",
}
