"""In which compartment something about a person is kept: what an authority said apart from who somebody is and from what was offered."""

from domain.sealing import Compartment

#: By the first word of an event's type.
OF_EVENTS = {
    "clearance": Compartment.CLEARANCE,
    "medical": Compartment.MEDICAL,
    "accommodation": Compartment.MEDICAL,  # what somebody needs at a test may say how they are
    "verification": Compartment.VERIFICATION,
    "offer": Compartment.OFFER,
    "contract": Compartment.OFFER,
    "budget": Compartment.OFFER,
    "duty": Compartment.OFFER,
    "probation": Compartment.OFFER,
}
#: By a letter's template.
OF_LETTERS = {
    "clearance_pending": Compartment.CLEARANCE,
    "appeal_window": Compartment.MEDICAL,
    "accommodation_evidence": Compartment.MEDICAL,
    "accommodation_received": Compartment.MEDICAL,
    "accommodation_decided": Compartment.MEDICAL,
    "conditional_offer": Compartment.OFFER,
    "offer_extended": Compartment.OFFER,
    "contract_offer": Compartment.OFFER,
    "contract_withdrawn": Compartment.OFFER,
    "entry_date_kept": Compartment.OFFER,
    "entry_postponed": Compartment.OFFER,
    "welcome": Compartment.OFFER,
}


def of_event(type_: str) -> Compartment:
    """Where the signed bytes of an event are kept."""
    return OF_EVENTS.get(type_.partition(".")[0], Compartment.IDENTITY)


def of_letter(template: str) -> Compartment:
    """Where a letter is kept."""
    return OF_LETTERS.get(template, Compartment.IDENTITY)
