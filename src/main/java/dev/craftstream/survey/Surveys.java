package dev.craftstream.survey;

import dev.craftstream.flink.KeyGroups;
import dev.craftstream.method.Candidacy;
import dev.craftstream.model.Dataset;
import dev.craftstream.model.KnowledgeChange;
import dev.craftstream.model.ModelCheckpoint;
import dev.craftstream.model.message.Candidate;
import dev.craftstream.model.message.Survey;
import dev.craftstream.model.message.SurveyReport;
import dev.craftstream.model.message.SurveyReport.Outcome;
import dev.craftstream.model.message.SurveyReport.Ranks;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The surveys of a tracker task: each looks through all questions once its model time is complete.
 *
 * <p>A survey goes key group by key group. A key group is looked through between two mails, so that
 * for each question it is plain whether the survey has seen it: what changes before is seen by it,
 * what changes after is a late change and is offered as one. Which key groups are still to be
 * looked through is state and moves with them, so a survey goes on where it was after a failure and
 * at any parallelism, and no key group is reported twice.
 *
 * <p>A survey that comes with the announcement of its newest checkpoint has a {@link Shortlist},
 * looks at the questions on it only, and counts no others itself. Once it has begun, the shortlist
 * has to do to the end, for what the key groups behind it have beyond the shortlist is lost: so it
 * goes on to the end at once where the shortlist has none left to spare, and before a snapshot,
 * behind which there would be no shortlist.
 *
 * <p>A survey lives until one of its checkpoints is retired.
 */
public final class Surveys {
  private static final Logger LOG = LoggerFactory.getLogger(Surveys.class);

  private final SurveyedQuestions questions;
  private final SurveyOutput output;
  private final int sliceSize;
  private final KeyGroups keyGroups;
  private final BroadcastState<String, Survey> liveState;
  private final ListState<Unfinished> unfinishedState;
  private final Map<String, Survey> live = new LinkedHashMap<>();
  private final Map<String, BitSet> unfinished = new HashMap<>();
  private final Map<String, Shortlist> shortlists = new HashMap<>();
  private SurveyScan scan;
  private long completeTime;

  /**
   * A survey's key groups that a task has still to look through.
   *
   * @param keyGroups a bit each, as {@link BitSet#toByteArray} has them
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  public record Unfinished(String surveyId, byte[] keyGroups) {}

  /**
   * @param sliceSize questions that one slice looks at, at least; it ends with a key group
   */
  public Surveys(
      int sliceSize,
      OperatorStateStore store,
      KeyGroups keyGroups,
      SurveyedQuestions questions,
      SurveyOutput output)
      throws Exception {
    this.sliceSize = sliceSize;
    this.questions = questions;
    this.output = output;
    this.keyGroups = keyGroups;
    liveState =
        store.getBroadcastState(
            new MapStateDescriptor<>(
                "surveys", TypeInformation.of(String.class), TypeInformation.of(Survey.class)));
    unfinishedState =
        store.getUnionListState(
            new ListStateDescriptor<>("unfinished-surveys", TypeInformation.of(Unfinished.class)));
    List<Survey> restored = new ArrayList<>();
    for (Map.Entry<String, Survey> entry : liveState.entries()) {
      restored.add(entry.getValue());
    }
    restored.sort(Comparator.comparingLong(Survey::modelTime).thenComparing(Survey::id));
    restored.forEach(survey -> live.put(survey.id(), survey));
    BitSet own = keyGroups.bits();
    for (Unfinished entry : unfinishedState.get()) {
      BitSet groups = BitSet.valueOf(entry.keyGroups());
      groups.and(own);
      if (!groups.isEmpty()) {
        unfinished.computeIfAbsent(entry.surveyId(), id -> new BitSet()).or(groups);
      }
    }
  }

  /**
   * Takes a survey on; one of a known id is the same survey again.
   *
   * @param ahead whether its newest checkpoint is only just announced, and nothing is measured
   */
  public void add(Survey survey, boolean ahead) throws Exception {
    if (live.putIfAbsent(survey.id(), survey) == null) {
      liveState.put(survey.id(), survey);
      unfinished.put(survey.id(), keyGroups.bits());
      if (ahead && Shortlist.serves(survey)) {
        shortlists.put(survey.id(), new Shortlist(survey, sliceSize, keyGroups::of));
      }
    }
  }

