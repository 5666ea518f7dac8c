"""What somebody would try against the door of the console, each really done. An attack gives what it won; nothing, if it was refused.

`muster` promises P17 (`trust.md` §5): signing out, dismissal or a stolen copy ends at the next request, and no other site, no old proof and
no forged token moves anything.
"""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from joserfc.jwk import OctKey

from acts.sessions import NotSignedIn
from console.visits import WATCHING
from domain.sessions import TRIES, How
from tests.console.conftest import Browser, csrf
from tests.console.ground import APPROVAL, PASSWORD, Ground, cookie
from tests.console.issuer import CLIENT, ISSUER, SECRET, key_named
from tests.gateway.api.played import AT_CONDITIONS

Attack = Callable[[Ground], Awaitable[Any]]
ATTACKS: dict[str, Attack] = {}
EVIL = "https://evil.example"
LATER = timedelta(minutes=6)
PROVIDER = "/sign-in/provider"
FOREIGN = {"origin": EVIL, "sec-fetch-site": "cross-site"}


def attack(name: str) -> Callable[[Attack], Attack]:
    def kept(made: Attack) -> Attack:
        ATTACKS[name] = made
        return made

    return kept


async def inside(browser: Browser) -> bool:
    """Is somebody signed in here?"""
    return (await browser.get("/me")).status_code == 200


def with_cookie(g: Ground, value: str) -> Browser:
    browser = g.browser()
    browser.http.cookies.set("muster_session", value)
    return browser


# ---- sessions and their cookies --------------------------------------------------------------------------------------------


@attack("a session planted before somebody signs in by a link")
async def planted_before_a_link(g: Ground) -> Any:
    victim = await g.as_("nobody")
    planted = cookie(victim)
    await victim.post(f"/in/{await g.desk.sessions.link('hr_head')}")
    return await inside(with_cookie(g, planted)) or cookie(victim) == planted


@attack("a session planted before somebody signs in by the provider")
async def planted_before_the_provider(g: Ground) -> Any:
    await g.desk.sessions.link_identity("hr_head", ISSUER, "sub-1")
    victim = await g.as_("nobody")
    planted = cookie(victim)
    await g.by_provider(victim)
    return await inside(with_cookie(g, planted)) or cookie(victim) == planted


@attack("a cookie of one's own choice")
async def chosen(g: Ground) -> Any:
    victim = with_cookie(g, "A" * 43)
    await victim.post(f"/in/{await g.desk.sessions.link('hr_head')}")
    return await inside(with_cookie(g, "A" * 43))


@attack("a copy of the cookie after signing out")
async def after_signing_out(g: Ground) -> Any:
    browser = await g.as_("hr_officer")
    copy = cookie(browser)
    await browser.post("/sign-out", {"csrf": csrf((await browser.get("/")).text)})
    return await inside(with_cookie(g, copy))


@attack("a copy of the cookie after all sessions were ended")
async def after_ending_all(g: Ground) -> Any:
    thief, owner = await g.as_("hr_officer"), await g.as_("hr_officer")
    await owner.post("/me/sessions/end", {"csrf": csrf((await owner.get("/me")).text)})
    return await inside(thief)


@attack("a copy of the cookie after the password was set anew")
async def after_a_new_password(g: Ground) -> Any:
    thief = await g.by_password("hr_officer")
    await g.desk.sessions.set_password("hr_officer", PASSWORD + "!")
    return await inside(thief)


@attack("a session nobody used for a quarter of an hour")
async def idle(g: Ground) -> Any:
    browser = await g.as_("hr_officer")
    g.late = timedelta(minutes=16)
    return await inside(browser)


@attack("a session kept busy beyond a working day")
async def for_ever(g: Ground) -> Any:
    browser = await g.as_("hr_officer")
    for step in range(1, 9 * 6):
        g.late = step * timedelta(minutes=10)
        await browser.get("/me")
    return await inside(browser)


