#!/usr/bin/env python3
"""Makes the project's own golden cases: a model's invented answers in, the selected sets out.

    python3 src/test/golden/make_cases.py            writes src/test/resources/golden
    python3 src/test/golden/make_cases.py --check    fails where the files there differ

Questions, answers and embeddings are invented; the same seed makes the same files. The expected figures and sets are
reckoned here, apart from the Java code and in another way: shares as exact fractions, certainty as the mean over all pairs
of samples, sets by sorting. Every answer that decides a label lies either exactly on a boundary, in numbers that 32 bits
hold exactly, or well away from it, so that the cases can also be replayed through a server that answers in 32 bits.
"""

import argparse
import itertools
import json
import math
import pathlib
import random
import sys
from fractions import Fraction

SEED = 20250117
SAMPLES = 10
TIED = 1e-6
FOLDER = pathlib.Path(__file__).resolve().parent.parent / "resources" / "golden"
INSTRUCTION = "Answer the following question as simple as possible."
REFUSALS = ["I don't know", "I don't know.", "Sorry, but I do not know the answer.", "I\u2019m not sure about that."]

# Text that a base model goes on with after its answer.
RUN_ON = "\n\n" + INSTRUCTION + "\nQuestion: What follows?\nAnswer: "


# ---------------------------------------------------------------------------------------------------------------------
# Inventing questions and answers
# ---------------------------------------------------------------------------------------------------------------------

def embedding(text):
    """Eight numbers that depend on the text alone; three decimals, so that their length is only nearly 1."""
    rng = random.Random("embedding " + text)
    vector = [1.1] + [rng.gauss(0, 0.55) for _ in range(7)]
    length = math.sqrt(sum(x * x for x in vector))
    return [round(x / length, 3) for x in vector]


def sample(answer, run_on=""):
    return {"text": answer + run_on, "embedding": embedding(answer)}


def open_ended_question(rng, kind, number):
    """(question, gold answers, wrong answers)"""
    if kind == "sum":
        a, b = rng.randint(11, 60), rng.randint(11, 39)
        wrong = [str(a + b + d) for d in (-10, -2, -1, 1, 3, 11)]
        return f"What is {a} plus {b}?", [str(a + b)], wrong
    syllables = ["bor", "kel", "mo", "ra", "ti", "zu", "lan", "pe", "vi", "dor", "na", "sha"]
    names = ["".join(rng.sample(syllables, 3)).capitalize() for _ in range(7)]
    land = "".join(rng.sample(syllables, 2)).capitalize() + "ia"
    if kind == "capital":
        return (f"What is the capital of the island of {land} in tale {number}?",
                [names[0], names[0] + " City", "Old " + names[0]], names[1:])
    return (f"Who first crossed the {land} Sea in tale {number}?",
            ["Captain " + names[0], names[0]], ["Captain " + names[1]] + names[2:])


def spelled(rng, gold):
    """A correct sample: a gold answer as a model may say it."""
    text = rng.choice(gold)
    return rng.choice([text, text, text, text.upper(), text.lower() + ".", "It is " + text])


def draw(rng, gold, wrong, correct, variety):
    """Ten samples, `correct` of them right; the smaller `variety`, the more alike they are."""
    right = [spelled(rng, gold) for _ in range(max(1, variety))]
    others = rng.sample(wrong, min(len(wrong), max(1, variety)))
    if rng.random() < 0.2:
        others.append(rng.choice(REFUSALS))
    drawn = [sample(rng.choice(right)) for _ in range(correct)]
    drawn += [sample(rng.choice(others)) for _ in range(SAMPLES - correct)]
    rng.shuffle(drawn)
    return drawn


