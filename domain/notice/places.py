"""Countries and duty stations by their English and French names, folded. Only names: nothing here says who is a member of what."""

import re
from dataclasses import dataclass
from typing import Final

from domain.notice.normalise import fold

# ISO 3166 alpha-2, alpha-3, then every name seen in notices, English and French.
_COUNTRIES: Final = """
AL ALB Albania|Albanie
AT AUT Austria|Autriche
AU AUS Australia|Australie
BA BIH Bosnia and Herzegovina|Bosnia-Herzegovina|Bosnie-Herzégovine|Bosnia|Bosnie
BE BEL Belgium|Belgique
BG BGR Bulgaria|Bulgarie
CA CAN Canada
CH CHE Switzerland|Suisse
CY CYP Cyprus|Chypre
CZ CZE Czech Republic|the Czech Republic|Czechia|République tchèque|Tchéquie
DE DEU Germany|Allemagne
DK DNK Denmark|Danemark
EE EST Estonia|Estonie
ES ESP Spain|Espagne
FI FIN Finland|Finlande
FR FRA France
GB GBR United Kingdom|Great Britain|Royaume-Uni|Grande-Bretagne
GE GEO Georgia|Géorgie
GR GRC Greece|Grèce
HR HRV Croatia|Croatie
HU HUN Hungary|Hongrie
IE IRL Ireland|Irlande
IQ IRQ Iraq|Irak
IS ISL Iceland|Islande
IT ITA Italy|Italie
JO JOR Jordan|Jordanie
JP JPN Japan|Japon
KG KGZ Kyrgyzstan|Kirghizistan
KW KWT Kuwait|Koweït
KZ KAZ Kazakhstan
LT LTU Lithuania|Lituanie
LU LUX Luxembourg
LV LVA Latvia|Lettonie
MD MDA Moldova|Republic of Moldova|Moldavie|République de Moldova
ME MNE Montenegro|Monténégro
MK MKD North Macedonia|Republic of North Macedonia|Macédoine du Nord
MT MLT Malta|Malte
NL NLD Netherlands|the Netherlands|Pays-Bas
NO NOR Norway|Norvège
PL POL Poland|Pologne
PT PRT Portugal
RO ROU Romania|Roumanie
RS SRB Serbia|Serbie
SE SWE Sweden|Suède
SI SVN Slovenia|Slovénie
SK SVK Slovakia|Slovak Republic|Slovaquie|République slovaque
TJ TJK Tajikistan|Tadjikistan
TR TUR Turkey|Türkiye|Turkiye|Turquie
UA UKR Ukraine
US USA United States of America|United States|États-Unis d'Amérique|États-Unis
UZ UZB Uzbekistan|Ouzbékistan
XK XKX Kosovo
"""

COUNTRY: Final[dict[str, str]] = {}
"""Folded name, with spaces for hyphens → ISO 3166 alpha-2."""
ALPHA3: Final[dict[str, str]] = {}
for _row in _COUNTRIES.split("\n"):
    if _row:
        _iso2, _iso3, _names = _row.split(" ", 2)
        ALPHA3[_iso3] = _iso2
        COUNTRY.update({fold(name).replace("-", " "): _iso2 for name in _names.split("|")})

_COUNTRY_RE = re.compile(
    rf"(?<![a-z])(?:{'|'.join('[ -]'.join(map(re.escape, name.split(' '))) for name in sorted(COUNTRY, key=len, reverse=True))})(?![a-z])"
)