@attack("a page left open keeps its session alive")
async def left_open(g: Ground) -> Any:
    browser = await g.as_("hr_officer")
    for step in range(1, 5):
        g.late = step * timedelta(minutes=5)
        await browser.get("/hires", headers={WATCHING: "1"})
    return await inside(browser)


@attack("the session of somebody who does not work here any more")
async def dismissed(g: Ground) -> Any:
    from store.tables import staff

    browser = await g.as_("hr_officer")
    await g.db.write(lambda tx: tx.execute(staff.delete().where(staff.c.person == "hr_officer")))
    return await inside(browser)


@attack("a role that was taken away, in a session from before")
async def role_taken_away(g: Ground) -> Any:
    browser = await g.as_("hr_head")
    await g.desk.put_staff("hr_head", "Hr Head", "hr_head@example.org", ["line_manager"])
    return (await browser.get("/audit")).status_code == 200


@attack("the store's own hash of a session as a cookie")
async def stolen_hash(g: Ground) -> Any:
    session = await g.session(await g.as_("hr_head"))
    return await inside(with_cookie(g, session.session)) or await inside(with_cookie(g, session.session[:43]))


@attack("cookies that are no secrets: SQL, nothing, very long, another coding")
async def odd_cookies(g: Ground) -> Any:
    await g.as_("hr_head")
    odd = ["' OR 1=1 --", "", "%", "x" * 5000, "../" * 15, "\u00e9" * 43, '{"person":"hr_head"}', "null"]
    found = []
    for value in odd:
        browser = g.browser(cookie=f"muster_session={value}".encode())
        found.append(await inside(browser))
    return any(found)


@attack("a cookie of a neighbouring site where this one is behind https")
async def tossed(g: Ground) -> Any:
    _, secret = await g.desk.sessions.begin("hr_head", How.LINK)
    browser = g.browser("https://muster.example", cookie=f"muster_session={secret}")
    return await inside(browser)


@attack("the cookie of a console behind https without what keeps it there")
async def loose_behind_https(g: Ground) -> Any:
    browser = g.browser("https://muster.example")
    said = (await browser.post(f"/in/{await g.desk.sessions.link('hr_head')}")).headers["set-cookie"]
    return [word for word in ("__Host-muster=", "Secure", "HttpOnly", "Path=/") if word not in said] or "Domain=" in said


@attack("what a script, a plain connection or another site's page gets of the cookie")
async def loose_cookie(g: Ground) -> Any:
    answer = await g.browser().post(f"/in/{await g.desk.sessions.link('hr_head')}")
    said = answer.headers["set-cookie"]
    return [word for word in ("HttpOnly", "SameSite=lax", "Path=/") if word not in said] or "Domain=" in said


# ---- links and passwords ---------------------------------------------------------------------------------------------------


@attack("a link used a second time")
async def link_twice(g: Ground) -> Any:
    link = await g.desk.sessions.link("hr_head")
    await g.browser().post(f"/in/{link}")
    thief = g.browser()
    await thief.post(f"/in/{link}")
    return await inside(thief)


@attack("a link used by two at the same moment")
async def link_at_once(g: Ground) -> Any:
    link, both = await g.desk.sessions.link("hr_head"), [g.browser(), g.browser()]
    await asyncio.gather(*(each.post(f"/in/{link}") for each in both))
    return sum([await inside(each) for each in both]) > 1


@attack("a link that is too old")
async def old_link(g: Ground) -> Any:
    link, thief = await g.desk.sessions.link("hr_head"), g.browser()
    g.late = timedelta(minutes=16)
    await thief.post(f"/in/{link}")
    return await inside(thief)


@attack("a link only looked at, as mail programs do, signs in or is used up")
async def link_looked_at(g: Ground) -> Any:
    link, robot = await g.desk.sessions.link("hr_head"), g.browser()
    await robot.get(f"/in/{link}")
    return await inside(robot) or await g.desk.sessions.whose_link(link) is None


