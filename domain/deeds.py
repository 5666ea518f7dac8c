"""What people do beside acts on cases: to policies, keys, persons, partners. Per deed, who may, and whose proposal it is the second of.

Acts on a hire and on a vacancy stand in their own two tables (`domain.acts.ACTS`, `domain.competition.ACTS`), with what they lead to;
this is the third. Nothing here is looked up at a door alone: each deed's own code asks this table again.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from domain.errors import NotAllowed
from domain.words import Role
from domain.words import roles as roles_among

HR = frozenset({Role.HR_OFFICER, Role.HR_HEAD})
HEAD = frozenset({Role.HR_HEAD})
KEEPERS = frozenset({Role.HR_HEAD, Role.APPOINTING_AUTHORITY})
PRIVACY = frozenset({Role.DATA_PROTECTION_OFFICER, Role.HR_HEAD})
OPERATORS = HR | {Role.KEY_ADMINISTRATOR}
KEYS = frozenset({Role.KEY_ADMINISTRATOR})
#: Auditors, the data protection officer and the keys' administrator have no part in any hire.
NO_PART = frozenset({Role.AUDITOR, Role.DATA_PROTECTION_OFFICER, Role.KEY_ADMINISTRATOR})
HAS_A_PART = frozenset(Role) - NO_PART


@dataclass(frozen=True)
class Deed:
    """`second_of`: the deed another person must have done before; `says` is a plain sentence."""

    roles: frozenset[Role]
    says: str
    second_of: str = ""


DEEDS: dict[str, Deed] = {
    "publish_vacancy": Deed(HR, "Publish a vacancy."),
    "import_hires": Deed(HEAD, "Begin hires that were in flight before Muster."),
    "enter_absence": Deed(HAS_A_PART, "Enter one's own absence; the head of HR also somebody else's."),
    "delegate_roles": Deed(HAS_A_PART, "Give one's own roles to another for a time; the head of HR also somebody else's."),
    "propose_policy": Deed(KEEPERS, "Propose an edition of a policy."),
    "approve_policy": Deed(KEEPERS, "Publish an edition another person proposed.", second_of="propose_policy"),
    "propose_overlay": Deed(KEEPERS, "Propose an overlay."),
    "approve_overlay": Deed(KEEPERS, "Approve an overlay another person proposed.", second_of="propose_overlay"),
    "apply_overlay": Deed(KEEPERS, "Bring every hire in line with an overlay."),
    "lift_overlay": Deed(KEEPERS, "Lift an overlay."),
    "publish_calendar": Deed(HEAD, "Publish a calendar; every case counts again."),
    "begin_operation": Deed(HR, "Do one act to many hires, and see before what it would do to each."),
    "cancel_operation": Deed(HR, "Cancel what is not done yet of an operation."),
    "keep_house": Deed(HR, "Start and stop the periodic work."),
    "send_digest": Deed(HAS_A_PART, "Have one's digest sent; HR also that of others."),
    "discard_event": Deed(HR, "Put an event away that waits or had no effect."),
    "propose_event": Deed(HR, "Propose to put an event to its case again, or to another."),
    "decide_event": Deed(HR, "Decide what another person proposed about an event.", second_of="propose_event"),
    "operate_deliveries": Deed(OPERATORS, "Send a delivery again, resume a subscription."),
    "plan_maintenance": Deed(OPERATORS, "State when a system is away for maintenance, and that it is over."),
    "look_after_letters": Deed(HR, "Have a letter that was given up sent again, or note that it was posted on paper."),
    "rotate_partner_key": Deed(KEYS, "Give a partner a new key beside its old one."),
    "propose_erasure": Deed(PRIVACY, "Propose to erase a person."),
    "approve_erasure": Deed(PRIVACY, "Approve as the other office, and erase.", second_of="propose_erasure"),
    "place_hold": Deed(PRIVACY, "Place a legal hold."),
    "propose_lift": Deed(PRIVACY, "Propose to lift a legal hold."),
    "lift_hold": Deed(PRIVACY, "Lift a legal hold another person proposed to lift.", second_of="propose_lift"),
    "propose_balance": Deed(PRIVACY, "Propose to turn balance watch on or off."),
    "approve_balance": Deed(PRIVACY, "Turn balance watch as the other office proposed.", second_of="propose_balance"),
    "keep_keys": Deed(KEYS, "Rotate keys, wrap them anew, hand the log to another key."),
    "propose_destruction": Deed(KEYS, "Propose to destroy a generation of keys."),
    "approve_destruction": Deed(KEYS, "Destroy keys as another administrator proposed.", second_of="propose_destruction"),
}


def check_deed(deed: str, roles: Iterable[str]) -> None:
    """Raises NotAllowed for somebody none of whose roles does this."""
    allowed = DEEDS[deed].roles
    if not allowed & roles_among(roles):
        raise NotAllowed(f"to {deed.replace('_', ' ')} is for: {', '.join(sorted(allowed))}", code="wrong_role", deed=deed)
