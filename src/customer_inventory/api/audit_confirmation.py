"""Confirmations of audit campaigns: asked by an event, answered over HTTP."""

from customer_inventory.access.operation import Operation
from customer_inventory.api.audit_campaign import ITEM_PATH, by, item_of, read, step
from customer_inventory.api.audit_campaign_schema import ANSWER, CONFIRMATION
from customer_inventory.api.given import given, text
from customer_inventory.api.route import Call
from customer_inventory.api.route import told as answered
from customer_inventory.audit.campaign import told
from customer_inventory.audit.campaign.campaigns import By
from customer_inventory.audit.campaign.confirming import Confirmation
from customer_inventory.web.exchange import Answer


async def ask(call: Call) -> Answer:
    """POST: ask outside about an item on the caller's worklist."""
    given(call)
    done = await call.rooms.campaigns.ask(
        call.path["id"], item_of(call), session=call.session, by=by(call)
    )
    return _shown(done, status=201)


async def retrieve(call: Call) -> Answer:
    """GET what was asked, and answered."""
    return _shown(await call.rooms.campaigns.asked(call.path["id"], session=call.session))


async def answer(call: Call) -> Answer:
    """POST what the customer answered; whoever reached them need not be a person."""
    sent = given(call, "verdict", "reference")
    who = call.actor.person or call.actor.process
    done = await call.rooms.campaigns.answer(
        call.path["id"],
        told.verdicts(sent),
        text(sent, "reference"),
        session=call.session,
        by=By(who, call.actor.process, call.actor),
    )
    return _shown(done)


def _shown(found: Confirmation, status: int = 200) -> Answer:
    ids = (found.record_id,) if found.record_id else ()
    return answered(told.confirmation(found), ids=ids, status=status)


_ONE = "/auditConfirmation/{id}"

ROUTES = (
    step(f"{ITEM_PATH}/ask", Operation.UPDATE, ask, "Ask outside whether it is so",
         answer=CONFIRMATION, status=201),
    read(_ONE, retrieve, "What was asked, and answered", CONFIRMATION),
    step(f"{_ONE}/answer", Operation.UPDATE, answer, "Say what was answered", ANSWER,
         answer=CONFIRMATION),
)  # fmt: skip