@attack("the store's own hash of a link as a link")
async def stolen_link_hash(g: Ground) -> Any:
    link, thief = await g.desk.sessions.link("hr_head"), g.browser()
    hashed = hashlib.sha256(link.encode()).hexdigest()
    for value in (hashed, hashed[:43]):
        await thief.post(f"/in/{value}")
    return await inside(thief)


@attack("the right password after five wrong ones, within the rest")
async def guessing(g: Ground) -> Any:
    await g.desk.sessions.set_password("hr_head", PASSWORD)
    thief = g.browser()
    for n in range(TRIES):
        await thief.post("/sign-in", {"person": "hr_head", "password": f"a wrong one {n:03}"})
    await thief.post("/sign-in", {"person": "hr_head", "password": PASSWORD})
    return await inside(thief)


@attack("finding out by the answer who has an account")
async def who_has_an_account(g: Ground) -> Any:
    await g.desk.sessions.set_password("hr_head", PASSWORD)
    told = set()
    for person in ("hr_head", "mallory", "auditor"):
        answer = await g.browser().post("/sign-in", {"person": person, "password": "a wrong one 000"})
        told.add((answer.status_code, answer.text.replace(person, "")))
    return len(told) > 1


@attack("an odd name or a huge password at the door")
async def odd_names(g: Ground) -> Any:
    await g.desk.sessions.set_password("hr_head", PASSWORD)
    thief = g.browser()
    odd = [("hr_head' --", PASSWORD), ("hr_head\x00", PASSWORD), ("*", "*"), ("hr_head", PASSWORD + "\x00"), ("hr_head", "x" * 10**6)]
    for person, password in odd:
        if (await thief.post("/sign-in", {"person": person, "password": password})).status_code >= 500:
            return "broken"
    return await inside(thief)


# ---- forms of other sites ---------------------------------------------------------------------------------------------------


async def _signed_out_by(g: Ground, **how: Any) -> bool:
    """Does this way of sending the form sign the victim out? A form that changes something, sent with everything the victim has."""
    victim = await g.as_("hr_officer")
    form = how.pop("form", None) or {"csrf": csrf((await victim.get("/")).text)}
    await victim.http.post("/sign-out", data=form, **how)
    return not await inside(victim)


@attack("a form of another site, with the cookie and even the token")
async def cross_site(g: Ground) -> Any:
    return await _signed_out_by(g, headers=FOREIGN)


@attack("a form of a page without an origin, such as a sandboxed frame")
async def null_origin(g: Ground) -> Any:
    return await _signed_out_by(g, headers={"origin": "null", "sec-fetch-site": "cross-site"})


@attack("a form of a neighbour under the same domain")
async def same_site(g: Ground) -> Any:
    return await _signed_out_by(g, headers={"origin": "http://127.0.0.1:9999", "sec-fetch-site": "same-site"})


@attack("a form that says nothing of where it comes from")
async def silent_origin(g: Ground) -> Any:
    return await _signed_out_by(g)


@attack("a form with our origin and another site's fetch metadata, and the other way round")
async def mixed_origin(g: Ground) -> Any:
    first = await _signed_out_by(g, headers={"origin": g.origin, "sec-fetch-site": "cross-site"})
    return first or await _signed_out_by(g, headers={"origin": EVIL, "sec-fetch-site": "same-origin"})


@attack("a form without a token")
async def without_a_token(g: Ground) -> Any:
    ours = {"origin": g.origin, "sec-fetch-site": "same-origin"}
    return await _signed_out_by(g, headers=ours, form={"next": "/"})


@attack("a form with the token of somebody else's session")
async def foreign_token(g: Ground) -> Any:
    other = csrf((await (await g.as_("hr_officer")).get("/")).text)
    return await _signed_out_by(g, headers={"origin": g.origin, "sec-fetch-site": "same-origin"}, form={"csrf": other})


