"""Countries by the three letters that templates of flags know them by: ISO 3166 and the IOC's.

Their names in other languages are those of Unicode's CLDR, in the files of the languages.
"""

from functools import cache

from pinakes.ingest.text.language import language_part

__all__ = ["country_in", "country_name", "country_of_code"]

_ENGLISH = frozenset(("", "en", "simple"))

_TABLE = """
AFG Afghanistan|AGO ANG Angola|ALB Albania|AND Andorra|ARE UAE United Arab Emirates|ARG Argentina
ARM Armenia|AUS Australia|AUT Austria|AZE Azerbaijan|BDI Burundi|BEL Belgium|BEN Benin
BFA BUR Burkina Faso|BGD BAN Bangladesh|BGR BUL Bulgaria|BHR BRN Bahrain|BHS BAH Bahamas
BIH Bosnia and Herzegovina|BLR Belarus|BLZ BIZ Belize|BOL Bolivia|BRA Brazil|BRB BAR Barbados
BTN BHU Bhutan|BVT Bouvet Island|BWA BOT Botswana|CAF Central African Republic|CAN Canada
CHE SUI Switzerland|CHL CHI Chile|CHN China|CIV Ivory Coast|CMR Cameroon
COD Democratic Republic of the Congo|COG CGO Republic of the Congo|COL Colombia|COM Comoros
CPV Cape Verde|CRI CRC Costa Rica|CUB Cuba|CYP Cyprus|CZE Czech Republic|DEU GER Germany
DJI Djibouti|DNK DEN Denmark|DOM Dominican Republic|DZA ALG Algeria|ECU Ecuador|EGY Egypt
ENG England|ERI Eritrea|ESH Western Sahara|ESP Spain|EST Estonia|ETH Ethiopia|FIN Finland
FJI FIJ Fiji|FRA France|FRO Faroe Islands|GAB Gabon|GBR UK United Kingdom|GEO Georgia
GGY Guernsey|GHA Ghana|GIB Gibraltar|GIN GUI Guinea|GMB GAM Gambia|GNB Guinea-Bissau
GNQ GEQ Equatorial Guinea|GRC Greece|GRL Greenland|GTM GUA Guatemala|GUY Guyana|HKG Hong Kong
HND HON Honduras|HRV CRO Croatia|HTI HAI Haiti|HUN Hungary|IDN INA Indonesia|IMN IOM Isle of Man
IND India|IRL Ireland|IRN IRI Iran|IRQ Iraq|ISL Iceland|ISR Israel|ITA Italy|JAM Jamaica
JEY Jersey|JOR Jordan|JPN Japan|KAZ Kazakhstan|KEN Kenya|KGZ Kyrgyzstan|KHM CAM Cambodia
KOR South Korea|KWT KUW Kuwait|LAO Laos|LBN LIB Lebanon|LBR Liberia|LBY LBA Libya
LIE Liechtenstein|LKA SRI Sri Lanka|LSO LES Lesotho|LTU Lithuania|LUX Luxembourg|LVA LAT Latvia
MAC Macau|MAR Morocco|MCO MON Monaco|MDA Moldova|MDG MAD Madagascar|MDV Maldives|MEX Mexico
MKD North Macedonia|MLI Mali|MLT Malta|MMR MYA Myanmar|MNE Montenegro|MNG MGL Mongolia
MOZ Mozambique|MRT MTN Mauritania|MUS MRI Mauritius|MWI MAW Malawi|MYS MAS Malaysia|NAM Namibia
NER NIG Niger|NGA NGR Nigeria|NIC NCA Nicaragua|NLD NED Netherlands|NIR Northern Ireland|NOR Norway
NPL NEP Nepal|NZL New Zealand|OMN OMA Oman|PAK Pakistan|PAN Panama|PER Peru|PHL PHI Philippines
PNG Papua New Guinea|POL Poland|PRI PUR Puerto Rico|PRK North Korea|PRT POR Portugal
PRY PAR Paraguay|PSE PLE Palestine|QAT Qatar|ROU ROM Romania|RUS Russia|RWA Rwanda
SAU KSA Saudi Arabia|SCO Scotland|SDN SUD Sudan|SEN Senegal|SGP SIN Singapore|SHN Saint Helena
SLB SOL Solomon Islands|SLE Sierra Leone|SLV ESA El Salvador|SMR San Marino|SOM Somalia
SRB Serbia|SSD South Sudan|STP São Tomé and Príncipe|SUR Suriname|SVK Slovakia|SVN SLO Slovenia
SWE Sweden|SWZ Eswatini|SYC SEY Seychelles|SYR Syria|TCD CHA Chad|TGO TOG Togo|THA Thailand
TJK Tajikistan|TKM Turkmenistan|TLS East Timor|TON TGA Tonga|TTO TRI Trinidad and Tobago
TUN Tunisia|TUR Turkey|TWN TPE Taiwan|TZA TAN Tanzania|UGA Uganda|UKR Ukraine|URY URU Uruguay
USA United States|UZB Uzbekistan|VAT Vatican City|VEN Venezuela|VNM VIE Vietnam|VUT VAN Vanuatu
WAL Wales|WLS Wales|WSM SAM Samoa|XKX KOS Kosovo|YEM Yemen|ZAF RSA South Africa|ZMB ZAM Zambia
ZWE ZIM Zimbabwe|EU European Union|EUR Europe|URS Soviet Union|TCH Czechoslovakia
YUG Yugoslavia|GDR DDR East Germany|FRG West Germany|SCG Serbia and Montenegro|UN United Nations
"""

