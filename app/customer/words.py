"""The customer's codes in people's words."""

from collections.abc import Mapping

from app.customer.masking import PersonalColumn
from app.customer.models import PartyRole
from app.customer.order import RevealReason
from app.customer.question import Sought
from app.i18n import N_

COLUMNS: Mapping[PersonalColumn, str] = {
    PersonalColumn.name: N_("Name"),
    PersonalColumn.phone: N_("Phone"),
    PersonalColumn.email: N_("E-mail"),
    PersonalColumn.id_number: N_("ID number"),
    PersonalColumn.address: N_("Address"),
}
PARTY_ROLES: Mapping[PartyRole, str] = {
    PartyRole.guarantor: N_("Guarantor"),
    PartyRole.co_borrower: N_("Co-borrower"),
    PartyRole.employer: N_("Employer"),
    PartyRole.contact: N_("Contact person"),
}
RELATIONS: Mapping[str, str] = {
    "spouse": N_("Spouse"),
    "parent": N_("Parent"),
    "child": N_("Child"),
    "sibling": N_("Brother or sister"),
    "relative": N_("Relative"),
    "friend": N_("Friend"),
    "colleague": N_("Colleague"),
}
REASONS: Mapping[RevealReason, str] = {
    RevealReason.customer_calls: N_("Customer on the line"),
    RevealReason.calling_back: N_("Calling the customer"),
    RevealReason.writing: N_("Writing to the customer"),
    RevealReason.identity_check: N_("Checking identity"),
    RevealReason.complaint: N_("Handling a complaint"),
}
SOUGHT: Mapping[Sought, str] = {
    Sought.number: N_("One of our numbers"),
    Sought.source: N_("Number of the source system"),
    Sought.phone: N_("Phone number"),
    Sought.tail: N_("Last digits of phone or ID"),
    Sought.id_number: N_("ID number"),
    Sought.email: N_("E-mail"),
    Sought.name: N_("Name"),
    Sought.latin: N_("Name, pinyin or initials"),
}
CONTACT_CHANNELS: Mapping[str, str] = {
    "call": N_("Call"),
    "sms": N_("Text message"),
    "email": N_("E-mail"),
    "letter": N_("Letter"),
    "visit": N_("Visit"),
    "message": N_("Chat message"),
}
CONTACT_CHANNELS_IN: Mapping[str, str] = {
    "call": N_("Call from the customer"),
    "sms": N_("Text from the customer"),
    "email": N_("E-mail from the customer"),
    "letter": N_("Letter from the customer"),
    "visit": N_("Customer came in"),
    "message": N_("Chat from the customer"),
}
OUTCOMES: Mapping[str, str] = {
    "no_answer": N_("no answer"),
    "reached": N_("reached"),
    "promised": N_("promised to pay"),
    "plan_asked": N_("asked for a payment plan"),
    "third_party": N_("somebody else answered"),
    "refused": N_("refused to pay"),
    "not_met": N_("not met"),
    "wrong_number": N_("wrong number"),
    "delivered": N_("delivered"),
    "sent": N_("sent"),
}