@attack("changing something by merely following a link, or by another method in disguise")
async def by_get(g: Ground) -> Any:
    victim = await g.as_("hr_officer")
    found = csrf((await victim.get("/")).text)
    for path in (f"/sign-out?csrf={found}", f"/sign-out?csrf={found}&_method=POST", f"{APPROVAL}?step=confirm&csrf={found}"):
        await victim.get(path, headers={"x-http-method-override": "POST"})
    return g.did or not await inside(victim)


@attack("an act on a case by another site's form")
async def act_cross_site(g: Ground) -> Any:
    victim = await g.as_("hr_officer")
    page = (await victim.get(APPROVAL)).text
    form = {"csrf": csrf(page), "version": "0", "request": "ab" * 12, "step": "confirm"}
    await victim.http.post(APPROVAL, data=form, headers=FOREIGN)
    return g.did


@attack("signing the victim in as the attacker, by a form of another site")
async def login_csrf(g: Ground) -> Any:
    await g.desk.sessions.set_password("nobody", PASSWORD)
    victim = g.browser()
    await victim.http.post("/sign-in", data={"person": "nobody", "password": PASSWORD}, headers=FOREIGN)
    return await inside(victim)


@attack("signing the victim in as the attacker, by a link opened from another site")
async def link_csrf(g: Ground) -> Any:
    victim = g.browser()
    await victim.http.post(f"/in/{await g.desk.sessions.link('nobody')}", headers=FOREIGN)
    return await inside(victim)


# ---- answers ---------------------------------------------------------------------------------------------------------------


@attack("being led elsewhere after signing in")
async def open_redirect(g: Ground) -> Any:
    await g.desk.sessions.set_password("auditor", PASSWORD)
    found = []
    for wanted in (EVIL, "//evil.example", "/\\evil.example", "javascript:evil()", "/\tevil", "https:evil.example", "\\\\evil.example"):
        answer = await g.browser().post("/sign-in", {"person": "auditor", "password": PASSWORD, "next": wanted})
        found.append(answer.headers.get("location") != "/")
    return any(found)


@attack("being led elsewhere by what a proxy's header says this place is called")
async def host_header(g: Ground) -> Any:
    browser = g.browser(**{"x-forwarded-host": "evil.example", "x-forwarded-proto": "https", "forwarded": "host=evil.example"})
    out = await browser.get(PROVIDER)
    door = await browser.get("/hires")
    return "evil.example" in out.headers["location"] + door.headers.get("location", "")


@attack("a page of ours in a frame of another site, or kept by a proxy")
async def framed(g: Ground) -> Any:
    browser = await g.as_("hr_officer")
    wrong = []
    for path in ("/", "/hires", f"/hires/{AT_CONDITIONS}", APPROVAL, "/me", "/nothing/here", "/sign-in"):
        headers = (await browser.get(path)).headers
        if "frame-ancestors 'none'" not in headers["content-security-policy"] or headers["cache-control"] != "no-store":
            wrong.append(path)
    return wrong


@attack("a script in the words somebody searches for or signs in with")
async def reflected(g: Ground) -> Any:
    browser, bad = await g.as_("hr_officer"), '"><script>alert(1)</script>'
    found = await browser.post("/find", {"csrf": csrf((await browser.get("/")).text), "words": bad})
    door = await g.browser().post("/sign-in", {"person": bad, "password": "x" * 12})
    stray = await g.browser().get(f"/sign-in?next=/{bad}")
    return any("<script>alert" in answer.text for answer in (found, door, stray))


