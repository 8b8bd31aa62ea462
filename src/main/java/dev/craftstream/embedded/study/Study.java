package dev.craftstream.embedded.study;

import dev.craftstream.client.RunReader;
import dev.craftstream.client.Terminal;
import dev.craftstream.client.TopicWriter;
import dev.craftstream.config.CurationSettings;
import dev.craftstream.embedded.EmbeddedOptions;
import dev.craftstream.embedded.EmbeddedRun;
import dev.craftstream.embedded.Leftovers;
import dev.craftstream.embedded.Project;
import dev.craftstream.embedded.PythonEnvironment;
import dev.craftstream.embedded.RunSetUp;
import dev.craftstream.embedded.WorkFolder;
import dev.craftstream.embedded.study.StudyData.ArmDataset;
import dev.craftstream.embedded.study.StudyData.Initial;
import dev.craftstream.embedded.study.StudyData.Knowledge;
import dev.craftstream.embedded.study.StudyData.Measure;
import dev.craftstream.embedded.study.StudyData.Setting;
import dev.craftstream.embedded.study.StudyData.Tuned;
import dev.craftstream.embedded.trainer.ModelFiles;
import dev.craftstream.embedded.trainer.TrainerOptions;
import dev.craftstream.embedded.trainer.TrainerProcess;
import dev.craftstream.embedded.trainer.TrainerPython;
import dev.craftstream.embedded.trainer.TrainingRule;
import dev.craftstream.model.Origin;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.model.knowledge.Verdict;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.Label;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The study in its order: INITIAL measured, and again under other seeds; REHEARSAL trained and
 * measured; a dataset for each arm; models trained on each, evaluated one after the other. What the
 * results folder holds is not done again, and the embedded run goes on from its own folder.
 */
public final class Study implements AutoCloseable {
  /** Options of the job, on the class path. */
  public static final String OPTIONS = "/study/options.yaml";

  static final ModelCheckpoint INITIAL = checkpoint("initial", Role.INITIAL, "");

  /** The same model under other seeds: its flow is noise. */
  static final ModelCheckpoint AGAIN = checkpoint("initial-again", Role.REHEARSAL, "");

  static final ModelCheckpoint REHEARSAL = checkpoint("rehearsal", Role.REHEARSAL, "rehearsal");
  private static final long LOOK = 500;

  private final Project project;
  private final WorkFolder work;
  private final Terminal terminal;
  private final EmbeddedRun run;
  private final StudyFiles files;
  private final List<Question> questions;
  private final List<Arm> arms;
  private final Setting setting;
  private final ModelFiles models;
  private Path trainerPython;
  private final StudyLedger ledger;
  private TrainerProcess trainer;

  /**
   * What the study is started with.
   *
   * @param arms which datasets, of {@link Arm#ALL}; more can come when it goes on
   */
  public record SetUp(
      Project project,
      List<Question> questions,
      List<Arm> arms,
      List<Integer> trainingSeeds,
      Map<String, String> options,
      int webPort,
      int kafkaPort) {}

  public Study(SetUp setUp, WorkFolder work, Terminal terminal) throws IOException {
    this.work = work;
    this.terminal = terminal;
    this.project = setUp.project();
    this.questions = setUp.questions();
    this.arms = setUp.arms();
    Leftovers.end(work.path());
    this.models = ModelFiles.copy(project, work.models());
    this.run =
        new EmbeddedRun(
            project,
            work,
            terminal,
            new RunSetUp(
                models.repository(),
                Map.of(),
                RunSetUp.RESUMABLE_BROKER,
                List.of(OPTIONS),
                setUp.options(),
                setUp.webPort(),
                setUp.kafkaPort()));
    CurationSettings planned = EmbeddedOptions.settings(project, List.of(OPTIONS), setUp.options());
    Map<String, String> kinds = new TreeMap<>();
    questions.forEach(question -> kinds.put(question.id(), question.subject()));
    setting =
        new Setting(
            kinds,
            planned.datasets().openEnded().answers(),
            planned.datasets().openEnded().refusals(),
            setUp.trainingSeeds(),
            "SmolLM2-135M-Instruct");
    files = new StudyFiles(results(work));
    ledger = new StudyLedger(planned.kafka().topics());
  }

  /** Where the results of a study lie. */
  public static Path results(WorkFolder work) {
    return work.path().resolve("results");
  }

