package dev.craftstream.relabel;

import dev.craftstream.method.Relabelling;
import dev.craftstream.metrics.JobMetric;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.model.knowledge.KnowledgeChange;
import dev.craftstream.model.label.Decision;
import dev.craftstream.model.label.Instruction;
import dev.craftstream.model.label.Strategy;
import dev.craftstream.model.label.Thresholds;
import dev.craftstream.prompt.TrainingPrompt;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Turns what is known of a question into its instruction (paper, section 3.2), keyed by question
 * id.
 *
 * <p>The decision is {@link Relabelling}'s, a pure function of the knowledge; this stage adds the
 * revision, says only what is new, and never goes back from a final decision to a provisional one
 * for the same content. When the content changes, a tombstone withdraws what was decided on the old
 * one until the new one is measured. A removed question, and one that is not for training any more,
 * gets a tombstone too; its revisions begin at 1 again if it returns.
 */
public final class Relabeler extends KeyedProcessFunction<String, KnowledgeChange, Instruction> {
  private static final long serialVersionUID = 1L;

  private final Strategy strategy;
  private final Thresholds thresholds;
  private final TrainingPrompt prompt;

  private transient ValueState<LastDecision> last;
  private transient Map<Task, String> promptVersions;
  private transient MetricGroup metrics;
  private transient Map<String, Counter> counters;

  public Relabeler(Strategy strategy, Thresholds thresholds, TrainingPrompt prompt) {
    this.strategy = strategy;
    this.thresholds = thresholds;
    this.prompt = prompt;
  }

  @Override
  public void open(OpenContext context) {
    last =
        getRuntimeContext()
            .getState(
                new ValueStateDescriptor<>(
                    "last-decision", TypeInformation.of(LastDecision.class)));
    promptVersions = new EnumMap<>(Task.class);
    for (Task task : Task.values()) {
      promptVersions.put(task, prompt.version(task));
    }
    metrics = getRuntimeContext().getMetricGroup();
    counters = new HashMap<>();
  }

  @Override
  public void processElement(KnowledgeChange change, Context context, Collector<Instruction> out)
      throws Exception {
    LastDecision before = last.value();
    Question question = change.question();
    if (question == null || question.purpose() != Purpose.TRAIN) {
      last.clear();
      withdraw(before, change, out);
      return;
    }
    Optional<Decision> decided =
        Relabelling.decide(question, strategy, thresholds, change.knowledge());
    if (decided.isEmpty()) {
      if (before != null && before.questionVersion() != change.questionVersion()) {
        last.update(before.withdrawn(change.questionVersion()));
        withdraw(before, change, out);
      }
      return;
    }
    Decision decision = decided.get();
    LastDecision now = summary(decision, change, before == null ? 1 : before.revision() + 1);
    if (before != null && (now.sameAs(before) || isStepBack(before, now))) {
      return;
    }
    last.update(now);
    count(before, now.label().name().toLowerCase(Locale.ROOT));
    out.collect(instruction(question, decision, change, now.revision()));
  }

  private void withdraw(LastDecision before, KnowledgeChange change, Collector<Instruction> out) {
    if (before != null && before.isInForce()) {
      count(before, "removed");
      out.collect(
          Instruction.tombstone(change.questionId(), before.revision() + 1, change.modelTime()));
    }
  }

  private static boolean isStepBack(LastDecision before, LastDecision now) {
    return before.isFinal() && !now.isFinal() && before.questionVersion() == now.questionVersion();
  }

  private static LastDecision summary(Decision decision, KnowledgeChange change, int revision) {
    return new LastDecision(
        revision,
        decision.label(),
        change.questionVersion(),
        decision.initial().checkpoint().announcedAt(),
        decision.provisional() ? 0 : decision.rehearsal().checkpoint().announcedAt(),
        Objects.hash(change.question().subject(), change.question().tags()));
  }

  private Instruction instruction(
      Question question, Decision decision, KnowledgeChange change, int revision) {
    return new Instruction(
        question.id(),
        revision,
        decision,
        change.questionVersion(),
        question.task(),
        prompt.prompt(question),
        prompt.response(question, decision.label()),
        question.subject(),
        question.tags(),
        promptVersions.get(question.task()),
        change.modelTime());
  }

  /**
   * Counts a label, and by which change it came: {@code new-to-answer}, {@code refusal-to-dropped}.
   */
  private void count(LastDecision before, String to) {
    String from =
        before == null || !before.isInForce()
            ? "new"
            : before.label().name().toLowerCase(Locale.ROOT);
    counters.computeIfAbsent("label." + to, name -> JobMetric.LABELS.counter(metrics, to)).inc();
    String change = from + "-to-" + to;
    counters
        .computeIfAbsent(
            "change." + change, name -> JobMetric.LABEL_CHANGES.counter(metrics, change))
        .inc();
  }
}