@attack("a script in what is stored: a name, a note, a saved view")
async def stored(g: Ground) -> Any:
    bad = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    await g.desk.put_staff("hr_officer", bad, "hr_officer@example.org", ["hr_officer"])
    browser = await g.as_("hr_officer")
    found = csrf((await browser.get("/")).text)
    await browser.post("/views", {"csrf": found, "screen": "hires", "query": "stage=offer", "name": bad[:60]})
    await browser.post(f"/hires/{AT_CONDITIONS}/notes", {"csrf": found, "text": bad})
    pages = [(await browser.get(path)).text for path in ("/", "/hires?stage=offer", f"/hires/{AT_CONDITIONS}", "/me", "/me/views")]
    return any("<script>alert" in page or "<img src=x" in page for page in pages)


@attack("a policy of the page that lets a foreign script run")
async def weak_policy(g: Ground) -> Any:
    policy = (await (await g.as_("hr_officer")).get("/")).headers["content-security-policy"]
    return re.findall(r"unsafe-\w+|\*|https?:|(?<!img-src 'self' )data:", policy) or "default-src 'none'" not in policy


# ---- the identity provider -------------------------------------------------------------------------------------------------


async def _lied_to(g: Ground, *, subject: str = "sub-1", **lies: Any) -> bool:
    """Does a provider that says this let anybody in? Everything else about it is right, and the identity is linked."""
    await g.desk.sessions.link_identity("hr_head", ISSUER, subject)
    for name, value in lies.items():
        setattr(g.issuer, name, value)
    browser, _ = await g.by_provider()
    return await inside(browser)


LIES: dict[str, dict[str, Any]] = {
    "an ID token without a signature": {"alg": "none"},
    "an ID token for another console": {"claims": {"aud": "another-console"}},
    "an ID token for several, made out to another": {"claims": {"aud": [CLIENT, "other"], "azp": "other"}},
    "an ID token for several that names no party": {"claims": {"aud": [CLIENT, "other"]}},
    "an ID token without an audience": {"claims": {"aud": None}},
    "an ID token of another issuer": {"claims": {"iss": "https://id.evil.example"}},
    "an ID token of an issuer that only looks like ours": {"claims": {"iss": ISSUER + "/"}},
    "an ID token for another way in": {"claims": {"nonce": "0" * 64}},
    "an ID token for no way in at all": {"claims": {"nonce": None}},
    "an ID token that has expired": {"claims": {"exp": 1}},
    "an ID token that never expires": {"claims": {"exp": None}},
    "an ID token whose expiry is no number": {"claims": {"exp": "tomorrow"}},
    "an ID token from long ago": {"claims": {"iat": 1}},
    "an ID token from the future": {"claims": {"iat": 2**33}},
    "an ID token that does not count yet": {"claims": {"nbf": 2**33}},
    "an ID token about nobody": {"claims": {"sub": ""}},
    "an ID token about a number": {"claims": {"sub": 1}},
    "an ID token that brings its own key": {"key": key_named("theirs"), "header": {"kid": "other"}},
    "an ID token with the right key's name and another key": {"key": key_named("theirs")},
    "keys that are shared secrets": {"alg": "HS256", "keys": [OctKey.import_key("k" * 32).as_dict()], "key": OctKey.import_key("k" * 32)},
    "an ID token signed with the secret the console shares with its provider": {"alg": "HS256", "key": OctKey.import_key(SECRET)},
    "a description of somebody else's": {"about": {"issuer": "https://id.evil.example"}},
    "a description that sends the code over plain http": {"about": {"token_endpoint": "http://id.example.int/token"}},
}


def _liar(lie: dict[str, Any]) -> Attack:
    async def told(g: Ground) -> Any:
        return await _lied_to(g, **lie)

    return told


for _name, _lie in LIES.items():
    ATTACKS[_name] = _liar(_lie)


@attack("an ID token signed with the provider's public key as a shared secret")
async def confused(g: Ground) -> Any:
    return await _lied_to(g, alg="HS256", key=g.issuer.own.as_pem(private=False))


@attack("an ID token that carries its key, or says where to fetch it")
async def key_in_the_header(g: Ground) -> Any:
    evil = key_named("theirs")
    header = {"jwk": evil.as_dict(private=False), "jku": f"{EVIL}/jwks", "kid": evil.kid}
    return await _lied_to(g, key=evil, header=header)


