"""The languages a post can be marked with: ISO 639-1, and the longer codes that Mastodon offers too."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """A language: its code, its name in English and in itself."""

    code: str
    name: str
    native_name: str


_TABLE = """
aa Afar|Afaraf
ab Abkhaz|аҧсуа бызшәа
ae Avestan|avesta
af Afrikaans|Afrikaans
ak Akan|Akan
am Amharic|አማርኛ
an Aragonese|aragonés
ar Arabic|اللغة العربية
as Assamese|অসমীয়া
av Avaric|авар мацӀ
ay Aymara|aymar aru
az Azerbaijani|azərbaycan dili
ba Bashkir|башҡорт теле
be Belarusian|беларуская мова
bg Bulgarian|български език
bh Bihari|भोजपुरी
bi Bislama|Bislama
bm Bambara|bamanankan
bn Bengali|বাংলা
bo Tibetan|བོད་ཡིག
br Breton|brezhoneg
bs Bosnian|bosanski jezik
ca Catalan|Català
ce Chechen|нохчийн мотт
ch Chamorro|Chamoru
co Corsican|corsu
cr Cree|ᓀᐦᐃᔭᐍᐏᐣ
cs Czech|čeština
cu Old Church Slavonic|ѩзыкъ словѣньскъ
cv Chuvash|чӑваш чӗлхи
cy Welsh|Cymraeg
da Danish|dansk
de German|Deutsch
dv Divehi|ދިވެހި
dz Dzongkha|རྫོང་ཁ
ee Ewe|Eʋegbe
el Greek|Ελληνικά
en English|English
eo Esperanto|Esperanto
es Spanish|Español
et Estonian|eesti
eu Basque|euskara
fa Persian|فارسی
ff Fula|Fulfulde
fi Finnish|suomi
fj Fijian|vosa Vakaviti
fo Faroese|føroyskt
fr French|Français
fy Western Frisian|Frysk
ga Irish|Gaeilge
gd Scottish Gaelic|Gàidhlig
gl Galician|galego
gn Guarani|Avañe'ẽ
gu Gujarati|ગુજરાતી
gv Manx|Gaelg
ha Hausa|هَوُسَ
he Hebrew|עברית
hi Hindi|हिन्दी
ho Hiri Motu|Hiri Motu
hr Croatian|Hrvatski
ht Haitian|Kreyòl ayisyen
hu Hungarian|magyar
hy Armenian|Հայերեն
hz Herero|Otjiherero
ia Interlingua|Interlingua
id Indonesian|Bahasa Indonesia
ie Interlingue|Interlingue
ig Igbo|Asụsụ Igbo
ii Nuosu|ꆈꌠ꒿ Nuosuhxop
ik Inupiaq|Iñupiaq
io Ido|Ido
is Icelandic|Íslenska
it Italian|Italiano
iu Inuktitut|ᐃᓄᒃᑎᑐᑦ
ja Japanese|日本語
jv Javanese|basa Jawa
ka Georgian|ქართული
kg Kongo|Kikongo
ki Kikuyu|Gĩkũyũ
kj Kwanyama|Kuanyama
kk Kazakh|қазақ тілі
kl Kalaallisut|kalaallisut
km Khmer|ខេមរភាសា
kn Kannada|ಕನ್ನಡ
ko Korean|한국어
kr Kanuri|Kanuri
ks Kashmiri|कश्मीरी
ku Kurmanji (Kurdish)|Kurmancî
kv Komi|коми кыв
kw Cornish|Kernewek
ky Kyrgyz|Кыргызча
la Latin|latine
lb Luxembourgish|Lëtzebuergesch
lg Ganda|Luganda
li Limburgish|Limburgs
ln Lingala|Lingála
lo Lao|ພາສາລາວ
lt Lithuanian|lietuvių kalba
lu Luba-Katanga|Tshiluba
lv Latvian|latviešu valoda
mg Malagasy|fiteny malagasy
mh Marshallese|Kajin M̧ajeļ
mi Māori|te reo Māori
mk Macedonian|македонски јазик
ml Malayalam|മലയാളം
mn Mongolian|Монгол хэл
mr Marathi|मराठी
ms Malay|Bahasa Melayu
mt Maltese|Malti
my Burmese|ဗမာစာ
na Nauru|Ekakairũ Naoero
nb Norwegian Bokmål|Norsk bokmål
nd Northern Ndebele|isiNdebele
ne Nepali|नेपाली
ng Ndonga|Owambo
nl Dutch|Nederlands
nn Norwegian Nynorsk|Norsk nynorsk
no Norwegian|Norsk
nr Southern Ndebele|isiNdebele
nv Navajo|Diné bizaad
ny Chichewa|chiCheŵa
oc Occitan|occitan
oj Ojibwe|ᐊᓂᔑᓈᐯᒧᐎᓐ
om Oromo|Afaan Oromoo
or Oriya|ଓଡ଼ିଆ
os Ossetian|ирон æвзаг
pa Punjabi|ਪੰਜਾਬੀ
pi Pāli|पाऴि
pl Polish|Polski
ps Pashto|پښتو
pt Portuguese|Português
qu Quechua|Runa Simi
rm Romansh|rumantsch grischun
rn Kirundi|Ikirundi
ro Romanian|Română
ru Russian|Русский
rw Kinyarwanda|Ikinyarwanda
sa Sanskrit|संस्कृतम्
sc Sardinian|sardu
sd Sindhi|सिन्धी
se Northern Sami|Davvisámegiella
sg Sango|yângâ tî sängö
si Sinhala|සිංහල
sk Slovak|slovenčina
sl Slovenian|slovenščina
sm Samoan|gagana fa'a Samoa
sn Shona|chiShona
so Somali|Soomaaliga
sq Albanian|Shqip
sr Serbian|српски језик
ss Swati|SiSwati
st Southern Sotho|Sesotho
su Sundanese|Basa Sunda
sv Swedish|Svenska
sw Swahili|Kiswahili
ta Tamil|தமிழ்
te Telugu|తెలుగు
tg Tajik|тоҷикӣ
th Thai|ไทย
ti Tigrinya|ትግርኛ
tk Turkmen|Türkmen
tl Tagalog|Tagalog
tn Tswana|Setswana
to Tonga|faka Tonga
tr Turkish|Türkçe
ts Tsonga|Xitsonga
tt Tatar|татар теле
tw Twi|Twi
ty Tahitian|Reo Tahiti
ug Uyghur|ئۇيغۇرچە
uk Ukrainian|Українська
ur Urdu|اردو
uz Uzbek|Oʻzbek
ve Venda|Tshivenḓa
vi Vietnamese|Tiếng Việt
vo Volapük|Volapük
wa Walloon|walon
wo Wolof|Wollof
xh Xhosa|isiXhosa
yi Yiddish|ייִדיש
yo Yoruba|Yorùbá
za Zhuang|Saɯ cueŋƅ
zh Chinese|中文
zh-CN Chinese (China)|简体中文
zh-HK Chinese (Hong Kong)|繁體中文（香港）
zh-TW Chinese (Taiwan)|繁體中文（臺灣）
zh-YUE Cantonese|廣東話
zu Zulu|isiZulu
ast Asturian|Asturianu
chr Cherokee|ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ
ckb Sorani (Kurdish)|سۆرانی
cnr Montenegrin|crnogorski
csb Kashubian|Kaszëbsczi
gsw Swiss German|Schwiizertütsch
jbo Lojban|la .lojban.
kab Kabyle|Taqbaylit
ldn Láadan|Láadan
lfn Lingua Franca Nova|lingua franca nova
mnc Manchu|ᠮᠠᠨᠵᡠ ᡤᡳᠰᡠᠨ
moh Mohawk|Kanienʼkéha
nds Low German|Plattdüütsch
pdc Pennsylvania Dutch|Pennsilfaani-Deitsch
sco Scots|Scots
sma Southern Sami|Åarjelsaemien Gïele
smj Lule Sami|Julevsámegiella
szl Silesian|ślůnsko godka
tok Toki Pona|toki pona
vai Vai|ꕙꔤ
xal Kalmyk|Хальмг келн
zba Balaibalan|باليبلن
zgh Standard Moroccan Tamazight|ⵜⴰⵎⴰⵣⵉⵖⵜ
"""


def _read_table() -> tuple[Language, ...]:
    rows = (line.partition(" ") for line in _TABLE.strip().splitlines())
    return tuple(Language(code, *names.split("|")) for code, _, names in rows)


LANGUAGES = _read_table()
_CODES = {language.code.lower(): language.code for language in LANGUAGES}
# Codes that ISO 639 withdrew and scripts or regions that say more than the first part alone.
_ALIASES = {
    "iw": "he",
    "in": "id",
    "ji": "yi",
    "jw": "jv",
    "mo": "ro",
    "sh": "sr",
    "yue": "zh-YUE",
    "cmn": "zh",
    "zh-hans": "zh-CN",
    "zh-hant": "zh-TW",
    "zh-sg": "zh-CN",
    "zh-mo": "zh-HK",
    "zh-hant-hk": "zh-HK",
    "zh-hant-mo": "zh-HK",
}
_CODE_CHARACTERS = 35
_NAMES = {language.code: language.name for language in LANGUAGES}


def name_of(code: str) -> str:
    """The name of a language in English; the code itself where it is unknown."""
    return _NAMES.get(normalise(code) or "", code)


def normalise(code: str | None) -> str | None:
    """The known language that a code means, however it is written: `de-AT`, `EN`, `zh_Hant_TW`; else None."""
    if not code or len(code) > _CODE_CHARACTERS or not code.isascii():
        return None
    parts = code.strip().lower().replace("_", "-").split("-")

    for length in range(len(parts), 0, -1):
        candidate = "-".join(parts[:length])
        known = _CODES.get(candidate) or _ALIASES.get(candidate)
        if known is not None:
            return known
    return None
