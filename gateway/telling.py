"""When each inbound event is sent, in a sentence or two: what its model's fields alone do not say."""

WHEN: dict[str, str] = {
    "application.submitted": "A candidate applies. The receipt's `case` names the hire from then on. After the closing time it is "
    "taken, and marked late.",
    "application.withdrawn": "The candidate withdraws. `reason` stays with the personal data.",
    "candidate.unavailable": "A candidate on the reserve list cannot be called for now. They keep their place.",
    "candidate.available": "The same candidate can be called again.",
    "candidate.told": "A partner told the candidate something itself: what is medical is the medical service's to tell.",
    "accommodation.requested": "The candidate asks for an accommodation at the test or the interview, before it. `reference` is your file.",
    "assessment.completed": "The candidate answered the assessment. The board marks it; no score travels here.",
    "interview.scheduled": "An interview has its time and place: a room or a meeting, never a sentence.",
    "interview.completed": "An interview took place (`attended`), or the candidate did not come.",
    "clearance.forms_received": "The candidate's forms are with the authority: from now on the authority is the one to move.",
    "clearance.acknowledged": "The authority has the request; `expected` is the day it means to answer, if it can say.",
    "clearance.replied": "The authority answers. `granted` and `interim` need `level`, `issuer`, `valid_from` and `valid_until`; "
    "`valid_until` is not before `valid_from`. Never grounds.",
    "clearance.withdrawn": "A clearance granted before is taken back.",
    "medical.file_received": "The candidate's medical file is with the Medical Adviser. Nothing of it travels here.",
    "medical.acknowledged": "The Medical Adviser has the request; `expected` is the day of the opinion, if known.",
    "medical.replied": "The Medical Adviser's opinion: the outcome and how long it holds, nothing medical.",
    "medical.appealed": "The candidate asks for a second opinion.",
    "verification.acknowledged": "The agency has the request.",
    "verification.replied": "Studies and work experience are verified: an outcome over all, and one per claim under the reference it was "
    "asked with (`education-1`).",
    "accreditation.acknowledged": "The host nation has the request.",
    "accreditation.replied": "The host nation answers.",
    "secondment.replied": "The national administration answers. `agreed` needs `years`.",
    "budget.decided": "The budget authority decides about a post of a vacancy, not about a hire.",
    "offer.answered": "The candidate answers the conditional offer. Who was called from the list and declines stays on it, unless "
    "`stay_listed` is `false`.",
    "offer.extension_requested": "The candidate asks for more time to answer the offer. A person decides.",
    "reuse.answered": "The candidate says whether another vacancy may consider them.",
    "contract.signed": "The candidate signed the contract, or did not. A signed one needs `enters_on`.",
    "duty.entered": "The person entered on duty.",
    "duty.no_show": "The person did not come on the day expected. A person decides what follows.",
    "probation.decided": "The line manager's written decision. `decided_by` is a staff number; `reason` stays with the personal data.",
    "review.lodged": "The candidate asks for a review of an adverse ending.",
    "integrity.reported": "Something speaks against the honesty of an application. The candidate is asked before anybody decides.",
    "allegation.answered": "The candidate answered an allegation; `reference` is where the answer lies.",
}
