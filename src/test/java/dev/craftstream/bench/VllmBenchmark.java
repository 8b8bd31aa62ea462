package dev.craftstream.bench;

import dev.craftstream.client.importing.Adjustments;
import dev.craftstream.client.importing.Choice;
import dev.craftstream.client.importing.QuestionFormat;
import dev.craftstream.client.importing.QuestionImport;
import dev.craftstream.client.importing.ReadAs;
import dev.craftstream.knowledge.KnowledgeQuery;
import dev.craftstream.knowledge.Measurement;
import dev.craftstream.knowledge.UnusableAnswerException;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.model.knowledge.KnowledgeState;
import dev.craftstream.topics.records.RecordLimits;
import dev.craftstream.topics.records.WireFormat;
import dev.craftstream.triton.EvaluationSettings;
import dev.craftstream.triton.QuerySettings;
import dev.craftstream.triton.TritonKnowledgeQuery;
import dev.craftstream.triton.client.TritonSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;

/**
 * The knowledge query alone against a running server: 200 open-ended questions of 30 to 3,000
 * characters, 80 multiple-choice ones and 60 to evaluate with, made of the demo's. Prints for each
 * kind how many were answered, were unusable and failed otherwise, the rate, and for the letters
 * their mean share of the probability.
 *
 * <p>Arguments: {@code HOST:PORT MODEL CONTRACT EMBEDDING_MODEL QUESTIONS_IN_FLIGHT [ADAPTER]},
 * such as {@code localhost:8001 smollm2 VLLM minilm 8}; the embedding model is {@code -} for CRAFT.
 * {@code src/test/triton-client/vllm_peer.py} sends the same requests without this project's client
 * and prints the same.
 */
public final class VllmBenchmark {
  private static final String PASSAGE = "The following is a question of general knowledge. ";

  private VllmBenchmark() {}

  public static void main(String... arguments) throws Exception {
    Serving serving =
        new Serving(
            arguments[1],
            "",
            Contract.valueOf(arguments[2]),
            arguments[3].equals("-") ? "" : arguments[3],
            "",
            arguments.length > 5 ? arguments[5] : "");
    ModelCheckpoint checkpoint = new ModelCheckpoint("base", 1, Role.INITIAL, "", serving);
    int inFlight = Integer.parseInt(arguments[4]);
    List<Question> questions = questions();
    List<Question> openEnded = of(questions, Task.OPEN_ENDED);
    List<Question> multipleChoice = of(questions, Task.MULTIPLE_CHOICE);
    // The model's answer is on the first line.
    QuerySettings query = QuerySettings.builder().maxTokens(20).stop(List.of("\n")).build();
    EvaluationSettings evaluation =
        new EvaluationSettings(20, List.of("\n"), EvaluationSettings.standard().prompt());
    TritonSettings triton = TritonSettings.to(arguments[0]).build();
    try (KnowledgeQuery asked =
        new TritonKnowledgeQuery.Factory(triton, query, evaluation).open()) {
      asked.ready(checkpoint).get();
      measure("open-ended", asked, checkpoint, times(openEnded, 200), inFlight);
      measure("multiple-choice", asked, checkpoint, times(multipleChoice, 80), inFlight);
      measure(
          "to evaluate",
          asked,
          checkpoint,
          times(questions, 60).stream().map(q -> q.withPurpose(Purpose.EVALUATE)).toList(),
          inFlight);
      System.out.printf("requests sent again: %d%n", asked.health().retries());
    }
  }

  private static void measure(
      String kind,
      KnowledgeQuery query,
      ModelCheckpoint checkpoint,
      List<Question> questions,
      int inFlight)
      throws InterruptedException {
    Semaphore slots = new Semaphore(inFlight);
    List<CompletableFuture<Measurement>> answers = new ArrayList<>();
    long start = System.nanoTime();
    for (Question question : questions) {
      slots.acquire();
      CompletableFuture<Measurement> answer = query.ask(question, 1, checkpoint);
      var unused = answer.whenComplete((state, failure) -> slots.release());
      answers.add(answer);
    }
    slots.acquire(inFlight);
    double seconds = (System.nanoTime() - start) / 1e9;
    int answered = 0;
    int unusable = 0;
    double mass = 0;
    double correctness = 0;
    String example = "";
    for (CompletableFuture<Measurement> answer : answers) {
      try {
        KnowledgeState state = answer.get().state();
        answered++;
        correctness += state.correctness();
        mass += state.correctness() > 0 ? state.targetProbability() / state.correctness() : 0;
      } catch (ExecutionException e) {
        unusable += e.getCause() instanceof UnusableAnswerException ? 1 : 0;
        example = e.getCause().getMessage();
      }
    }
    System.out.printf(
        "%-16s %3d in flight: %3d answered, %d unusable, %d failed; %.2f/s; correctness %.3f%s%s%n",
        kind,
        inFlight,
        answered,
        unusable,
        answers.size() - answered - unusable,
        questions.size() / seconds,
        correctness / answered,
        mass > 0 ? "; the letters have %.3f".formatted(mass / answered) : "",
        example.isEmpty() ? "" : "; such as: " + example);
  }

  /** So many of the questions, over and over, some of them long. */
  private static List<Question> times(List<Question> questions, int count) {
    List<Question> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Question q = questions.get(i % questions.size());
      String text = i % 10 == 0 ? PASSAGE.repeat(i % 60) + q.text() : q.text();
      all.add(
          new Question(
              q.id() + "-" + i,
              q.task(),
              q.purpose(),
              text,
              q.answer(),
              q.aliases(),
              q.options(),
              q.subject(),
              q.tags()));
    }
    return all;
  }

  private static List<Question> of(List<Question> questions, Task task) {
    return questions.stream().filter(question -> question.task() == task).toList();
  }

  private static List<Question> questions() throws Exception {
    QuestionImport source =
        new QuestionImport(
            new ReadAs.Named(QuestionFormat.JSONL),
            List.of(Path.of("src/main/resources/demo/questions.jsonl")),
            Adjustments.NONE,
            new Choice.All(),
            WireFormat.JSON,
            RecordLimits.DEFAULT,
            (writing, records, bytes, totalBytes) -> {});
    List<QuestionEvent> events = new ArrayList<>();
    source.write(source.check(), events::addAll);
    return events.stream().map(event -> event.question().withPurpose(Purpose.TRAIN)).toList();
  }
}
