package dev.craftstream.embedded.study;

import dev.craftstream.model.Origin;
import dev.craftstream.model.OriginalRecord;
import dev.craftstream.model.Task;
import dev.craftstream.model.dataset.Request;
import dev.craftstream.model.dataset.Request.Changes;
import dev.craftstream.model.label.FlowRule;
import dev.craftstream.model.label.Strategy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * One dataset of the study, and the models that are trained on it.
 *
 * @param name of few letters, for files and ids
 * @param strategy which questions it takes
 * @param flowRule which REFUSAL candidates stay; null where the strategy does not look at the flow
 * @param ofNullFlow whether the flow is that of INITIAL asked twice: noise alone, as a control
 * @param bounds which of the strategy's candidates are taken, and how many
 */
public record Arm(
    String name, Strategy strategy, FlowRule flowRule, boolean ofNullFlow, Bounds bounds) {

  /** Changes to the strategy's bounds; what is null stays as it is. */
  public record Bounds(
      String name, Double answerFrom, Double refusalTo, Integer answers, Integer refusals) {

    /** As the study has them. */
    static final Bounds NONE = new Bounds("", null, null, null, null);

    /**
     * Questions whose label leaves little doubt: ANSWER where at least seven of ten samples are
     * right, REFUSAL where none is.
     */
    static final Bounds SURE = new Bounds("sure", 0.7, 0.0, null, null);

    private static Bounds of(int answers, int refusals) {
      return new Bounds(answers + "-" + refusals, null, null, answers, refusals);
    }

    private boolean isNone() {
      return name.isEmpty();
    }

    private String title() {
      return answerFrom == null
          ? answers + " ANSWER and " + refusals + " REFUSAL"
          : "ANSWER from " + answerFrom + " and REFUSAL to " + refusalTo;
    }
  }

  /** The paper's five first, so that an interrupted study has these. */
  public static final List<Arm> ALL = all();

  /**
   * Those of some names, in their order here.
   *
   * @throws IllegalArgumentException with a sentence where there is none of a name
   */
  public static List<Arm> named(Collection<String> names) {
    List<String> known = ALL.stream().map(Arm::name).toList();
    for (String name : names) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            "There is no dataset "
                + name
                + " in the study; there are "
                + String.join(", ", known)
                + ".");
      }
    }
    return ALL.stream().filter(arm -> names.contains(arm.name())).toList();
  }

  private static List<Arm> all() {
    List<Arm> arms = new ArrayList<>();
    for (Strategy strategy : Strategy.values()) {
      arms.add(of(strategy, strategy.usesFlow() ? FlowRule.FALLS : null, false, Bounds.NONE));
    }
    arms.add(of(Strategy.COR_RAIT, null, false, Bounds.SURE));
    arms.add(of(Strategy.CRAFT_WITHOUT_CERTAINTY, FlowRule.NOT_RISES, false, Bounds.SURE));
    // The same number of questions, and more and less of them to be refused than a third.
    arms.add(of(Strategy.COR_RAIT, null, false, Bounds.of(200, 40)));
    arms.add(of(Strategy.COR_RAIT, null, false, Bounds.of(120, 120)));
    for (FlowRule rule : List.of(FlowRule.NOT_RISES, FlowRule.RISES_SURELY)) {
      arms.add(of(Strategy.CRAFT_WITHOUT_CERTAINTY, rule, false, Bounds.NONE));
      arms.add(of(Strategy.CRAFT, rule, false, Bounds.NONE));
    }
    arms.add(of(Strategy.CRAFT_WITHOUT_CERTAINTY, FlowRule.FALLS, true, Bounds.NONE));
    return List.copyOf(arms);
  }

  private static Arm of(Strategy strategy, FlowRule rule, boolean ofNullFlow, Bounds bounds) {
    String name =
        strategy.name()
            + (rule == null || (rule == FlowRule.FALLS && !ofNullFlow) ? "" : "-" + rule.name())
            + (ofNullFlow ? "-null" : "")
            + (bounds.isNone() ? "" : "-" + bounds.name);
    return new Arm(
        name.toLowerCase(Locale.ROOT).replace('_', '-'), strategy, rule, ofNullFlow, bounds);
  }

  /** Whether it is one of the paper's five strategies with its flow rule and bounds. */
  public boolean isOfThePaper() {
    return !ofNullFlow && bounds.isNone() && (flowRule == null || flowRule == FlowRule.FALLS);
  }

  /** As a page shows it. */
  public String title() {
    return strategy.name()
        + (flowRule == null ? "" : ", " + flowRule.name())
        + (ofNullFlow ? " of the null flow" : "")
        + (bounds.isNone() ? "" : ", " + bounds.title());
  }

  /** No other arm's begins with it, so that the trainer can tell them apart. */
  String requestId() {
    return name + ".arm";
  }

  String datasetId() {
    return requestId()
        + "/"
        + (strategy.name() + "-open-ended").toLowerCase(Locale.ROOT).replace('_', '-');
  }

  String checkpointId(int seed) {
    return "tuned-" + name + "-s" + seed;
  }

  /** Asks the job for the dataset. */
  Request request(String initialId, String rehearsalId, String nullId) {
    List<Changes> changes =
        flowRule == null && bounds.isNone()
            ? List.of()
            : List.of(
                Changes.of(Task.OPEN_ENDED)
                    .answers(bounds.answers)
                    .refusals(bounds.refusals)
                    .answerFrom(bounds.answerFrom)
                    .refusalBound(bounds.refusalTo)
                    .flowRule(flowRule)
                    .build());
    return new Request(
        requestId(),
        Request.Kind.DATASET,
        initialId,
        ofNullFlow ? nullId : rehearsalId,
        strategy,
        changes,
        null,
        new OriginalRecord(new Origin("", 0, 0), null, null));
  }
}
