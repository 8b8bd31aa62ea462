package dev.craftstream.survey;

import dev.craftstream.method.Candidacy;
import dev.craftstream.method.Rank;
import dev.craftstream.metrics.JobMetric;
import dev.craftstream.model.CutOff;
import dev.craftstream.model.CutOff.Bound;
import dev.craftstream.model.Dataset;
import dev.craftstream.model.DatasetKind;
import dev.craftstream.model.DatasetRecord;
import dev.craftstream.model.DatasetRecord.Mark;
import dev.craftstream.model.KnowledgeChange;
import dev.craftstream.model.Label;
import dev.craftstream.model.Question;
import dev.craftstream.model.message.Candidate;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ReadOnlyBroadcastState;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.functions.co.KeyedBroadcastProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Puts questions into datasets, keyed by question id: those that the survey offered and the cut-off
 * takes, and afterwards, with marks of their own, what comes, changes and goes.
 *
 * <p>A candidate waits here for its dataset's cut-off, which is broadcast; whichever is first waits
 * for the other. Of the questions that are in no dataset nothing stays in state.
 *
 * <p>Later changes. A question that comes or is measured after the survey is added where it passes
 * the stored cut-off. One whose content changed is removed, and is added again once the new content
 * is measured and passes. One whose subject or tags changed is written anew. When a checkpoint of a
 * dataset is retired, the dataset is frozen: a question that is removed still leaves it, everything
 * else stays as it is.
 */
