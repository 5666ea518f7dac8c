"""What one language of a notice says, field by field: the header first, then the prose for what the header leaves out."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from domain.notice import clauses, clearance, contracts, lists, money
from domain.notice.bodies import body_named
from domain.notice.dates import Moment, is_ongoing, moments
from domain.notice.durations import first_years
from domain.notice.findings import Finding, Reading
from domain.notice.grades import grades_in_prose
from domain.notice.header import Header
from domain.notice.labels import Labelled
from domain.notice.languages import levels
from domain.notice.normalise import Passage, fold
from domain.notice.places import countries
from domain.notice.titles import Titled, split_reference, titled


class Reader:
    """Reads one language; `found` collects what it says. `nato` is whether the notice uses NATO's grades."""

    def __init__(self, language: str, passages: Sequence[Passage], items: Sequence[Labelled], nato: bool, banners: frozenset[int]) -> None:
        self.language = language
        self.passages = list(passages)
        self.header = Header(items, language, nato=nato)
        self.labelled_lines = frozenset(n for item in items for n in range(item.lines[0], item.lines[1] + 1))
        self.prose = [p for p in self.passages if not self.labelled_lines.intersection(p.numbers)]
        self.first_label = min((item.lines[0] for item in items), default=None)
        self.banners = banners
        self.found: Reading = {}

    def read(self) -> Reading:
        """Every field this language fills."""
        self._identity()
        self._header_values()
        self._clauses()
        self._contracts()
        self._lists()
        self._who_may_apply()
        return self.found

    def _put(self, key: str, finding: Finding | None) -> None:
        if finding is not None and finding.value not in (None, [], ""):
            self.found.setdefault(key, finding)

    def _at(self, where: lists.Found, value: object, rule: str, *, inferred: bool = False, shown: object = None) -> Finding:
        passage, start, end = where
        return Finding(value, self.language, passage.lines(start, end), rule, inferred, shown)

    # --- what the notice is -------------------------------------------------------------------------------------------------

    def _identity(self) -> None:
        above: Titled = titled(self.passages, self.labelled_lines, self.first_label, self.banners)
        self._put("reference", self.header.reference())
        if lead := self.header.lead():
            words, ref = split_reference(lead.value)
            self._put("reference", Finding(ref, self.language, lead.lines, "title.reference"))
            self._put("title", Finding(words, self.language, lead.lines, "title.line") if ref else None)
        if above.reference:
            self._put("reference", self._at(above.reference[1], above.reference[0], "title.reference"))
        self._put("title", self.header.title())
        if above.title:
            words, where, sure = above.title
            self._put("title", self._at(where, words, "title.line", inferred=not sure))
        self._put("body", self.header.body_finding())
        for passage in self.passages[:HEAD]:
            if "body" not in self.found and (named := body_named(passage.text, passage.folded, nato=self.header.nato)):
                self._put("body", self._at((passage, named[1], named[2]), named[0], "prose.body", inferred=True))

    def _header_values(self) -> None:
        header = self.header
        self._put("location", header.location())
        self._put("schedule", header.schedule())
        self._put("deadline", header.deadline(self._city()))
        self._put("salary", header.salary())
        self._put("grades", header.grades())
        self._put("clearance", header.clearance())
        self._from_prose("deadline", self._deadline_in)
        self._from_prose("salary", self._salary_in)
        self._from_prose("grades", self._grades_in)
        self._from_prose("clearance", self._clearance_in)
        if mailbox := lists.mailbox(self.passages):
            rule = "contact.mailbox_though_enquiries_refused" if lists.refuses_enquiries(self.passages) else "contact.mailbox"
            self._put("contact", self._at(mailbox[1], mailbox[0], rule))
        self._put("contact", header.contact())

    def _city(self) -> str | None:
        location = self.found.get("location")
        city = location.value.get("city") if location and isinstance(location.value, dict) else None
        return fold(city) if isinstance(city, str) else None

    def _from_prose(self, key: str, read: Callable[[Passage], Finding | None]) -> None:
        """The best finding of the prose, for a field no label fills: the first stated one, else the first inferred one."""
        if key in self.found:
            return
        inferred: Finding | None = None
        for passage in self.passages:
            finding = read(passage)
            if finding and not finding.inferred:
                self._put(key, finding)
                return
            inferred = inferred or finding
        self._put(key, inferred)

    def _deadline_in(self, passage: Passage) -> Finding | None:
        for start, sentence in passage.sentences():
            about = _DEADLINE.search(sentence)
            if not about:
                continue
            dated = [m for m in moments(sentence, self._city()) if m.start >= about.start() - 60]
            if dated:
                moment: Moment = dated[0]
                value = {**moment.as_json(), "ongoing": False}
                return self._at((passage, start + about.start(), start + moment.end), value, "prose.deadline", inferred=moment.inferred)
            if is_ongoing(sentence[about.start() : about.end() + 60]):
                value = {"date": None, "time": None, "zone": None, "ongoing": True}
                return self._at((passage, start, start + len(sentence)), value, "prose.ongoing")
        return None

    def _salary_in(self, passage: Passage) -> Finding | None:
        read = money.money_in_prose(passage.folded[:_PROSE_LIMIT])
        return self._at((passage, read[1], read[2]), read[0].as_json(), "prose.salary") if read else None

    def _grades_in(self, passage: Passage) -> Finding | None:
        read = grades_in_prose(passage.text[:_PROSE_LIMIT], passage.folded[:_PROSE_LIMIT], nato=self.header.nato)
        if not read:
            return None
        found, start, end, bare = read
        return self._at((passage, start, end), [grade.as_json() for grade in found], "prose.grades", inferred=bare)

    def _clearance_in(self, passage: Passage) -> Finding | None:
        for start, sentence in passage.sentences():
            if level := clearance.level_in_sentence(sentence):
                return self._at((passage, start, start + len(sentence)), level, "prose.clearance")
        return None

    # --- clauses, contracts -------------------------------------------------------------------------------------------------

    def _clauses(self) -> None:
        for clause in clauses.CLAUSES:
            if hit := clauses.find(clause, self.passages):
                self._put(clause.field, self._at(hit, True, clause.field if "." in clause.field else f"clauses.{clause.field}"))
        if several := self._several_posts():
            self._put("multiple_posts", several)
        fast = "fast_track" in self.found
        if standing := clauses.clearance_standing(self.passages, fast_track=fast):
            value, passage, start, end = standing
            self._put("clearance_is", self._at((passage, start, end), value, f"clearance.{value}"))

    def _several_posts(self) -> Finding | None:
        labelled = self.header.posts()
        if labelled:
            many = int(re.sub(r"\D", "", labelled.value)[:4]) > 1
            return Finding(many, self.language, labelled.lines, "label.posts") if many else None
        title = self.found.get("title")
        for passage in self.passages:
            in_title = title is not None and set(passage.numbers) & set(range(title.lines[0], title.lines[1] + 1))
            pattern = _SEVERAL_IN_TITLE if in_title else _SEVERAL
            singles = len(_ONE_POST.findall(passage.folded)) if in_title else 0
            if match := pattern.search(passage.folded):
                return self._at((passage, match.start(), match.end()), True, "posts.several")
            if singles > 1:
                return self._at((passage, 0, len(passage.text)), True, "posts.several", inferred=True)
        return None

    def _contracts(self) -> None:
        offers = contracts.contracts(self.prose)
        kind, duration = self.header.contract_kind(), self.header.contract_duration()
        if duration and len(offers) == 1:
            offers = contracts.lasting(offers, first_years(duration.folded))
        if not offers and (kind or duration):
            self._put("contracts", self._labelled_contract(kind, duration))
        if offers:
            lines = [offer.passage.lines(offer.start, offer.end) for offer in offers]
            span = (min(first for first, _ in lines), max(last for _, last in lines))
            self._put("contracts", Finding([offer.as_json() for offer in offers], self.language, span, "contracts.offered"))
        if terms := contracts.secondment(self.prose):
            self._put("secondment", self._at((terms.passage, terms.start, terms.end), terms.as_json(), "contracts.seconded"))

    def _labelled_contract(self, kind: Labelled | None, duration: Labelled | None) -> Finding | None:
        words = " ".join(item.folded for item in (kind, duration) if item)
        name = contracts.kind_named(words) or (kind.value if kind else None)
        length = first_years(words)
        if name is None or (kind is None and length is None):
            return None
        source = kind or duration
        value = {"post_kind": None, "kind": name, "years": length, "renewable_years": None, "then_indefinite": False}
        return Finding([value], self.language, source.lines, "label.contract") if source else None

    # --- lists --------------------------------------------------------------------------------------------------------------

    def _lists(self) -> None:
        told = levels(self.prose)
        if told:
            entries = [entry for entry, _, _ in told]
            self._put(
                "languages",
                self._spanning([(p, 0, len(p.text)) for _, p, _ in told], entries, "prose.levels", any(named for _, _, named in told)),
            )
        if schooling := lists.education(self.prose):
            self._put("education_alternatives", self._at(schooling[1], schooling[0], "prose.education"))
        for key, found in (
            ("desirable", lists.desirable(self.prose)),
            ("competencies", lists.competencies(self.passages)),
            ("role_profiles", lists.role_profiles(self.passages)),
        ):
            if found:
                self._put(key, self._spanning([where for _, where in found], [text for text, _ in found], f"lists.{key}"))
        if sessions := lists.info_sessions(self.passages, self._city()):
            values = [moment.as_json() for moment, _ in sessions]
            shown = [moment.as_json(as_written=True) for moment, _ in sessions]
            where = [where for _, where in sessions]
            inferred = any(m.inferred for m, _ in sessions)
            self._put("info_sessions", self._spanning(where, values, "prose.info_session", inferred, shown))

    def _spanning(self, where: Sequence[lists.Found], value: object, rule: str, inferred: bool = False, shown: object = None) -> Finding:
        lines = [passage.lines(start, end) for passage, start, end in where]
        return Finding(value, self.language, (min(a for a, _ in lines), max(b for _, b in lines)), rule, inferred, shown)

    # --- who may apply ------------------------------------------------------------------------------------------------------

    def _who_may_apply(self) -> None:
        if named := clauses.statuses(self.passages, fast_track="fast_track" in self.found):
            value, passage, start, end = named
            self._put("eligible_statuses", self._at((passage, start, end), value, "eligibility.statuses"))
        self._put("eligible_nationalities", self._nations() or self._members())

    def _nations(self) -> Finding | None:
        """A list of countries in a sentence that limits nationality, or in the bullets it introduces."""
        label = self.header.nationality()
        if label and (named := countries(clauses.before_exception(label.folded))):
            return Finding(named, self.language, label.lines, "label.nationality")
        for place, passage in enumerate(self.passages):
            for start, sentence in passage.sentences():
                begin = clauses.nations_clause(sentence)
                if begin is None:
                    continue
                named = countries(clauses.before_exception(sentence[begin:]))
                ends = passage, start, start + len(sentence)
                if named:
                    return self._at(ends, named, "eligibility.nations")
                below = self.passages[place + 1 : place + 40] if sentence.rstrip().endswith(":") else []
                listed = _countries_below(below)
                if listed:
                    return self._spanning([ends, *((p, 0, len(p.text)) for p in listed)], _nations_of(listed), "eligibility.nations")
        return None

    def _members(self) -> Finding | None:
        if not self.header.nato:
            return None  # "members" means NATO's member countries; another body's list is not in the text
        for passage in self.passages:
            for start, sentence in passage.sentences():
                if clauses.members_only(sentence):
                    return self._at((passage, start, start + len(sentence)), "members", "eligibility.members")
        return None