def open_ended_cases():
    rng = random.Random(SEED)
    cases = []

    def add(question, gold, initial, rehearsal):
        cases.append({"question_id": f"open-{len(cases):03d}", "question": question, "answer": gold[0],
                      "gold_answers": gold, "initial": initial, "rehearsal": rehearsal})

    for number in range(84):
        question, gold, wrong = open_ended_question(rng, ["sum", "capital", "crossing"][number % 3], number)
        initial = rng.choice([0, 0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 10])
        rehearsal = min(SAMPLES, max(0, initial + rng.choice([-3, -2, -1, 0, 1, 2])))
        add(question, gold, draw(rng, gold, wrong, initial, rng.randint(1, 5)),
            draw(rng, gold, wrong, rehearsal, rng.randint(1, 5)))

    # Exactly half correct is in neither set, whatever flows.
    for number, rehearsal in enumerate([3, 5, 8]):
        question, gold, wrong = open_ended_question(rng, "capital", 100 + number)
        add(question, gold, draw(rng, gold, wrong, 5, 3), draw(rng, gold, wrong, rehearsal, 3))
    # Just below and above half.
    for number, (initial, rehearsal) in enumerate([(4, 3), (4, 4), (4, 5), (6, 5), (6, 6), (6, 7)]):
        question, gold, wrong = open_ended_question(rng, "crossing", 110 + number)
        add(question, gold, draw(rng, gold, wrong, initial, 3), draw(rng, gold, wrong, rehearsal, 3))
    # Nothing flows: no REFUSAL.
    for number, correct in enumerate([0, 1, 3]):
        question, gold, wrong = open_ended_question(rng, "sum", 120 + number)
        add(question, gold, draw(rng, gold, wrong, correct, 4), draw(rng, gold, wrong, correct, 4))
    # Refusals that contain the gold answer ("no", "know", "the") are not correct.
    for question, gold in [("Is 91 a prime number?", "No"), ("Which word rhymes with snow and starts with k?", "know"),
                           ("Which is the most frequent English word?", "the")]:
        initial = [sample(rng.choice(REFUSALS)) for _ in range(7)] + [sample(gold) for _ in range(3)]
        rehearsal = [sample(rng.choice(REFUSALS)) for _ in range(8)] + [sample(gold) for _ in range(2)]
        add(question, [gold], initial, rehearsal)
    # A sample ends where the instruction starts to repeat: what comes behind is neither right nor wrong.
    for number, correct in enumerate([2, 7]):
        question, gold, wrong = open_ended_question(rng, "capital", 130 + number)
        initial = [sample(gold[0], RUN_ON + wrong[0]) for _ in range(correct)]
        initial += [sample(wrong[1], RUN_ON + gold[0]) for _ in range(SAMPLES - correct)]
        add(question, gold, initial, draw(rng, gold, wrong, 1, 2))
    # White space around a sample says nothing.
    question, gold, wrong = open_ended_question(rng, "crossing", 140)
    add(question, gold, [sample(" " + gold[1] + " \n") for _ in range(SAMPLES)], draw(rng, gold, wrong, 9, 2))
    # Ties: the same samples in other orders, for questions with the same answer; the cut-offs are laid into them below.
    for number in range(6):
        answers = ["7"] * 6 + ["8", "9", "6", "seventeen"]
        initial = [sample(a) for a in rng.sample(answers, SAMPLES)]
        add(f"What is {7 + 9 * (number + 1)} minus {9 * (number + 1)}?", ["7"], initial,
            [sample(a) for a in rng.sample(answers, SAMPLES)])
    for number in range(6):
        answers = ["Red", "Red", "Green", "Green", "Blue", "Blue", "Teal", "Grey", "Pink", "Ochre"]
        initial = [sample(a) for a in rng.sample(answers, SAMPLES)]
        add(f"Which colour is flag {number + 1} of the tale?", ["Ochre"], initial, [sample("Red") for _ in range(SAMPLES)])
    rng.shuffle(cases)
    return cases


def shares(rng, target, weight, mass, total=10 ** 6):
    """Four probabilities of six decimals that add up to about `mass`, about `weight` of it the target's."""
    others = [rng.random() + 0.05 for _ in range(3)]
    rest = [(1 - weight) * mass * o / sum(others) for o in others]
    rest.insert(target, weight * mass)
    return [round(p * total) / total for p in rest]