public final class DatasetMembers
    extends KeyedBroadcastProcessFunction<String, Candidate, CutOff, DatasetRecord> {

  /** What the other input is broadcast with. */
  public static final MapStateDescriptor<String, CutOff> CUT_OFFS =
      new MapStateDescriptor<>(
          "cut-offs", TypeInformation.of(String.class), TypeInformation.of(CutOff.class));

  /** Side output of what became of the candidates that surveys offered. */
  public static final OutputTag<SettledCandidates> SETTLED =
      new OutputTag<>("settled", TypeInformation.of(SettledCandidates.class));

  private static final long serialVersionUID = 1L;

  /** Candidates that wait for a cut-off, by dataset: as the survey offered them. */
  private static final MapStateDescriptor<String, Candidate> OFFERED =
      new MapStateDescriptor<>(
          "offered", TypeInformation.of(String.class), TypeInformation.of(Candidate.class));

  /** The newest later change that waits for a cut-off, by dataset. */
  private static final MapStateDescriptor<String, Candidate> CHANGED =
      new MapStateDescriptor<>(
          "changed", TypeInformation.of(String.class), TypeInformation.of(Candidate.class));

  private final DatasetTexts texts;

  private transient MapState<String, Candidate> offered;
  private transient MapState<String, Candidate> changed;
  private transient MapState<String, Membership> memberships;
  private transient Map<String, Map<Label, DrawnAgain>> drawnAgain;
  private transient MetricGroup metrics;
  private transient Map<Mark, Counter> marks;

  public DatasetMembers(DatasetTexts texts) {
    this.texts = texts;
  }

  @Override
  public void open(OpenContext context) {
    offered = getRuntimeContext().getMapState(OFFERED);
    changed = getRuntimeContext().getMapState(CHANGED);
    memberships =
        getRuntimeContext()
            .getMapState(
                new MapStateDescriptor<>(
                    "memberships",
                    TypeInformation.of(String.class),
                    TypeInformation.of(Membership.class)));
    drawnAgain = new HashMap<>();
    metrics = getRuntimeContext().getMetricGroup();
    marks = new EnumMap<>(Mark.class);
  }

  // ---------------------------------------------------------------- cut-offs

  @Override
  public void processBroadcastElement(CutOff cutOff, Context context, Collector<DatasetRecord> out)
      throws Exception {
    String id = cutOff.dataset().id();
    BroadcastState<String, CutOff> cutOffs = context.getBroadcastState(CUT_OFFS);
    CutOff before = cutOffs.get(id);
    if (before != null) {
      cutOffs.put(id, before.frozen());
      drawnAgain.remove(id);
      return;
    }
    cutOffs.put(id, cutOff);
    Settlement settlement = new Settlement();
    context.applyToKeyedState(
        OFFERED,
        (key, waiting) -> {
          Candidate candidate = waiting.get(id);
          if (candidate != null) {
            waiting.remove(id);
            settle(cutOff, candidate.change(), settlement, out);
          }
        });
    if (settlement.candidates > 0) {
      context.output(SETTLED, settlement.of(id));
    }
    context.applyToKeyedState(
        CHANGED,
        (key, waiting) -> {
          Candidate candidate = waiting.get(id);
          if (candidate != null) {
            waiting.remove(id);
            follow(cutOff, candidate.change(), out);
          }
        });
  }

  // ---------------------------------------------------------------- candidates

  @Override
  public void processElement(
      Candidate candidate, ReadOnlyContext context, Collector<DatasetRecord> out) throws Exception {
    ReadOnlyBroadcastState<String, CutOff> cutOffs = context.getBroadcastState(CUT_OFFS);
    if (candidate.base()) {
      for (String id : candidate.datasetIds()) {
        CutOff cutOff = cutOffs.get(id);
        if (cutOff == null) {
          offered.put(id, candidate);
        } else {
          Settlement settlement = new Settlement();
          settle(cutOff, candidate.change(), settlement, out);
          context.output(SETTLED, settlement.of(id));
        }
      }
      return;
    }
    for (String id : concerned(candidate)) {
      CutOff cutOff = cutOffs.get(id);
      if (cutOff == null) {
        changed.put(id, candidate);
      } else {
        follow(cutOff, candidate.change(), out);
      }
    }
  }

  /** The datasets in which the question is, waits to be, or could be. */
  private Set<String> concerned(Candidate candidate) throws Exception {
    Set<String> ids = new LinkedHashSet<>(candidate.datasetIds());
    offered.keys().forEach(ids::add);
    changed.keys().forEach(ids::add);
    memberships.keys().forEach(ids::add);
    return ids;
  }

  /** Decides on a question that the survey offered. */
  private void settle(
      CutOff cutOff, KnowledgeChange question, Settlement settlement, Collector<DatasetRecord> out)
      throws Exception {
    Candidacy candidacy = Candidacy.of(cutOff.dataset(), question).orElseThrow();
    Rank rank = candidacy.rank();
    Bound bound = cutOff.of(candidacy.label());
    settlement.candidates++;
    if (cutOff.isBuilt() && bound.takes(rank.score(), rank.hash())) {
      int copies = copies(cutOff, candidacy.label(), rank);
      write(candidacy, question, Mark.BASE, copies, out);
      settlement.records.merge(candidacy.label(), (long) copies, Long::sum);
    }
  }

  private int copies(CutOff cutOff, Label label, Rank rank) {
    return drawnAgain
        .computeIfAbsent(cutOff.dataset().id(), id -> new EnumMap<>(Label.class))
        .computeIfAbsent(label, any -> new DrawnAgain(cutOff.of(label)))
        .copies(rank.hash());
  }

  /** Does what a later change asks for. */
  private void follow(CutOff cutOff, KnowledgeChange question, Collector<DatasetRecord> out)
      throws Exception {
    String id = cutOff.dataset().id();
    Membership before = memberships.get(id);
    boolean isIn = before != null && before.isIn();
    if (question.question() == null) {
      if (isIn) {
        // Kept, so that its revisions go on if it comes back.
        memberships.put(id, remove(id, question, before, out));
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
        write(taken.get(), question, Mark.ADDED, 1, out);
      } else if (!saysTheSame(before, taken.get(), question)) {
        int copies = sameContent(before, question) ? Math.max(1, before.copies()) : 1;
        write(taken.get(), question, Mark.CHANGED, copies, out);
      }
    } else if (isIn && !sameContent(before, question)) {
      // With the same content it can only be that a checkpoint is just being retired.
      memberships.put(id, remove(id, question, before, out));
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

  private void write(
      Candidacy candidacy,
      KnowledgeChange change,
      Mark mark,
      int copies,
      Collector<DatasetRecord> out)
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
    out.collect(
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

  private Membership remove(
      String id, KnowledgeChange change, Membership before, Collector<DatasetRecord> out) {
    int revision = before.revision() + 1;
    count(Mark.REMOVED);
    out.collect(
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

  /** Counts what of one dataset is settled at one time. */
  private static final class Settlement {
    long candidates;
    final Map<Label, Long> records = new EnumMap<>(Label.class);

    SettledCandidates of(String datasetId) {
      return new SettledCandidates(
          datasetId,
          candidates,
          records.getOrDefault(Label.ANSWER, 0L),
          records.getOrDefault(Label.REFUSAL, 0L));
    }
  }
}