  private static ModelCheckpoint checkpoint(String id, Role role, String adapter) {
    return new ModelCheckpoint(
        id,
        1,
        role,
        role == Role.INITIAL ? "" : "initial",
        new Serving(RunSetUp.MODEL, "1", Contract.CRAFT, "", "", adapter));
  }

  /**
   * Does what is left to do.
   *
   * @param onResult is told whenever there is a new result to make the page of
   */
  public void run(Runnable onResult) throws Exception {
    boolean begins = requireSameSetting();
    PythonEnvironment python = run.pythonEnvironment();
    trainerPython = TrainerPython.prepare(project, System.getenv(), terminal);
    run.start(python);
    CurationSettings settings = run.settings();
    try (TopicWriter writer = new TopicWriter(settings.kafka());
        RunReader reader = new RunReader(settings.kafka(), ledger, true);
        ModelAsker asker = new ModelAsker(settings, run::watch)) {
      reader.awaitCaughtUp();
      if (begins) {
        publish(writer);
        files.write(setting);
      }
      startTrainer(settings);
      announce(INITIAL, writer);
      announce(AGAIN, writer);
      measured(INITIAL);
      if (files.initial().isEmpty()) {
        files.write(initial(asker));
      }
      measured(AGAIN);
      measured(REHEARSAL);
      if (files.knowledge().isEmpty()) {
        files.write(
            new Knowledge(
                ledger.measures(INITIAL.id()),
                ledger.measures(AGAIN.id()),
                ledger.measures(REHEARSAL.id())));
      }
      datasets(settings, writer);
      for (Planned planned : planned(setting.trainingSeeds())) {
        if (files.tuned(planned.arm(), planned.seed()).isEmpty()) {
          tuned(planned, asker, writer);
          onResult.run();
        }
      }
    }
  }

  /** A model to be trained. */
  private record Planned(Arm arm, int seed) {}

  /** The paper's strategies with all seeds first, then the rest; each seed over all arms. */
  private List<Planned> planned(List<Integer> seeds) {
    List<Planned> planned = new ArrayList<>();
    for (boolean ofThePaper : new boolean[] {true, false}) {
      for (int seed : seeds) {
        for (Arm arm : arms) {
          if (arm.isOfThePaper() == ofThePaper) {
            planned.add(new Planned(arm, seed));
          }
        }
      }
    }
    return planned;
  }

  /** Whether the study begins; else it goes on with what it was begun with. */
  private boolean requireSameSetting() throws IOException {
    if (files.setting().isEmpty()) {
      return true;
    }
    if (!files.setting().get().equals(setting)) {
      throw new IOException(
          "The study in %s was begun with other questions, counts or training seeds. Give the same ones, or another folder with --work-dir."
              .formatted(work.path()));
    }
    terminal.line("The study goes on with what lies in %s.", files.folder());
    return false;
  }

  private void publish(TopicWriter writer) {
    writer.questions(
        questions.stream()
            .map(question -> new QuestionEvent(question.id(), question, new Origin("", 0, 0)))
            .toList());
    terminal.line("  %d questions published", questions.size());
  }

  /** What is announced already is announced again, which changes nothing. */
  private void announce(ModelCheckpoint checkpoint, TopicWriter writer) {
    if (ledger.done(checkpoint.id()) == 0) {
      writer.announcement(checkpoint);
    }
  }

  private void startTrainer(CurationSettings settings) throws IOException {
    List<TrainingRule> rules = new ArrayList<>();
    rules.add(TrainingRule.rehearsal(REHEARSAL.id()));
    for (Planned planned : planned(setting.trainingSeeds())) {
      rules.add(
          new TrainingRule(
              planned.arm().strategy(),
              planned.arm().requestId(),
              List.of(planned.seed()),
              planned.arm().checkpointId(planned.seed()),
              Map.of()));
    }
    trainer =
        TrainerProcess.start(
            project,
            trainerPython,
            new TrainerOptions(
                settings,
                run.servers().triton().endpoint(),
                models.repository(),
                work.trainer(),
                null,
                rules,
                Map.of()));
  }

