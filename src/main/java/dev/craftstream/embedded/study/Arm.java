package dev.craftstream.embedded.study;

import dev.craftstream.model.FlowRule;
import dev.craftstream.model.Origin;
import dev.craftstream.model.OriginalRecord;
import dev.craftstream.model.Request;
import dev.craftstream.model.Request.Changes;
import dev.craftstream.model.Strategy;
import dev.craftstream.model.Task;
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
 */
public record Arm(String name, Strategy strategy, FlowRule flowRule, boolean ofNullFlow) {

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
      arms.add(of(strategy, strategy.usesFlow() ? FlowRule.FALLS : null, false));
    }
    for (FlowRule rule : List.of(FlowRule.NOT_RISES, FlowRule.RISES_SURELY)) {
      arms.add(of(Strategy.CRAFT_WITHOUT_CERTAINTY, rule, false));
      arms.add(of(Strategy.CRAFT, rule, false));
    }
    arms.add(of(Strategy.CRAFT_WITHOUT_CERTAINTY, FlowRule.FALLS, true));
    return List.copyOf(arms);
  }

  private static Arm of(Strategy strategy, FlowRule rule, boolean ofNullFlow) {
    String name =
        strategy.name()
            + (rule == null || (rule == FlowRule.FALLS && !ofNullFlow) ? "" : "-" + rule.name())
            + (ofNullFlow ? "-null" : "");
    return new Arm(name.toLowerCase(Locale.ROOT).replace('_', '-'), strategy, rule, ofNullFlow);
  }

  /** Whether it is one of the paper's five strategies with its flow rule. */
  public boolean isOfThePaper() {
    return !ofNullFlow && (flowRule == null || flowRule == FlowRule.FALLS);
  }

  /** As a page shows it. */
  public String title() {
    return strategy.name()
        + (flowRule == null ? "" : ", " + flowRule.name())
        + (ofNullFlow ? " of the null flow" : "");
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
        flowRule == null
            ? List.of()
            : List.of(Changes.of(Task.OPEN_ENDED).flowRule(flowRule).build());
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