  /** Ends the surveys that rest on a checkpoint which is not live any more. */
  public void retire(Set<Long> liveCheckpoints, long modelTime) throws Exception {
    for (Survey survey : List.copyOf(live.values())) {
      if (!restsOnLive(survey, liveCheckpoints)) {
        live.remove(survey.id());
        liveState.remove(survey.id());
        finish(survey);
        for (Dataset dataset : survey.datasets()) {
          output.report(
              new SurveyReport(
                  dataset,
                  Outcome.RETIRED,
                  keyGroups.size(),
                  keyGroups.total(),
                  modelTime,
                  0,
                  Ranks.NONE,
                  Ranks.NONE));
        }
      }
    }
  }

  private static boolean restsOnLive(Survey survey, Set<Long> liveCheckpoints) {
    for (Dataset dataset : survey.datasets()) {
      if (!isLive(dataset.initial(), liveCheckpoints)
          || !isLive(dataset.rehearsal(), liveCheckpoints)) {
        return false;
      }
    }
    return isLive(survey.evaluated(), liveCheckpoints)
        && isLive(survey.base(), liveCheckpoints)
        && isLive(survey.retried(), liveCheckpoints);
  }

  private static boolean isLive(ModelCheckpoint checkpoint, Set<Long> liveCheckpoints) {
    return checkpoint == null || liveCheckpoints.contains(checkpoint.announcedAt());
  }

  /** A question came that was not there before. */
  public void came(String id) {
    if (scan != null) {
      scan.came(id);
    }
  }

  /**
   * A question's content or purpose changed, or it was removed. May set the current key.
   *
   * @param askedBefore announcements of the checkpoints that it was asked under, as it was before
   */
  public void replaced(KnowledgeChange before, Set<Long> askedBefore, KnowledgeChange now)
      throws Exception {
    int group = keyGroups.of(now.questionId());
    forEachAhead(
        group,
        (survey, shortlist) ->
            shortlist.forget(before, askedBefore.contains(survey.modelTime()), group));
    annotated(now);
    endWithNoneToSpare();
  }

  /** A question's labels changed, which neither datasets are chosen by nor evaluations. */
  public void annotated(KnowledgeChange now) {
    int group = keyGroups.of(now.questionId());
    output.offer(new Candidate(now, false, lateCandidacies(now, 0, group)));
  }

  /** A question was measured under the checkpoint announced at {@code announcedAt}. */
  public void measured(KnowledgeChange question, long announcedAt) {
    int group = keyGroups.of(question.questionId());
    asked(question, announcedAt, group);
    List<String> datasets = lateCandidacies(question, announcedAt, group);
    if (!datasets.isEmpty()) {
      output.offer(new Candidate(question, false, datasets));
    }
  }

  /** A question was given up under the checkpoint announced at {@code announcedAt}. */
  public void givenUp(KnowledgeChange question, long announcedAt) {
    asked(question, announcedAt, keyGroups.of(question.questionId()));
  }

  /** A question is asked again that was given up under the checkpoint. May set the current key. */
  public void reopened(KnowledgeChange before, long announcedAt) throws Exception {
    reopenedAhead(before, announcedAt);
    endWithNoneToSpare();
  }

  private void reopenedAhead(KnowledgeChange before, long announcedAt) {
    int group = keyGroups.of(before.questionId());
    forEachAhead(group, (survey, shortlist) -> shortlist.reopened(before, announcedAt, group));
  }

  private void asked(KnowledgeChange question, long announcedAt, int group) {
    forEachAhead(
        group,
        (survey, shortlist) -> {
          shortlist.asked(question, announcedAt, group);
          if (scan != null && scan.isOf(survey) && shortlist.holds(question.questionId())) {
            came(question.questionId());
          }
        });
  }

