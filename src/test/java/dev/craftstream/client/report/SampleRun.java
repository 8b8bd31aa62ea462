package dev.craftstream.client.report;

import dev.craftstream.client.report.CuratedQuestion.Curation;
import dev.craftstream.client.report.CuratedQuestion.Knowledge;
import dev.craftstream.client.report.EvaluatedCheckpoint.Estimate;
import dev.craftstream.method.Relabelling;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.knowledge.CertaintyKind;
import dev.craftstream.model.knowledge.CorrectnessRule;
import dev.craftstream.model.knowledge.KnowledgeState;
import dev.craftstream.model.label.Label;
import dev.craftstream.model.label.Strategy;
import dev.craftstream.model.label.Thresholds;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/** A made-up run, labelled by the method's own rules. */
final class SampleRun {
  private SampleRun() {}

  static RunData make(int openEnded, int multipleChoice) {
    Random random = new Random(7);
    List<CuratedQuestion> questions = new ArrayList<>();
    for (int i = 0; i < openEnded; i++) {
      double ease = random.nextDouble();
      Knowledge initial = openEnded(ease, random);
      Knowledge rehearsal = openEnded(Math.min(1, ease + 0.14), random);
      questions.add(
          question(
              "open-" + i,
              Task.OPEN_ENDED,
              "What is the capital of country " + i + "?",
              List.of(),
              "City " + i,
              initial,
              rehearsal));
    }
    for (int i = 0; i < multipleChoice; i++) {
      Knowledge initial = multipleChoice(0.3 + 0.25 * random.nextGaussian(), random);
      Knowledge rehearsal =
          multipleChoice(initial.correctness() + 0.08 + 0.1 * random.nextGaussian(), random);
      questions.add(
          question(
              "choice-" + i,
              Task.MULTIPLE_CHOICE,
              "Which of these is number " + i + "?",
              List.of("one", "two", "three", "four"),
              "B",
              initial,
              rehearsal));
    }
    return run(questions, List.of());
  }

  static RunData run(List<CuratedQuestion> questions, List<RunData.Failure> failures) {
    return run(
        questions,
        questions.size(),
        new RunData.Failures(
            failures.stream()
                .collect(Collectors.groupingBy(RunData.Failure::reason, Collectors.counting())),
            failures));
  }

  static RunData run(
      List<CuratedQuestion> questions, long questionsInAll, RunData.Failures failures) {
    List<RunData.Phase> phases =
        List.of(
            new RunData.Phase("Kafka broker", Duration.ofMillis(2510)),
            new RunData.Phase("Triton", Duration.ofMillis(3120)),
            new RunData.Phase("INITIAL", Duration.ofSeconds(62)),
            new RunData.Phase("REHEARSAL", Duration.ofSeconds(65)));
    return RunData.builder()
        .finishedAt(Instant.parse("2026-01-02T03:04:05Z"))
        .questions(questions, questionsInAll)
        .took(Duration.ofSeconds(135), phases)
        .sweeps(
            List.of(
                new RunData.Sweep(
                    "smollm2-initial",
                    Role.INITIAL,
                    "smollm2 version 1",
                    questions.size(),
                    Duration.ofSeconds(62),
                    8,
                    0.987),
                new RunData.Sweep(
                    "smollm2-rehearsal",
                    Role.REHEARSAL,
                    "smollm2 version 1 with the adapter rehearsal",
                    questions.size(),
                    Duration.ofSeconds(65),
                    8,
                    Double.NaN)))
        .datasets(
            List.of(
                dataset("cor-rait", "COR_RAIT", "", questions),
                dataset("craft", "CRAFT", "", questions.subList(0, questions.size() / 2)),
                dataset("van-tuning", "VAN_TUNING", "too few <candidates>", List.of()),
                choices(),
                dataset("rehearsal", "", "", List.of())))
        .evaluations(
            List.of(
                evaluation("smollm2-initial", Role.INITIAL, null, null),
                evaluation(
                    "smollm2-tuned",
                    Role.TUNED,
                    new Estimate(0.1251, -1.0004, -0.9),
                    new Estimate(0.034, 0.01, 0.07))))
        .failures(failures)
        .facts(
            List.of(new RunData.Fact("Strategy", "CRAFT"), new RunData.Fact("Prompt", "v1-0a1b2c")))
        .build();
  }

