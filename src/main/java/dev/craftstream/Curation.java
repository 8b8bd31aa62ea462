package dev.craftstream;

import dev.craftstream.admission.CheckpointAdmission;
import dev.craftstream.admission.SourceProgress;
import dev.craftstream.admission.StartCondition;
import dev.craftstream.config.CurationSettings;
import dev.craftstream.evaluation.Evaluations;
import dev.craftstream.knowledge.KnowledgeQuery;
import dev.craftstream.model.DeadLetter;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.checkpoint.ModelCheckpointEvent;
import dev.craftstream.model.dataset.CutOff;
import dev.craftstream.model.dataset.DatasetManifest;
import dev.craftstream.model.dataset.DatasetRecord;
import dev.craftstream.model.dataset.Evaluation;
import dev.craftstream.model.dataset.Request;
import dev.craftstream.model.knowledge.KnowledgeChange;
import dev.craftstream.model.label.Instruction;
import dev.craftstream.model.message.Admitted;
import dev.craftstream.model.message.Candidate;
import dev.craftstream.model.message.Directive;
import dev.craftstream.model.message.MeasuredSamples;
import dev.craftstream.model.message.UnusableAnswer;
import dev.craftstream.relabel.Relabeler;
import dev.craftstream.survey.DatasetCutOffs;
import dev.craftstream.survey.DatasetMembers;
import dev.craftstream.survey.Manifests;
import dev.craftstream.survey.SettledCandidates;
import dev.craftstream.survey.SurveyPlanner;
import dev.craftstream.tracking.KnowledgeTracker;
import java.util.function.Function;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;

/**
 * The stages, in the order of the data, and what comes out of them. Where records come from and go
 * to is {@link CurationJob}'s; benchmarks and tests bring their own.
 *
 * @param instructions each question relabelled
 * @param knowledge what is known of each question, keyed by its id
 * @param samples what measurements rest on, keyed by the question's id; nothing where the query
 *     does not tell it
 * @param datasets the records of datasets and rehearsal sets
 * @param manifests what closes these
 * @param evaluations how model checkpoints do on the questions of purpose EVALUATE
 * @param unusableAnswers questions that could not be asked, or whose answers could not be used
 * @param refused announcements and requests that were refused
 */
public record Curation(
    DataStream<Instruction> instructions,
    DataStream<KnowledgeChange> knowledge,
    DataStream<MeasuredSamples> samples,
    DataStream<DatasetRecord> datasets,
    DataStream<DatasetManifest> manifests,
    DataStream<Evaluation> evaluations,
    DataStream<UnusableAnswer> unusableAnswers,
    DataStream<DeadLetter> refused) {

  /**
   * Puts the stages behind what comes in.
   *
   * @param questionIntake which of the questions the trackers have
   * @param announcementIntake which of the announcements the admission has
   * @param startCondition what has to be so where the job starts without state
   */
  public static Curation of(
      DataStream<QuestionEvent> questions,
      DataStream<ModelCheckpointEvent> modelCheckpoints,
      DataStream<Request> requests,
      SourceProgress.Factory questionIntake,
      SourceProgress.Factory announcementIntake,
      StartCondition startCondition,
      KnowledgeQuery.Factory query,
      CurationSettings settings) {

    SingleOutputStreamOperator<Admitted> admitted =
        stage(
                "checkpoint-admission",
                name ->
                    modelCheckpoints
                        .connect(requests)
                        .transform(
                            name,
                            TypeInformation.of(Admitted.class),
                            new CheckpointAdmission(
                                query, questionIntake, announcementIntake, startCondition)))
            .setParallelism(1);

    SingleOutputStreamOperator<Directive> directives =
        stage(
                "survey-planner",
                name ->
                    admitted.transform(
                        name,
                        TypeInformation.of(Directive.class),
                        new SurveyPlanner(
                            settings.datasets(),
                            settings.datasetTexts(),
                            settings.datasetsLiveFor())))
            .setParallelism(1);

    SingleOutputStreamOperator<KnowledgeChange> knowledge =
        stage(
            "knowledge-tracker",
            name ->
                questions
                    .keyBy(QuestionEvent::questionId)
                    .connect(directives.broadcast())
                    .transform(
                        name,
                        TypeInformation.of(KnowledgeChange.class),
                        new KnowledgeTracker(settings.tracker(), query)));

    SingleOutputStreamOperator<Instruction> instructions =
        stage(
            "relabeler",
            name ->
                knowledge
                    .keyBy(KnowledgeChange::questionId)
                    .process(
                        new Relabeler(
                            settings.strategy(),
                            settings.thresholds(),
                            settings.trainingPrompt())));

    SingleOutputStreamOperator<CutOff> cutOffs =
        stage(
            "cut-offs",
            name ->
                knowledge
                    .getSideOutput(KnowledgeTracker.SURVEYED)
                    .keyBy(report -> report.dataset().id())
                    .process(new DatasetCutOffs()));

    SingleOutputStreamOperator<DatasetRecord> datasets =
        stage(
            "dataset-members",
            name ->
                knowledge
                    .getSideOutput(KnowledgeTracker.CANDIDATES)
                    .keyBy(Candidate::questionId)
                    .connect(cutOffs.broadcast())
                    .transform(
                        name,
                        TypeInformation.of(DatasetRecord.class),
                        new DatasetMembers(settings.datasetTexts())));

    SingleOutputStreamOperator<DatasetManifest> manifests =
        stage(
            "manifests",
            name ->
                cutOffs
                    .keyBy(cutOff -> cutOff.dataset().id())
                    .connect(
                        datasets
                            .getSideOutput(DatasetMembers.SETTLED)
                            .keyBy(SettledCandidates::datasetId))
                    .process(new Manifests()));

    SingleOutputStreamOperator<Evaluation> evaluations =
        stage(
            "evaluations",
            name ->
                knowledge
                    .getSideOutput(KnowledgeTracker.EVALUATED)
                    .keyBy(report -> report.survey().id())
                    .transform(
                        name,
                        TypeInformation.of(Evaluation.class),
                        new Evaluations(
                            settings.bootstrap(),
                            settings.wrongPenalty(),
                            settings.evaluatedSubjects())));

    return new Curation(
        instructions,
        knowledge.keyBy(KnowledgeChange::questionId),
        knowledge.getSideOutput(KnowledgeTracker.SAMPLES).keyBy(MeasuredSamples::questionId),
        datasets,
        manifests,
        evaluations,
        knowledge.getSideOutput(KnowledgeTracker.UNUSABLE),
        admitted
            .getSideOutput(CheckpointAdmission.REFUSED)
            .union(directives.getSideOutput(SurveyPlanner.REFUSED)));
  }

  /** A stage whose name is its uid, too: by it the job finds the stage's state in savepoints. */
  static <T> SingleOutputStreamOperator<T> stage(
      String name, Function<String, SingleOutputStreamOperator<T>> definition) {
    return definition.apply(name).name(name).uid(name);
  }
}