  /** Does something for each shortlist whose survey has still to look at this key group. */
  private void forEachAhead(int group, BiConsumer<Survey, Shortlist> action) {
    shortlists.forEach(
        (id, shortlist) -> {
          if (isAhead(id, group)) {
            action.accept(live.get(id), shortlist);
          }
        });
  }

  private boolean isAhead(String surveyId, int group) {
    BitSet groups = unfinished.get(surveyId);
    return groups != null && groups.get(group);
  }

  /**
   * The datasets, surveyed in this question's key group, of which it is a candidate now.
   *
   * @param restingOn those only that rest on the checkpoint announced then; 0 for all
   */
  private List<String> lateCandidacies(KnowledgeChange question, long restingOn, int group) {
    List<String> datasets = new ArrayList<>();
    for (Survey survey : live.values()) {
      if (isAhead(survey.id(), group)) {
        continue;
      }
      for (Dataset dataset : survey.datasets()) {
        if ((restingOn == 0 || dataset.restsOn(restingOn))
            && Candidacy.of(dataset, question).isPresent()) {
          datasets.add(dataset.id());
        }
      }
    }
    return datasets;
  }

  /** Whether there is something to do when model time {@code complete} is. */
  public boolean due(long complete) {
    return next(complete) != null;
  }

  /** Looks through the next key groups of the survey under way, or of the first that is due. */
  public void slice(long complete) throws Exception {
    Survey survey = next(complete);
    if (survey == null) {
      return;
    }
    if (scan == null) {
      Shortlist shortlist = shortlists.get(survey.id());
      if (shortlist != null && !shortlist.isReliable()) {
        shortlists.remove(survey.id());
        shortlist = null;
      }
      if (shortlist != null) {
        shortlist.narrow();
      }
      scan =
          new SurveyScan(
              survey,
              shortlist,
              keyGroups,
              questions,
              output,
              before -> reopenedAhead(before, survey.retried().announcedAt()));
    }
    completeTime = complete;
    lookThrough(scan.hasNoneToSpare() ? Integer.MAX_VALUE : sliceSize);
  }

  /** Ends the survey under way where its shortlist would be lost. Sets the current key. */
  public void prepareSnapshot() throws Exception {
    if (scan != null && scan.usesShortlist()) {
      lookThrough(Integer.MAX_VALUE);
    }
  }

  private void endWithNoneToSpare() throws Exception {
    if (scan != null && scan.hasNoneToSpare()) {
      lookThrough(Integer.MAX_VALUE);
    }
  }

  private void lookThrough(int atLeast) throws Exception {
    Survey survey = scan.survey();
    BitSet groups = unfinished.get(survey.id());
    int covered = 0;
    int visited = 0;
    for (int group = groups.nextSetBit(0);
        group >= 0 && visited < atLeast;
        group = groups.nextSetBit(group + 1)) {
      visited += scan.visit(group);
      groups.clear(group);
      covered++;
    }
    scan.report(covered, completeTime);
    if (groups.isEmpty()) {
      if (survey.retried() != null) {
        LOG.info(
            "{}: {} questions that model checkpoint {} failed to answer are asked again.",
            survey.id(),
            scan.retried(),
            survey.retried().id());
      }
      finish(survey);
    }
  }

  private void finish(Survey survey) {
    unfinished.remove(survey.id());
    shortlists.remove(survey.id());
    if (scan != null && scan.isOf(survey)) {
      close();
    }
  }

  private Survey next(long complete) {
    if (scan != null) {
      return scan.survey();
    }
    if (unfinished.isEmpty()) {
      return null;
    }
    for (Survey survey : live.values()) {
      if (survey.modelTime() <= complete && unfinished.containsKey(survey.id())) {
        return survey;
      }
    }
    return null;
  }

  public int unfinished() {
    return unfinished.size();
  }

  public void save() throws Exception {
    List<Unfinished> entries = new ArrayList<>();
    unfinished.forEach((id, groups) -> entries.add(new Unfinished(id, groups.toByteArray())));
    unfinishedState.update(entries);
  }

  public void close() {
    if (scan != null) {
      scan.close();
      scan = null;
    }
  }
}