  private static ChosenDataset dataset(
      String id, String strategy, String failure, List<CuratedQuestion> questions) {
    List<String> ids = questions.stream().map(CuratedQuestion::id).toList();
    return new ChosenDataset(
        id,
        Task.OPEN_ENDED,
        strategy,
        strategy.startsWith("C") ? Thresholds.PAPER.openEndedAnswer() : Double.NaN,
        strategy.startsWith("C") ? Thresholds.PAPER.openEndedRefusal() : Double.NaN,
        failure,
        new ChosenDataset.Part(80, 7, 40, ids.size(), 0.75),
        new ChosenDataset.Part(20, 5, 10, 0, Double.NaN),
        3,
        Set.copyOf(ids));
  }

  /** A dataset that was not built, but is divided by thresholds. */
  private static ChosenDataset choices() {
    return new ChosenDataset(
        "choices",
        Task.MULTIPLE_CHOICE,
        "CRAFT",
        Thresholds.PAPER.multipleChoiceAnswer(),
        Thresholds.PAPER.multipleChoiceRefusal(),
        "too few candidates",
        new ChosenDataset.Part(3, 0, 40, 0, Double.NaN),
        new ChosenDataset.Part(2, 0, 10, 0, Double.NaN),
        0,
        Set.of());
  }

  private static EvaluatedCheckpoint evaluation(
      String id, Role role, Estimate truthfulHelpfulness, Estimate overRefusal) {
    Estimate share = new Estimate(0.25, 0.125, 0.5);
    return new EvaluatedCheckpoint(
        id,
        role,
        Task.OPEN_ENDED,
        40,
        2,
        share,
        share,
        share,
        truthfulHelpfulness,
        overRefusal,
        overRefusal == null ? null : share,
        overRefusal == null ? null : share,
        overRefusal == null ? null : share,
        new Estimate(-0.0625, -0.25, 0.125),
        2,
        0.95);
  }

  static CuratedQuestion question(
      String id,
      Task task,
      String text,
      List<String> options,
      String gold,
      Knowledge initial,
      Knowledge rehearsal) {
    return new CuratedQuestion(
        id,
        task,
        text,
        options,
        gold,
        initial,
        rehearsal,
        curation(task, gold, initial, null),
        curation(task, gold, initial, rehearsal));
  }

  private static Curation curation(Task task, String gold, Knowledge initial, Knowledge rehearsal) {
    Relabelling.Outcome outcome =
        Relabelling.label(task, Strategy.CRAFT, Thresholds.PAPER, state(initial), state(rehearsal));
    return new Curation(
        outcome.label(),
        outcome.dropReason(),
        outcome.label() == Label.ANSWER
            ? gold
            : outcome.label() == Label.REFUSAL ? "I don't know" : "",
        0.875);
  }

  private static KnowledgeState state(Knowledge knowledge) {
    return knowledge == null
        ? null
        : new KnowledgeState(
            knowledge.correctness(),
            knowledge.certainty(),
            CertaintyKind.EMBEDDING_SIMILARITY,
            0,
            0,
            10,
            0,
            0,
            "",
            1,
            "test",
            CorrectnessRule.SUBSTRING);
  }

  private static Knowledge openEnded(double ease, Random random) {
    int correct = 0;
    for (int sample = 0; sample < 10; sample++) {
      correct += random.nextDouble() < ease ? 1 : 0;
    }
    double certainty = 0.25 + 0.6 * ease + 0.12 * random.nextGaussian();
    return sampled(correct / 10.0, Math.max(0.05, Math.min(1, certainty)));
  }

  private static Knowledge multipleChoice(double correctness, Random random) {
    return weighed(Math.max(0.02, Math.min(0.98, correctness)), -1.2 + 0.3 * random.nextDouble());
  }

  /** As the paper measures open-ended questions. */
  static Knowledge sampled(double correctness, double certainty) {
    return new Knowledge(correctness, certainty, CertaintyKind.EMBEDDING_SIMILARITY, 10);
  }

  /** As the paper measures multiple-choice questions. */
  static Knowledge weighed(double correctness, double certainty) {
    return new Knowledge(correctness, certainty, CertaintyKind.OPTION_ENTROPY, 0);
  }
}
