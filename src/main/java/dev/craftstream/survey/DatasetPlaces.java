package dev.craftstream.survey;

import dev.craftstream.method.Candidacy;
import dev.craftstream.method.Rank;
import dev.craftstream.metrics.JobMetric;
import dev.craftstream.model.Question;
import dev.craftstream.model.dataset.CutOff;
import dev.craftstream.model.dataset.CutOff.Bound;
import dev.craftstream.model.dataset.Dataset;
import dev.craftstream.model.dataset.DatasetKind;
import dev.craftstream.model.dataset.DatasetRecord;
import dev.craftstream.model.dataset.DatasetRecord.Mark;
import dev.craftstream.model.knowledge.KnowledgeChange;
import dev.craftstream.model.label.DropReason;
import dev.craftstream.model.label.Label;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.flink.api.common.state.KeyedStateStore;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;

/**
 * The current question's places in datasets, and the records that say so.
 *
 * <p>Later changes. A question that comes or is measured after the survey is added where it passes
 * the stored cut-off. One whose content changed is removed, and is added again once the new content
 * is measured and passes. One whose subject or tags changed is written anew. When a checkpoint of a
 * dataset is retired, the dataset is frozen: a question that is removed still leaves it, everything
 * else stays as it is.
 */
final class DatasetPlaces {
  static final MapStateDescriptor<String, Membership> MEMBERSHIPS =
      new MapStateDescriptor<>(
          "memberships", TypeInformation.of(String.class), TypeInformation.of(Membership.class));

  private final DatasetTexts texts;
  private final MapState<String, Membership> memberships;
  private final MetricGroup metrics;
  private final Consumer<DatasetRecord> output;
  private final Map<String, Map<Label, DrawnAgain>> drawnAgain = new HashMap<>();
  private final Map<Mark, Counter> marks = new EnumMap<>(Mark.class);

  DatasetPlaces(
      DatasetTexts texts,
      KeyedStateStore store,
      MetricGroup metrics,
      Consumer<DatasetRecord> output) {
    this.texts = texts;
    this.metrics = metrics;
    this.output = output;
    memberships = store.getMapState(MEMBERSHIPS);
  }

  /** The datasets in which the question is or was. */
  Iterable<String> datasets() throws Exception {
    return memberships.keys();
  }

  /** Decides on a question that the survey offered. */
  void settle(CutOff cutOff, KnowledgeChange question, Settlement settlement) throws Exception {
    Candidacy candidacy = Candidacy.of(cutOff.dataset(), question).orElseThrow();
    Rank rank = candidacy.rank();
    Bound bound = cutOff.of(candidacy.label());
    boolean taken = cutOff.isBuilt() && bound.takes(rank.score(), rank.hash());
    int copies = taken ? copies(cutOff, candidacy.label(), rank) : 0;
    if (taken) {
      write(candidacy, question, Mark.BASE, copies);
    }
    settlement.add(candidacy.label(), copies);
  }

  /** Forgets the question's places in these datasets. */
  void forget(Set<String> datasets) throws Exception {
    for (String dataset : datasets) {
      if (memberships.contains(dataset)) {
        memberships.remove(dataset);
      }
    }
  }

  /** Frees the heap of what is only needed while a dataset is written. */
  void forgetDraws() {
    drawnAgain.clear();
  }

  private int copies(CutOff cutOff, Label label, Rank rank) {
    if (cutOff.of(label).drawnAgain().length == 0) {
      return 1;
    }
    return drawnAgain
        .computeIfAbsent(cutOff.dataset().id(), id -> new EnumMap<>(Label.class))
        .computeIfAbsent(label, any -> new DrawnAgain(cutOff.of(label)))
        .copies(rank.hash());
  }

  /** Does what a later change asks for. */
  void follow(CutOff cutOff, KnowledgeChange question) throws Exception {
    String id = cutOff.dataset().id();
    Membership before = memberships.get(id);
    boolean isIn = before != null && before.isIn();
    if (question.question() == null) {
      if (isIn) {
        // Kept, so that its revisions go on if it comes back.
        memberships.put(id, remove(id, question, before));
      }
      return;
    }
    if (cutOff.retired() || !cutOff.isBuilt()) {
      return;
    }
    Optional<Candidacy> taken =
        Candidacy.of(cutOff.dataset(), question).filter(candidacy -> takes(cutOff, candidacy));
    if (taken.isPresent()) {
      if (!isIn) {
        write(taken.get(), question, Mark.ADDED, 1);
      } else if (!saysTheSame(before, taken.get(), question)) {
        int copies = sameContent(before, question) ? Math.max(1, before.copies()) : 1;
        write(taken.get(), question, Mark.CHANGED, copies);
      }
    } else if (isIn
        && (!sameContent(before, question) || DropReason.byTags(question.question()).isPresent())) {
      // With the same content it can only be that a checkpoint is just being retired, else.
      memberships.put(id, remove(id, question, before));
    }
  }

  private static boolean takes(CutOff cutOff, Candidacy candidacy) {
    Rank rank = candidacy.rank();
    return cutOff.of(candidacy.label()).takes(rank.score(), rank.hash());
  }

  private static boolean saysTheSame(
      Membership before, Candidacy candidacy, KnowledgeChange question) {
    return before.label() == candidacy.label()
        && sameContent(before, question)
        && before.annotations() == annotations(question.question());
  }

  private static boolean sameContent(Membership before, KnowledgeChange question) {
    return before.questionVersion() == question.questionVersion()
        && (before.content() == 0 || before.content() == content(question.question()));
  }

  private static int content(Question question) {
    return Objects.hash(question.text(), question.answer(), question.aliases(), question.options());
  }

  private static int annotations(Question question) {
    return Objects.hash(question.subject(), question.tags());
  }

  // ---------------------------------------------------------------- records

  private void write(Candidacy candidacy, KnowledgeChange change, Mark mark, int copies)
      throws Exception {
    Dataset dataset = candidacy.dataset();
    DatasetKind kind = dataset.selection().kind();
    Question question = change.question();
    Membership before = memberships.get(dataset.id());
    int revision = before == null ? 1 : before.revision() + 1;
    memberships.put(
        dataset.id(),
        new Membership(
            kind,
            question.task(),
            revision,
            candidacy.label(),
            change.questionVersion(),
            annotations(question),
            content(question),
            copies));
    count(mark);
    output.accept(
        new DatasetRecord(
            dataset.id(),
            kind,
            question.id(),
            mark,
            revision,
            candidacy.decision(),
            change.questionVersion(),
            question.task(),
            texts.question(question),
            texts.prompt(kind, question),
            texts.response(kind, question, candidacy.label(), candidacy.initial()),
            copies,
            question.subject(),
            question.tags(),
            dataset.trainingPromptVersion(),
            dataset.selection().seed(),
            change.modelTime()));
  }

  private Membership remove(String id, KnowledgeChange change, Membership before) {
    int revision = before.revision() + 1;
    count(Mark.REMOVED);
    output.accept(
        new DatasetRecord(
            id,
            before.kind(),
            change.questionId(),
            Mark.REMOVED,
            revision,
            null,
            before.questionVersion(),
            before.task(),
            "",
            "",
            "",
            0,
            "",
            List.of(),
            "",
            0,
            change.modelTime()));
    return new Membership(
        before.kind(), before.task(), revision, null, change.questionVersion(), 0, 0, 0);
  }

  private void count(Mark mark) {
    marks
        .computeIfAbsent(
            mark, m -> JobMetric.MARKS.counter(metrics, m.name().toLowerCase(Locale.ROOT)))
        .inc();
  }
}