# City, English first, then its other names; then its zone.
_CITIES: Final = """
Brussels|Bruxelles|Evere|Haren Europe/Brussels
Mons|Casteau Europe/Brussels
Luxembourg|Capellen Europe/Luxembourg
The Hague|Hague|La Haye|Brunssum Europe/Amsterdam
Paris Europe/Paris
Vienna|Vienne Europe/Vienna
Geneva|Genève Europe/Zurich
Rome|Naples|La Spezia|Taranto|Lago Patria Europe/Rome
Ramstein|Geilenkirchen|Ulm|Berlin|Bonn|Oberammergau|Wesel|Uedem Europe/Berlin
Warsaw|Varsovie|Bydgoszcz|Szczecin Europe/Warsaw
Prague|Vyskov Europe/Prague
Madrid|Torrejon Europe/Madrid
Lisbon|Lisbonne|Oeiras Europe/Lisbon
Stavanger|Oslo|Bodo Europe/Oslo
Copenhagen|Copenhague|Karup Europe/Copenhagen
Stockholm Europe/Stockholm
London|Londres|Northwood|Molesworth Europe/London
Athens|Athènes|Souda Bay Europe/Athens
Izmir|Ankara|Istanbul Europe/Istanbul
Tallinn Europe/Tallinn
Riga Europe/Riga
Vilnius Europe/Vilnius
Helsinki Europe/Helsinki
Budapest|Papa Europe/Budapest
Bucharest|Bucarest Europe/Bucharest
Sofia Europe/Sofia
Pristina|Belgrade|Sarajevo|Skopje Europe/Belgrade
Kyiv|Kiev Europe/Kyiv
Chisinau Europe/Chisinau
Tbilisi Asia/Tbilisi
Norfolk|New York|Washington America/New_York
Baghdad|Bagdad Asia/Baghdad
Amman Asia/Amman
Kuwait Asia/Kuwait
"""
CITY_ZONES: Final[dict[str, str]] = {}
"""Folded city → IANA zone."""
for _row in _CITIES.split("\n"):
    if _row:
        _names, _zone = _row.rsplit(" ", 1)
        CITY_ZONES.update({fold(name): _zone for name in _names.split("|")})

_SAME_CITY: Final = {
    fold(other): fold(english)
    for english, other in (
        *(("Brussels", "Bruxelles"), ("The Hague", "La Haye"), ("The Hague", "Hague"), ("Vienna", "Vienne"), ("Geneva", "Genève")),
        *(("Warsaw", "Varsovie"), ("Lisbon", "Lisbonne"), ("Copenhagen", "Copenhague"), ("London", "Londres"), ("Athens", "Athènes")),
        *(("Bucharest", "Bucarest"), ("Baghdad", "Bagdad"), ("Kyiv", "Kiev")),
    )
}


def city_key(city: str | None) -> str | None:
    """One name for a city in both languages, for comparing; None stays None."""
    return None if city is None else _SAME_CITY.get(fold(city), fold(city))


@dataclass(frozen=True, slots=True)
class Place:
    """A duty station as printed, its country as ISO 3166 alpha-2 where it is named, its city as written."""

    country: str | None
    city: str | None
    text: str


def countries(folded: str) -> list[str]:
    """Every country named, as ISO 3166 alpha-2, in the order of the text, once each."""
    return list(dict.fromkeys(COUNTRY[match[0].replace("-", " ")] for match in _COUNTRY_RE.finditer(folded)))


def known_city(folded: str) -> bool:
    return any(re.search(rf"\b{re.escape(city)}\b", folded) for city in CITY_ZONES)


def place(text: str) -> Place:
    """Reads "Belgium-Brussels", "Brussels, Belgium", "NATO HQ, Brussels (Belgium)", "NLD-The Hague", "Bruxelles"."""
    folded = fold(text)
    if match := _country_match(text, folded):
        start, end, iso = match
        after, before = _parts(text[end:]), _parts(text[:start])
        city = after[0] if after and not before else (before[-1] if before else None)
        return Place(iso, _without_code(city), text)
    parts = _parts(text)
    city = next((part for part in parts if fold(part) in CITY_ZONES), parts[-1] if len(parts) == 1 else None)
    return Place(None, _without_code(city), text)


def _country_match(text: str, folded: str) -> tuple[int, int, str] | None:
    found = list(_COUNTRY_RE.finditer(folded))
    if found:
        # "Luxembourg-Luxembourg": the country is the first of the two.
        best = found[0] if len({m[0] for m in found}) == 1 else max(found, key=lambda m: len(m[0]))
        return best.start(), best.end(), COUNTRY[best[0].replace("-", " ")]
    code = re.search(r"\b[A-Z]{3}\b", text)
    if code and code[0] in ALPHA3:
        return code.start(), code.end(), ALPHA3[code[0]]
    return None


def _parts(text: str) -> list[str]:
    return [part for piece in re.split(r"[,;/()|]|\s[-–—]\s|^[-–—\s]+|[-–—\s]+$", text) if (part := piece.strip(" -–—.:"))]


def _without_code(city: str | None) -> str | None:
    """ "1110 Brussels" is Brussels."""
    return None if city is None else (re.sub(r"^(?:[A-Z]{1,2}-)?\d{3,6}\s+", "", city) or None)