@attack("another provider's answer to the way that led to ours")
async def mixed_up(g: Ground) -> Any:
    await g.desk.sessions.link_identity("hr_head", ISSUER, "sub-1")
    browser = g.browser()
    out = await browser.get(PROVIDER)
    back = g.issuer.authorized(out.headers["location"])
    for iss in ("https%3A%2F%2Fid.evil.example", ""):
        await browser.get(re.sub(r"iss=[^&]*", f"iss={iss}", back))
    return await inside(browser)


@attack("an answer of the provider used twice")
async def answer_twice(g: Ground) -> Any:
    await g.desk.sessions.link_identity("hr_head", ISSUER, "sub-1")
    browser = g.browser()
    out = await browser.get(PROVIDER)
    kept, back = dict(browser.http.cookies), g.issuer.authorized(out.headers["location"], code="c")
    await browser.get(back)
    g.issuer.authorized(out.headers["location"], code="c")
    thief = g.browser()
    thief.http.cookies.update(kept)
    await thief.get(back)
    return await inside(thief)


@attack("the attacker's answer of the provider in the victim's browser")
async def answer_planted(g: Ground) -> Any:
    await g.desk.sessions.link_identity("nobody", ISSUER, "sub-1")
    mine, victim = g.browser(), g.browser()
    back = g.issuer.authorized((await mine.get(PROVIDER)).headers["location"])
    await victim.get(PROVIDER)
    await victim.get(back)
    return await inside(victim)


@attack("a stolen code put into a way of one's own, at a provider that checks no verifier")
async def code_stolen(g: Ground) -> Any:
    await g.desk.sessions.link_identity("hr_head", ISSUER, "sub-1")
    g.issuer.checks_verifier = False
    victim, thief = g.browser(), g.browser()
    g.issuer.authorized((await victim.get(PROVIDER)).headers["location"], code="stolen")
    own = g.issuer.authorized((await thief.get(PROVIDER)).headers["location"], code="own")
    await thief.get(own.replace("code=own", "code=stolen"))
    return await inside(thief)


@attack("a stolen code at a provider that checks the verifier and forgot the nonce")
async def code_stolen_without_nonce(g: Ground) -> Any:
    await g.desk.sessions.link_identity("hr_head", ISSUER, "sub-1")
    victim, thief = g.browser(), g.browser()
    g.issuer.authorized((await victim.get(PROVIDER)).headers["location"], code="stolen")
    own = g.issuer.authorized((await thief.get(PROVIDER)).headers["location"], code="own")
    g.issuer.codes["stolen"]["nonce"] = g.issuer.codes["own"]["nonce"]
    await thief.get(own.replace("code=own", "code=stolen"))
    return await inside(thief)


@attack("a way to the provider that took too long")
async def too_late(g: Ground) -> Any:
    await g.desk.sessions.link_identity("hr_head", ISSUER, "sub-1")
    browser = g.browser()
    back = g.issuer.authorized((await browser.get(PROVIDER)).headers["location"])
    g.late = timedelta(minutes=11)
    await browser.get(back)
    return await inside(browser)


@attack("an identity whose address is that of a member of staff")
async def by_address(g: Ground) -> Any:
    more = {"email": "hr_head@example.org", "email_verified": True, "preferred_username": "hr_head"}
    g.issuer.subject, g.issuer.claims = "hr_head@example.org", more
    browser, _ = await g.by_provider()
    return await inside(browser)


@attack("the same subject at another provider")
async def other_issuers_subject(g: Ground) -> Any:
    await g.desk.sessions.link_identity("hr_head", "https://id.other.example", "sub-1")
    browser, _ = await g.by_provider()
    return await inside(browser)


# ---- approving -------------------------------------------------------------------------------------------------------------


