"""Each clause in English, in French, in French without accents, and denied."""

import pytest

from domain.notice.clauses import CLAUSES, find, statuses
from domain.notice.contracts import contracts, secondment
from domain.notice.normalise import Passage, lines_of, passages_of

SAID = [
    ("pending_budget_approval", "*PENDING BUDGET APPROVAL*"),
    ("pending_budget_approval", "This post is subject to budgetary approval."),
    ("pending_budget_approval", "SOUS RESERVE DE L'ACCORD DU COMITE DES BUDGETS"),
    ("pending_budget_approval", "Sous réserve d'approbation budgétaire."),
    ("fast_track", "An exceptional fast-track competition is opened."),
    ("fast_track", "Une procedure de recrutement acceleree est lancee."),
    ("reserve_list", "People found suitable may be placed on a reserve list."),
    ("reserve_list", "Constitution d'une liste de reserve."),
    ("reserve_list", "We are building a talent pool."),
    ("clauses.ai_ban", "Answers written with artificial intelligence may be rejected."),
    ("clauses.ai_ban", "The use of AI tools is prohibited at every step."),
    ("clauses.ai_ban", "Les dossiers produits par l'intelligence artificielle seront rejetes."),
    ("clauses.no_fee", "We never ask candidates to pay a fee."),
    ("clauses.no_fee", "No fee is charged at any stage of the recruitment."),
    ("clauses.no_fee", "Il ne vous sera jamais demande de frais pour votre candidature."),
    ("clauses.accommodation", "Tell us if you need a reasonable adjustment for the interview."),
    ("clauses.accommodation", "Toute demande d'amenagement est examinee."),
    ("clauses.reuse_lower_grade", "Unsuccessful applicants may be offered a similar post at the same or a lower grade."),
    ("clauses.reuse_lower_grade", "Les personnes non retenues pourront se voir proposer un poste similaire, a un grade inferieur."),
    ("clauses.twin_grade", "Whoever takes a twin-graded post begins at the lower grade."),
    ("clauses.twin_grade", "En cas de poste a grades jumeles, le plus bas s'applique."),
    ("clauses.short_notice_interviews", "Interviews will be held at short notice."),
    ("clauses.short_notice_interviews", "Les entretiens auront lieu a breve echeance."),
]
NOT_SAID = [
    ("pending_budget_approval", "The post is not subject to budget approval."),
    ("pending_budget_approval", "Le poste n'est pas soumis a l'approbation du budget."),
    ("pending_budget_approval", "Experience of budget approval procedures."),
    ("fast_track", "This is not a fast-track competition."),
    ("fast_track", "We work in a fast-paced office."),
    ("reserve_list", "No reserve list will be established."),
    ("reserve_list", "This competition will not lead to a reserve list."),
    ("reserve_list", "Aucune liste de reserve ne sera etablie."),
    ("clauses.ai_ban", "AI tools may be used to prepare an application."),
    ("clauses.ai_ban", "The use of AI is allowed."),
    ("clauses.ai_ban", "Experience with artificial intelligence is useful."),
    ("clauses.no_fee", "A fee may be charged for language courses."),
    ("clauses.no_fee", "Tuition fees are not reimbursed during recruitment."),
    ("clauses.accommodation", "Accommodation is not provided and rent is high."),
    ("clauses.accommodation", "Amenagement du temps de travail possible."),
    ("clauses.reuse_lower_grade", "Unsuccessful applicants may not be offered other posts at a lower grade."),
    ("clauses.twin_grade", "This is not a twin-graded post."),
    ("clauses.short_notice_interviews", "Travel at short notice is part of the work."),
]


def read(text: str) -> list[Passage]:
    return passages_of(lines_of(text), set())


def holds(field: str, text: str) -> bool:
    clause = next(clause for clause in CLAUSES if clause.field == field)
    return find(clause, read(text)) is not None


@pytest.mark.parametrize(("field", "text"), SAID)
def test_a_clause_is_found(field: str, text: str) -> None:
    assert holds(field, text)


@pytest.mark.parametrize(("field", "text"), NOT_SAID)
def test_a_denied_or_merely_similar_clause_is_not(field: str, text: str) -> None:
    assert not holds(field, text)


def test_people_shut_out_are_not_admitted() -> None:
    text = "The fast track competition is open to interns and contractors holding a clearance. Consultants are not eligible."
    found = statuses(read(text), fast_track=True)
    assert found is not None
    assert found[0] == ["contractor", "intern"]


def test_the_channel_for_staff_is_not_a_limit_to_staff() -> None:
    assert statuses(read("- For civilian staff members only: please apply via the internal portal."), fast_track=False) is None


CONTRACTS = [
    ("A definite duration contract of 3 years; it may be renewed for up to 2 years.", [(None, "definite", 3, 2, False)]),
    (
        "Established posts: a three-year definite duration contract, followed by an indefinite duration contract.",
        [("established", "definite", 3, None, True)],
    ),
    ("Contrat à durée déterminée de deux ans, sans possibilité de contrat de durée indéterminée.", [(None, "definite", 2, None, False)]),
    (
        "Postes « projet » : contrat d'une durée déterminée de trois ans, reconductible trois ans.",
        [("project", "definite", 3, 3, False)],
    ),
    ("An indefinite duration contract is offered.", [(None, "indefinite", None, None, False)]),
    ("A fixed-term contract of one year, renewable up to a maximum duration of six years.", [(None, "definite", 1, None, False)]),
    ("Serving staff will keep a definite duration contract of 3 years.", []),
    ("Someone seconded gets a definite duration contract of 3 years.", []),
    ("Contracts are signed on the first day.", []),
]


@pytest.mark.parametrize(("text", "want"), CONTRACTS)
def test_contracts(text: str, want: list[tuple[object, ...]]) -> None:
    assert [tuple(contract.as_json().values()) for contract in contracts(read(text))] == want


def test_secondment_needs_terms_not_a_mention() -> None:
    assert secondment(read("Colleagues may be seconded from a ministry.")) is None
    told = secondment(
        read("A seconded person has a contract of 2 years, renewable for 1 year with the agreement of the national authority.")
    )
    assert told is not None
    assert told.as_json() == {"years": 2, "renewable_years": 1, "max_total_years": None, "needs_national_agreement": True}