  /** Waits until a model checkpoint has all its answers. */
  private void measured(ModelCheckpoint checkpoint) throws Exception {
    int wanted =
        (int) questions.stream().filter(q -> checkpoint.role().measures(q.purpose())).count();
    await(
        () -> {
          ledger
              .refusal(checkpoint.id())
              .ifPresent(
                  why -> {
                    throw new IllegalStateException(
                        "The job did not take the model checkpoint "
                            + checkpoint.id()
                            + ": "
                            + why);
                  });
          int done = ledger.done(checkpoint.id());
          terminal.hint("  %s: %d of %d questions".formatted(checkpoint.id(), done, wanted));
          return done >= wanted;
        });
    terminal.line("  %s measured: %d questions", checkpoint.id(), wanted);
  }

  /** Something that is waited for. */
  private interface Condition {
    boolean holds() throws Exception;
  }

  private void await(Condition condition) throws Exception {
    while (!condition.holds()) {
      run.watch();
      trainer.restartWhereEnded();
      for (String line : trainer.news()) {
        String failure = TrainerProcess.failure(line);
        if (failure != null) {
          throw new IOException("A model could not be trained: " + failure);
        }
        terminal.line("    trainer: %s", line);
      }
      Thread.sleep(LOOK);
    }
  }

  private Initial initial(ModelAsker asker) throws Exception {
    terminal.line("  INITIAL is asked without the offer to refuse, and how near a refusal is");
    return new Initial(
        ledger.verdicts(INITIAL.id()),
        asker.plain(tests(), INITIAL),
        asker.refusalScores(tests(), INITIAL));
  }

  private List<Question> tests() {
    return questions.stream().filter(q -> q.purpose() == Purpose.EVALUATE).toList();
  }

  private void datasets(CurationSettings settings, TopicWriter writer) throws Exception {
    List<Arm> missing = new ArrayList<>();
    for (Arm arm : arms) {
      if (files.dataset(arm).isEmpty()) {
        missing.add(arm);
        writer.request(arm.request(INITIAL.id(), REHEARSAL.id(), AGAIN.id()));
      }
    }
    if (missing.isEmpty()) {
      return;
    }
    await(
        () -> {
          for (Arm arm : missing) {
            ledger.requireMet(arm.requestId());
          }
          return missing.stream().allMatch(arm -> ledger.manifest(arm.datasetId()).isPresent());
        });
    StudyConflicts conflicts = new StudyConflicts(settings.triton(), questions);
    for (Arm arm : missing) {
      DatasetManifest manifest = ledger.manifest(arm.datasetId()).orElseThrow();
      List<String> answers = labelled(arm, Label.LABEL_ANSWER);
      List<String> refusals = labelled(arm, Label.LABEL_REFUSAL);
      files.write(
          arm,
          new ArmDataset(
              arm.name(),
              manifest.getFailure(),
              manifest.getAnswer().getCandidates(),
              manifest.getRefusal().getCandidates(),
              answers,
              refusals,
              conflicts.of(refusals, answers)));
      terminal.line(
          "  %s: %d ANSWER of %d candidates, %d REFUSAL of %d",
          arm.title(),
          answers.size(),
          manifest.getAnswer().getCandidates(),
          refusals.size(),
          manifest.getRefusal().getCandidates());
    }
  }

  private List<String> labelled(Arm arm, Label label) {
    return ledger.members(arm.datasetId()).entrySet().stream()
        .filter(member -> member.getValue() == label)
        .map(Map.Entry::getKey)
        .toList();
  }

  private void tuned(Planned planned, ModelAsker asker, TopicWriter writer) throws Exception {
    Arm arm = planned.arm();
    String id = arm.checkpointId(planned.seed());
    ModelCheckpoint checkpoint = checkpoint(id, Role.TUNED, id);
    measured(checkpoint);
    Map<String, Double> scores = asker.refusalScores(tests(), checkpoint);
    List<String> taught = files.dataset(arm).orElseThrow().refusals();
    Map<String, Measure> known =
        planned.seed() == setting.trainingSeeds().get(0)
            ? asker.known(
                questions.stream().filter(q -> taught.contains(q.id())).toList(), checkpoint)
            : Map.of();
    Map<String, Verdict> verdicts = ledger.verdicts(id);
    files.write(arm, new Tuned(arm.name(), planned.seed(), verdicts, scores, known));
    // The server need not keep dozens of adapters; what was trained stays in the trainer's folder.
    writer.retirement(id);
    models.remove(id);
  }

  @Override
  public void close() {
    if (trainer != null) {
      trainer.close();
    }
    run.close();
  }
}