def multiple_choice_cases():
    rng = random.Random(SEED + 1)
    subjects = ["invented geography", "small sums", "tales of the sea"]
    cases = []

    def add(target, initial, rehearsal):
        number = len(cases)
        if number % 3 == 1:
            a, b = 20 + number, rng.randint(2, 9)
            question, right = f"What is {a} times {b}?", a * b
            texts = [str(right + d) for d in rng.sample([-a, -10, -b, b, 10, a], 3)]
            texts.insert(target, str(right))
        else:
            question = f"Which of these did tale {number} call its harbour?"
            texts = [f"{word} {number}" for word in rng.sample(["Anchor", "Beacon", "Gull", "Lantern", "Tide", "Wharf"], 4)]
        cases.append({"question_id": f"choice/{number:03d}", "subject": subjects[number % 3], "question": question,
                      "options": texts, "target": "ABCD"[target], "initial": initial, "rehearsal": rehearsal})

    for _ in range(96):
        target, weight, mass = rng.randrange(4), rng.random() * 0.98, 0.7 + 0.29 * rng.random()
        later = min(0.99, max(0.01, weight + rng.gauss(0, 0.1)))
        add(target, shares(rng, target, weight, mass), shares(rng, target, later, mass))
    # Exactly half is ANSWER, with or without probability elsewhere.
    add(0, [0.5, 0.25, 0.125, 0.125], [0.25, 0.25, 0.25, 0.25])
    add(2, [0.125, 0.125, 0.375, 0.125], [0.125, 0.125, 0.5, 0.125])
    # Nothing flows, also where the whole mass changes: stays REFUSAL.
    add(1, [0.5, 0.25, 0.125, 0.0625], [0.5, 0.25, 0.125, 0.0625])
    add(3, [0.5, 0.125, 0.125, 0.25], [0.25, 0.0625, 0.0625, 0.125])
    # 0 ln 0 = 0; probability 0 or 1 for the target.
    add(0, [0.0, 0.75, 0.25, 0.0], [0.0, 0.5, 0.5, 0.0])
    add(1, [0.0, 0.0, 0.5, 0.5], [0.0, 0.125, 0.5, 0.25])
    add(2, [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 1.0, 0.0])
    # Ties: the same probabilities in other orders; the cut-offs are laid into them below.
    for order in itertools.islice(itertools.permutations([0.6, 0.2, 0.1, 0.04]), 0, 24, 4):
        add(order.index(0.6), list(order), list(order))
    for order in itertools.islice(itertools.permutations([0.3, 0.25, 0.2, 0.15]), 0, 24, 4):
        add(order.index(0.2), list(order), list(order))
    rng.shuffle(cases)
    return cases


# ---------------------------------------------------------------------------------------------------------------------
# The method, once more
# ---------------------------------------------------------------------------------------------------------------------

def is_correct(text, gold):
    said = text.split(INSTRUCTION)[0].strip()
    # All refusals here are of our own making; that the rule recognises others is a matter of other tests.
    return said not in REFUSALS and any(alias.lower() in said.lower() for alias in gold)


def open_ended_correctness(samples, gold):
    return Fraction(sum(is_correct(s["text"], gold) for s in samples), len(samples))


def cosine(a, b):
    return sum(x * y for x, y in zip(a, b)) / math.sqrt(sum(x * x for x in a) * sum(y * y for y in b))


def open_ended_certainty(samples):
    cosines = [cosine(a["embedding"], b["embedding"]) for a, b in itertools.permutations(samples, 2)]
    return math.fsum(cosines) / len(cosines)


def multiple_choice_correctness(probabilities, target):
    exact = [Fraction(str(p)) for p in probabilities]
    return exact["ABCD".index(target)] / sum(exact)


def multiple_choice_certainty(probabilities):
    return math.fsum(p * math.log(p) for p in probabilities if p > 0)


def candidates(figures, known, unknown, stays_unknown):
    """Per strategy the sorted ids of both sets; `figures`: id -> (correctness, rehearsal correctness, certainty)."""
    answer = sorted(i for i, (c, _, _) in figures.items() if known(c))
    refusal = sorted(i for i, (c, _, _) in figures.items() if unknown(c))
    kept = [i for i in refusal if stays_unknown(figures[i][1] - figures[i][0])]
    return {"COR_RAIT": (answer, refusal), "CORCER_RAIT": (answer, refusal), "CRAFT": (answer, kept)}


def cut(ids, figures, n, most_certain):
    """(surely in, tied at the cut-off) of the n most or least certain."""
    assert n < len(ids), "the cases must have more candidates than are taken"
    sign = -1 if most_certain else 1
    ranked = sorted(ids, key=lambda i: (sign * figures[i][2], i))
    edge = figures[ranked[n - 1]][2]
    gaps = [abs(figures[i][2] - edge) for i in ranked]
    assert not [g for g in gaps if 1e-9 < g < 10 * TIED], "certainties must tie or differ clearly"
    tied = [i for i, g in zip(ranked, gaps) if g <= TIED]
    return [i for i in ranked[:n] if i not in tied], tied


def into_the_tie(ids, figures, most_certain, ties):
    """How many to take so that the cut-off comes amid those ids of `ties`."""
    sign = -1 if most_certain else 1
    ranked = sorted(ids, key=lambda i: sign * figures[i][2])
    places = sorted(ranked.index(i) for i in ties)
    assert len(places) >= 4 and places[-1] - places[0] == len(places) - 1, "a tie must lie together"
    return places[0] + len(places) // 2


def require_clear(figures, half):
    for question_id, (correctness, rehearsal, _) in figures.items():
        for distance in (correctness - half, rehearsal - correctness):
            assert distance == 0 or abs(distance) > 1e-5, f"{question_id} is too close to a boundary"


