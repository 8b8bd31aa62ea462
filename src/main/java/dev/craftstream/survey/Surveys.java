package dev.craftstream.survey;

import dev.craftstream.flink.KeyGroups;
import dev.craftstream.flink.KeyOrder;
import dev.craftstream.model.dataset.Dataset;
import dev.craftstream.model.knowledge.KnowledgeChange;
import dev.craftstream.model.label.DropReason;
import dev.craftstream.model.message.Candidate;
import dev.craftstream.model.message.EvaluationReport;
import dev.craftstream.model.message.Survey;
import dev.craftstream.model.message.SurveyReport;
import dev.craftstream.model.message.SurveyReport.Outcome;
import dev.craftstream.model.message.SurveyReport.Ranks;
import dev.craftstream.survey.SurveyProgress.Unfinished;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.apache.flink.api.common.state.KeyedStateStore;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The surveys of a tracker task: each looks through all questions once its model time is complete.
 *
 * <p>A survey works in slices between the task's mails, and each ends where the stages behind do
 * not keep up. For each question it is plain whether the survey has looked at it: what changes
 * before is seen by it, what changes after is a late change and is offered as one. How far a survey
 * is, is state and moves with the key groups, so it goes on where it was after a failure and at any
 * parallelism, and nothing is reported twice.
 *
 * <p>A survey that comes with the announcement of its newest checkpoint has a {@link Shortlist}. It
 * looks at all questions at once by choosing the best of that, which it {@linkplain Promises
 * promises} to offer. Every other survey goes through all questions in a {@link SurveyScan}.
 *
 * <p>A survey lives until one of its checkpoints is retired, or the time of its datasets is over;
 * one without datasets until it is finished.
 */
public final class Surveys {
  /** The keyed state of the questions that surveys have promised to offer. */
  public static final String PROMISED = "promised";

  private static final Logger LOG = LoggerFactory.getLogger(Surveys.class);

  private final SurveyedQuestions questions;
  private final SurveyOutput output;
  private final int sliceSize;
  private final KeyGroups keyGroups;
  private final KeyOrder order;
  private final ListState<Unfinished> unfinishedState;
  private final LiveSurveys live;
  private final Map<String, SurveyProgress> unfinished = new LinkedHashMap<>();
  private final Map<String, Shortlist> shortlists = new HashMap<>();
  private final Promises promises;
  private SurveyScan scan;
  private long completeTime;

  /**
   * @param sliceSize questions that one slice looks at, at most
   */
  public Surveys(
      int sliceSize,
      OperatorStateStore store,
      KeyedStateStore keyedStore,
      KeyGroups keyGroups,
      SurveyedQuestions questions,
      SurveyOutput output)
      throws Exception {
    this.sliceSize = sliceSize;
    this.questions = questions;
    this.output = output;
    this.keyGroups = keyGroups;
    order = new KeyOrder(keyGroups);
    live = new LiveSurveys(store);
    unfinishedState =
        store.getUnionListState(
            new ListStateDescriptor<>("unfinished-surveys", TypeInformation.of(Unfinished.class)));
    promises = new Promises(keyedStore, questions, output, keyGroups.total(), this::promising);
    List<Unfinished> saved = new ArrayList<>();
    unfinishedState.get().forEach(saved::add);
    saved.sort(Comparator.comparing(Unfinished::survey, LiveSurveys.IN_ORDER));
    saved.forEach(this::restore);
  }

  private void restore(Unfinished saved) {
    SurveyProgress progress =
        unfinished.computeIfAbsent(
            saved.surveyId(), id -> new SurveyProgress(saved.survey(), order));
    progress.restore(saved, keyGroups);
    if (progress.isFinished()) {
      unfinished.remove(saved.surveyId());
    }
  }

  private Survey promising(String surveyId) {
    SurveyProgress progress = unfinished.get(surveyId);
    return progress != null && progress.isPromised() ? progress.survey() : null;
  }

  // ---------------------------------------------------------------- life

  /**
   * Takes a survey on; one of a known id is the same survey again.
   *
   * @param ahead whether its newest checkpoint is only just announced, and nothing is measured
   */
  public void add(Survey survey, boolean ahead) throws Exception {
    if (live.add(survey)) {
      unfinished.put(survey.id(), SurveyProgress.atTheBeginning(survey, keyGroups, order));
      if (ahead && Shortlist.serves(survey)) {
        shortlists.put(survey.id(), new Shortlist(survey, sliceSize));
      }
    }
  }

