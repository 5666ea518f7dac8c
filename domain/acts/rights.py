"""Who may do an act: by a role of their own, or by one somebody gave them for a time; nobody who stepped back from the case."""

from collections.abc import Collection

from domain.errors import NotAllowed
from domain.messages import ActRequest
from domain.words import Role
from domain.words import roles as roles_among


def entitled(act: str, roles: frozenset[Role], request: ActRequest, recused: Collection[str] = ()) -> ActRequest:
    """The request as this person may make it: `acting_for` names the principal where the right is not their own.

    Raises NotAllowed: no such role, or recused from this case (a deputy of somebody recused is no way round that).
    """
    if request.person in recused:
        raise NotAllowed(f"{request.person} stepped back from this case (conflict of interest)", code="recused")
    if roles & roles_among(request.roles):
        return request.model_copy(update={"acting_for": ""})
    principals = [who for who, given in sorted(request.stands_in.items()) if roles & roles_among(given)]
    free = [who for who in principals if who not in recused]
    if principals and not free:
        raise NotAllowed(f"{principals[0]}, for whom {request.person} would act, stepped back from this case", code="recused")
    if not free:
        raise NotAllowed(f"{act} is for {', '.join(sorted(roles))}", code="wrong_role")
    return request.model_copy(update={"acting_for": free[0]})