@attack("approving with a proof that is too old")
async def stale_approval(g: Ground) -> Any:
    browser = await g.by_password("hr_officer")
    g.late = LATER
    await g.approve(browser)
    return g.did


@attack("approving with a wrong password, again and again")
async def guessed_approval(g: Ground) -> Any:
    browser = await g.by_password("hr_officer")
    g.late = LATER
    for n in range(TRIES):
        await g.approve(browser, proof=f"a wrong one {n:03}")
    await g.approve(browser, proof=PASSWORD)
    return g.did


@attack("approving with somebody else's password")
async def lent_password(g: Ground) -> Any:
    await g.by_password("hr_head")
    await g.desk.sessions.set_password("hr_officer", PASSWORD + " of another")
    browser = await g.as_("hr_officer")
    g.late = LATER
    await g.approve(browser, proof=PASSWORD)
    return g.did


@attack("approving on a proof the provider has from this morning")
async def sso_approval(g: Ground) -> Any:
    await g.desk.sessions.link_identity("hr_officer", ISSUER, "sub-1")
    g.issuer.proved = 4 * 3600
    browser, _ = await g.by_provider()
    await g.approve(browser)
    g.issuer.proved = None
    other, _ = await g.by_provider()
    await g.approve(other)
    return g.did


@attack("proving again by a provider that does not ask, or does not say when")
async def unproved_again(g: Ground) -> Any:
    await g.desk.sessions.link_identity("hr_officer", ISSUER, "sub-1")
    browser, _ = await g.by_provider()
    g.late = LATER
    for proved in (4 * 3600, None):
        g.issuer.proved = proved
        await g.by_provider(browser, f"{PROVIDER}/again")
        await g.approve(browser)
    return g.did


@attack("proving again as somebody else")
async def other_proves(g: Ground) -> Any:
    await g.desk.sessions.link_identity("hr_officer", ISSUER, "sub-1")
    await g.desk.sessions.link_identity("hr_head", ISSUER, "sub-2")
    browser, _ = await g.by_provider()
    g.late, g.issuer.subject = LATER, "sub-2"
    await g.by_provider(browser, f"{PROVIDER}/again")
    await g.approve(browser)
    return g.did


@attack("proving again by a link that is somebody else's")
async def other_link(g: Ground) -> Any:
    browser = await g.as_("hr_officer")
    session = await g.session(browser)
    g.late = LATER
    link = await g.desk.sessions.link("hr_head")
    with suppress(NotSignedIn):
        await g.desk.sessions.again_by_link(session, link)
    await g.approve(browser)
    return g.did


@attack("approving as an auditor, who reads and never acts")
async def auditor_acts(g: Ground) -> Any:
    browser = await g.as_("auditor")
    form = {"csrf": csrf((await browser.get("/me")).text), "version": "0", "request": "ab" * 12, "step": "confirm"}
    await browser.post(APPROVAL, form)
    return g.did


# ---- what shows that they would be noticed ----------------------------------------------------------------------------------


async def controls(g: Ground) -> list[str]:
    """The same ground, entered rightly. Names what did not work, in which case the attacks above would prove nothing."""
    await g.desk.sessions.link_identity("hr_officer", ISSUER, "sub-1")
    browser, _ = await g.by_provider()
    wrong = [] if await inside(browser) else ["the provider lets in whom it should"]
    wrong += [] if await _signed_out_by(g, headers={"origin": g.origin, "sec-fetch-site": "same-origin"}) else ["our own form signs out"]
    await g.approve(browser)
    wrong += [] if len(g.did) == 1 else ["a fresh proof approves"]
    _, secret = await g.desk.sessions.begin("hr_officer", How.LINK)
    wrong += [] if await inside(with_cookie(g, secret)) else ["a session's own cookie opens the door"]
    safe = g.browser("https://muster.example", cookie=f"__Host-muster={secret}")
    wrong += [] if await inside(safe) else ["behind https its own cookie opens the door"]
    return wrong