  /** Ends the surveys that rest on a checkpoint which is not live any more. */
  public void retire(Set<Long> liveCheckpoints, long modelTime) throws Exception {
    Map<String, Survey> all = new LinkedHashMap<>();
    live.all().forEach(survey -> all.put(survey.id(), survey));
    unfinished.forEach((id, progress) -> all.putIfAbsent(id, progress.survey()));
    for (Survey survey : all.values()) {
      if (!survey.restsOn(liveCheckpoints)) {
        SurveyProgress progress = unfinished.get(survey.id());
        int left = progress == null ? 0 : progress.left();
        for (Dataset dataset : survey.datasets()) {
          end(dataset, Outcome.ABANDONED, left, modelTime);
          end(dataset, Outcome.RETIRED, keyGroups.size() - left, modelTime);
        }
        if (survey.evaluated() != null && progress != null && progress.isAhead()) {
          output.report(
              EvaluationReport.abandoned(survey, progress.groupsAhead(), keyGroups.total()));
        }
        finish(survey);
        live.remove(survey);
        promises.walkAgain();
      }
    }
  }

  private void end(Dataset dataset, Outcome outcome, int groups, long modelTime) {
    if (groups > 0) {
      output.report(
          new SurveyReport(
              dataset, outcome, groups, keyGroups.total(), modelTime, 0, Ranks.NONE, Ranks.NONE));
    }
  }

  /** Ends the later changes of what is over at this time of the planner's. */
  public void forget(long time) throws Exception {
    for (Survey survey : live.all()) {
      if (survey.isOver(time)) {
        live.remove(survey);
      }
    }
  }

  /**
   * Nothing will be offered any more for a dataset whose time is over at the time that this
   * returns.
   *
   * @param time the planner's
   */
  public long over(long time) {
    long over = time;
    for (SurveyProgress progress : unfinished.values()) {
      for (Dataset dataset : progress.survey().datasets()) {
        over = dataset.liveUntil() > 0 ? Math.min(over, dataset.liveUntil() - 1) : over;
      }
    }
    return over;
  }

  private void finish(Survey survey) throws Exception {
    unfinished.remove(survey.id());
    shortlists.remove(survey.id());
    if (survey.datasets().isEmpty()) {
      live.remove(survey);
    }
    if (scan != null && scan.progress().survey().id().equals(survey.id())) {
      scan.close();
      scan = null;
    }
  }

  public int unfinished() {
    return unfinished.size();
  }

  public void save() throws Exception {
    unfinishedState.update(unfinished.values().stream().map(SurveyProgress::saved).toList());
  }

  public void close() {
    promises.close();
    if (scan != null) {
      scan.close();
      scan = null;
    }
  }

  // ---------------------------------------------------------------- what happens to questions

  /** A question came that was not there before. */
  public void came(String id) {
    if (scan != null) {
      scan.came(id);
    }
  }

  /**
   * A question's content or purpose changed, or it was removed; its key is current.
   *
   * @param askedBefore announcements of the checkpoints that it was asked under, as it was before
   */
  public void replaced(KnowledgeChange before, Set<Long> askedBefore, KnowledgeChange now)
      throws Exception {
    promises.keep(before, completeTime);
    forEachShortlist(
        (survey, shortlist) -> shortlist.forget(before, askedBefore.contains(survey.modelTime())));
    offerLate(now);
  }

  /**
   * A question's subject or tags changed; its key is current. No dataset is chosen by them, but for
   * the tags that leave it out of all.
   */
  public void annotated(KnowledgeChange before, KnowledgeChange now) throws Exception {
    boolean goesOrComes =
        DropReason.byTags(before.question()).isPresent()
            != DropReason.byTags(now.question()).isPresent();
    promises.keep(goesOrComes ? before : now, completeTime);
    if (goesOrComes) {
      forEachShortlist((survey, shortlist) -> shortlist.replace(before, now));
    }
    offerLate(now);
  }

  private void offerLate(KnowledgeChange now) {
    output.offer(new Candidate(now, false, live.candidacies(now, 0, this::isAhead)));
  }