def _countries_below(passages: Sequence[Passage]) -> list[Passage]:
    """The passages that list countries and little else, directly below an introduction."""
    listed: list[Passage] = []
    for passage in passages:
        named = countries(passage.folded)
        if not named or len(passage.text) > 40 * len(named):
            break
        listed.append(passage)
    return listed


def _nations_of(passages: Sequence[Passage]) -> list[str]:
    return list(dict.fromkeys(nation for passage in passages for nation in countries(passage.folded)))


HEAD: Final = 25
"""How many passages from the top may name the body, when no label does."""
_PROSE_LIMIT: Final = 20_000
_DEADLINE = re.compile(
    r"\b(?:closing date|deadline|date limite|date de cloture|date de retrait)\b|\bapplications? (?:must|should|will|can|may"
    r"|are to) (?:be )?(?:\w{1,12} ){0,4}(?:no later|by|before|until|at the latest)\b"
    r"|\bapply (?:\w{1,12} ){0,4}(?:no later than|by|before|until)\b|\bcandidatures?\b[^.]{0,80}\b(?:au plus tard|avant le"
    r"|jusqu'au|jusqu'a)\b"
    r"|\b(?:postul\w{1,4})\b[^.]{0,40}\b(?:au plus tard|avant le|jusqu'au|jusqu'a)\b|\bthis vacancy is (?:open|ongoing)\b"
    r"|\bopen until\b|\bvacance\b[^.]{0,30}\bouverte\b"
)
_NUMBER_WORDS = r"(?:[2-9]|[1-9]\d|two|three|four|five|six|seven|eight|nine|ten|deux|trois|quatre|cinq|six|sept|huit|neuf|dix)"
_POSTS = r"(?:posts?|positions?|vacancies|vacant posts|postes?|emplois|openings)"
_VAGUE = r"(?:multiple|several|various|a number of|numerous|plusieurs|differents|divers(?:es)?|un certain nombre de)"
_SEVERAL_IN_TITLE = re.compile(
    rf"\b(?:{_NUMBER_WORDS}|{_VAGUE}) (?:\w{{1,14}} )?{_POSTS}\b|\b{_POSTS} ?\(?x ?{_NUMBER_WORDS}\b|\b{_POSTS} multiples\b"
    rf"|\bpostes a pourvoir\b"
)
_SEVERAL = re.compile(
    rf"\(\s*{_NUMBER_WORDS} {_POSTS}\s*\)|[-–] ?{_NUMBER_WORDS} (?:vacancies|postes)\b"
    rf"|\b(?:fill|hire|recruit|appoint|select|seeking|looking|pourvoir|recruter|nommer|engager"
    rf"|cherche\w{{0,2}})\b[^.]{{0,50}}\b(?:{_NUMBER_WORDS}|{_VAGUE}) (?:[\w()/-]{{1,16}} ){{0,3}}{_POSTS}\b"
    rf"|\b(?:{_NUMBER_WORDS}|{_VAGUE}) (?:\w{{1,14}} ){{0,2}}{_POSTS} (?:are|is to be|to be filled|sont|a pourvoir|available)\b"
    rf"|\bqualified candidates\b[^.]{{0,60}}\bvarious\b"
)
_ONE_POST = re.compile(r"\((?:1|one|un|une) (?:post|position|poste|vacancy)\)")