# Some wikis have templates by the two letters of ISO 3166, too: three letters and the two of each.
_WITH_TWO_LETTERS = frozenset(("nl",))
_TWO_LETTERS = """
AFGAF AGOAO ALBAL ANDAD AREAE ARGAR ARMAM AUSAU AUTAT AZEAZ BDIBI BELBE BENBJ BFABF BGDBD BGRBG
BHRBH BHSBS BIHBA BLRBY BLZBZ BOLBO BRABR BRBBB BTNBT BWABW CAFCF CANCA CHECH CHLCL CHNCN CIVCI
CMRCM CODCD COGCG COLCO COMKM CPVCV CRICR CUBCU CYPCY CZECZ DEUDE DJIDJ DNKDK DOMDO DZADZ ECUEC
EGYEG ERIER ESHEH ESPES ESTEE ETHET FINFI FJIFJ FRAFR FROFO GABGA GBRGB GEOGE GHAGH GIBGI GINGN
GMBGM GNBGW GNQGQ GRCGR GRLGL GTMGT GUYGY HKGHK HNDHN HRVHR HTIHT HUNHU IDNID IMNIM INDIN IRLIE
IRNIR IRQIQ ISLIS ISRIL ITAIT JAMJM JORJO JPNJP KAZKZ KENKE KGZKG KHMKH KORKR KWTKW LAOLA LBNLB
LBRLR LBYLY LIELI LKALK LSOLS LTULT LUXLU LVALV MACMO MARMA MCOMC MDAMD MDGMG MDVMV MEXMX MKDMK
MLIML MLTMT MMRMM MNEME MNGMN MOZMZ MRTMR MUSMU MWIMW MYSMY NAMNA NERNE NGANG NICNI NLDNL NORNO
NPLNP NZLNZ OMNOM PAKPK PANPA PERPE PHLPH PNGPG POLPL PRIPR PRKKP PRTPT PRYPY QATQA ROURO RUSRU
RWARW SAUSA SDNSD SENSN SGPSG SLBSB SLESL SLVSV SMRSM SOMSO SRBRS SSDSS STPST SURSR SVKSK SVNSI
SWESE SWZSZ SYCSC SYRSY TCDTD TGOTG THATH TJKTJ TKMTM TLSTL TONTO TTOTT TUNTN TURTR TWNTW TZATZ
UGAUG UKRUA URYUY USAUS UZBUZ VATVA VENVE VNMVN VUTVU WSMWS YEMYE ZAFZA ZMBZM ZWEZW
"""


def country_name(written: str, language: str) -> str | None:
    """The country that a template of this name shows on a wiki of ``language``, as it stands.

    In English by its code alone, in capitals; elsewhere by its name, too: {{GER}}, {{Россия}}.
    """
    name = written.replace("_", " ").strip()
    if len(name) == 2 and language in _WITH_TWO_LETTERS:
        return _names(language)[0].get(_CODES_OF_TWO_LETTERS.get(name, ""))
    if place := country_of_code(name, language):
        return place
    is_name = language not in _ENGLISH and name.casefold() in _names(language)[1]
    return name if is_name else None


def country_of_code(code: str, language: str) -> str | None:
    """The country of a code in capitals, in the words of ``language``; None if it is not known."""
    if not code.isupper() or code not in _ENGLISH_NAMES:
        return None
    return (
        _ENGLISH_NAMES[code] if language in _ENGLISH else _names(language)[0].get(_ISO_CODES[code])
    )


def country_in(language: str, english: str) -> str | None:
    """What ``language`` calls the country of this English name; None if either is not known."""
    code = _CODES_OF_NAMES.get(english)
    return _names(language)[0].get(code) if code else None


@cache
def _names(language: str) -> tuple[dict[str, str], frozenset[str]]:
    """By ISO 3166 code what the language calls a country, and all its names in small letters."""
    text = language_part(language, "countries").get("names", "")
    entries = (entry.partition(" ") for entry in text.strip().replace("\n", "|").split("|"))
    names = {code: name for code, _, name in entries if name}
    return names, frozenset(name.casefold() for name in names.values())


def _read_table() -> tuple[dict[str, str], dict[str, str]]:
    """The English name of each code, and the code of ISO 3166 for it."""
    countries, iso_codes = {}, {}
    for entry in _TABLE.strip().replace("\n", "|").split("|"):
        words = entry.split(" ")
        codes = [word for word in words if word.isupper()]
        countries.update(dict.fromkeys(codes, " ".join(words[len(codes) :])))
        iso_codes.update(dict.fromkeys(codes, codes[0]))
    return countries, iso_codes


_ENGLISH_NAMES, _ISO_CODES = _read_table()
_CODES_OF_TWO_LETTERS = {entry[3:]: entry[:3] for entry in _TWO_LETTERS.split()}
_CODES_OF_NAMES = {name: _ISO_CODES[code] for code, name in _ENGLISH_NAMES.items()}