  /**
   * A question was measured under the checkpoint announced at {@code announcedAt}; its key is
   * current.
   */
  public void measured(KnowledgeChange question, long announcedAt) throws Exception {
    asked(question, announcedAt);
    List<String> datasets = live.candidacies(question, announcedAt, this::isAhead);
    if (!datasets.isEmpty()) {
      promises.keep(question, completeTime);
      output.offer(new Candidate(question, false, datasets));
    }
  }

  /** A question was given up under the checkpoint announced at {@code announcedAt}. */
  public void givenUp(KnowledgeChange question, long announcedAt) {
    asked(question, announcedAt);
  }

  private void asked(KnowledgeChange question, long announcedAt) {
    forEachShortlist((survey, shortlist) -> shortlist.asked(question, announcedAt));
  }

  /** A question is asked again that was given up under the checkpoint. */
  public void reopened(KnowledgeChange before, long announcedAt) {
    forEachShortlist((survey, shortlist) -> shortlist.reopened(before, announcedAt));
  }

  private void forEachShortlist(BiConsumer<Survey, Shortlist> action) {
    shortlists.forEach((id, shortlist) -> action.accept(unfinished.get(id).survey(), shortlist));
  }

  /** Whether the survey has still to look at the question. */
  public boolean isAhead(String surveyId, String questionId) {
    SurveyProgress progress = unfinished.get(surveyId);
    return progress != null && progress.isAhead(questionId, keyGroups.of(questionId));
  }

  // ---------------------------------------------------------------- slices

  /** Whether there is something to do when model time {@code complete} is. */
  public boolean due(long complete) {
    return promises.isDue() || next(complete) != null;
  }

  private SurveyProgress next(long complete) {
    if (scan != null) {
      return scan.progress();
    }
    for (SurveyProgress progress : unfinished.values()) {
      if (progress.isAhead() && progress.survey().modelTime() <= complete) {
        return progress;
      }
    }
    return null;
  }

  /**
   * Does the next piece of work.
   *
   * @param complete the model time that is complete
   * @param mayGoOn asked after each candidate that is offered: whether the stages behind keep up
   */
  public void slice(long complete, BooleanSupplier mayGoOn) throws Exception {
    completeTime = complete;
    if (promises.isDue()) {
      if (promises.slice(sliceSize, mayGoOn, complete)) {
        fulfilled();
      }
      return;
    }
    SurveyProgress progress = next(complete);
    if (progress == null) {
      return;
    }
    Shortlist shortlist = shortlists.remove(progress.survey().id());
    if (shortlist != null && shortlist.isReliable()) {
      choose(progress, shortlist);
    } else {
      scan(progress, mayGoOn);
    }
  }

  /** Looks at all questions at once. */
  private void choose(SurveyProgress progress, Shortlist shortlist) throws Exception {
    Survey survey = progress.survey();
    BitSet groups = progress.promise();
    shortlist.report(
        output,
        groups.cardinality(),
        keyGroups.total(),
        completeTime,
        checkpoint -> questions.cost(checkpoint, groups));
    promises.make(survey, shortlist.best());
  }

  private void fulfilled() throws Exception {
    for (SurveyProgress progress : List.copyOf(unfinished.values())) {
      if (progress.isPromised()) {
        int groups = progress.fulfil();
        for (Dataset dataset : progress.survey().datasets()) {
          output.report(new DatasetSurvey(dataset).report(groups, keyGroups.total(), completeTime));
        }
        if (progress.isFinished()) {
          finish(progress.survey());
        }
      }
    }
  }

  private void scan(SurveyProgress progress, BooleanSupplier mayGoOn) throws Exception {
    Survey survey = progress.survey();
    if (scan == null) {
      scan =
          new SurveyScan(
              progress,
              keyGroups,
              order,
              questions,
              output,
              before -> reopened(before, survey.retried().announcedAt()));
    }
    scan.slice(sliceSize, mayGoOn, completeTime);
    if (!progress.isAhead()) {
      if (survey.retried() != null) {
        LOG.info(
            "{}: {} questions that model checkpoint {} failed to answer are asked again.",
            survey.id(),
            scan.retried(),
            survey.retried().id());
      }
      scan.close();
      scan = null;
      if (progress.isFinished()) {
        finish(survey);
      }
    }
  }
}
