"""TMF621 Trouble Ticket Management. Trouble tickets: what customers reported."""

from customer_inventory.tmf.api import Api

API = Api(
    number="TMF621",
    title="Trouble Ticket Management",
    prefix="troubleTicket",
    resources=("troubleTicket", "troubleTicketSpecification"),
    aliases=("troubleTicketManagement",),
)