def open_ended():
    cases = open_ended_cases()
    figures = {c["question_id"]: (open_ended_correctness(c["initial"], c["gold_answers"]),
                                  open_ended_correctness(c["rehearsal"], c["gold_answers"]),
                                  open_ended_certainty(c["initial"])) for c in cases}
    require_clear(figures, Fraction(1, 2))
    sets = candidates(figures, lambda c: c >= Fraction("0.51"), lambda c: c <= Fraction("0.49"), lambda flow: flow < 0)
    answer, refusal = sets["CRAFT"]
    n_answer = into_the_tie(answer, figures, True, [c["question_id"] for c in cases if c["answer"] == "7"])
    n_refusal = into_the_tie(refusal, figures, False, [c["question_id"] for c in cases if c["answer"] == "Ochre"])
    expected = {}
    for strategy, (answer, refusal) in sets.items():
        expected[strategy] = {"candidates": {"answer": answer, "refusal": refusal}}
        if strategy != "COR_RAIT":
            for label, ids, n in (("answer", answer, n_answer), ("refusal", refusal, n_refusal)):
                selected, tied = cut(ids, figures, n, label == "answer")
                expected[strategy][label] = {"selected": selected, "tied": tied, "take_of_tied": n - len(selected)}
    measured = {i: {"correctness": float(c), "certainty": e, "rehearsal_correctness": float(r)}
                for i, (c, r, e) in figures.items()}
    return cases, {"total": n_answer + n_refusal, "n_refusal": n_refusal, "n_answer": n_answer,
                   "measured": measured, "expected": expected}


def multiple_choice():
    cases = multiple_choice_cases()
    figures = {c["question_id"]: (multiple_choice_correctness(c["initial"], c["target"]),
                                  multiple_choice_correctness(c["rehearsal"], c["target"]),
                                  multiple_choice_certainty(c["initial"])) for c in cases}
    require_clear(figures, Fraction(1, 2))
    sets = candidates(figures, lambda c: c >= Fraction(1, 2), lambda c: c < Fraction(1, 2), lambda flow: flow <= 0)
    answer, refusal = sets["CRAFT"]
    n_answer = into_the_tie(answer, figures, True,
                            [c["question_id"] for c in cases if sorted(c["initial"]) == [0.04, 0.1, 0.2, 0.6]])
    n_refusal = into_the_tie(refusal, figures, False,
                             [c["question_id"] for c in cases if sorted(c["initial"]) == [0.15, 0.2, 0.25, 0.3]])
    expected = {}
    for strategy, (answer, refusal) in sets.items():
        if strategy == "COR_RAIT":
            continue
        expected[strategy] = {"candidates": {"answer": answer, "refusal": refusal}}
        for label, ids, n in (("answer", answer, n_answer), ("refusal", refusal, n_refusal)):
            selected, tied = cut(ids, figures, n, label == "answer")
            # Multiple choice keeps all that tie, so there may be more than n.
            expected[strategy][label] = sorted(selected + tied)
    raw = {c["question_id"]: c["initial"]["ABCD".index(c["target"])] for c in cases}
    measured = {i: {"correctness": float(c), "certainty": e, "rehearsal_correctness": float(r), "raw_target_probability": raw[i]}
                for i, (c, r, e) in figures.items()}
    return cases, {"n_refusal": n_refusal, "n_answer": n_answer, "measured": measured, "expected": expected}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail where the files differ")
    check = parser.parse_args().check
    files = {}
    for name, (cases, expected) in (("open_ended", open_ended()), ("multiple_choice", multiple_choice())):
        files[name + "_cases.jsonl"] = "".join(
            json.dumps(case, ensure_ascii=False, separators=(",", ":")) + "\n" for case in cases)
        files[name + "_expected.json"] = json.dumps(expected, ensure_ascii=False, indent=1) + "\n"
        sizes = {s: {k: len(v) for k, v in e["candidates"].items()} for s, e in expected["expected"].items()}
        print(f"{name}: {len(cases)} cases, {expected['n_answer']} ANSWER + {expected['n_refusal']} REFUSAL of {sizes}")
    different = []
    for name, text in files.items():
        path = FOLDER / name
        if check:
            if not path.is_file() or path.read_text(encoding="utf-8") != text:
                different.append(str(path))
        else:
            path.write_text(text, encoding="utf-8", newline="\n")
    if different:
        sys.exit("Not what this script makes: " + ", ".join(different) + ". Run it without --check.")


if __name__ == "__main__":
    main()
