package dev.craftstream.topics.records;

import dev.craftstream.model.DeadLetter;
import dev.craftstream.model.dataset.DatasetRecord;
import dev.craftstream.model.label.Strategy;
import dev.craftstream.v1.CertaintyKind;
import dev.craftstream.v1.Contract;
import dev.craftstream.v1.CorrectnessRule;
import dev.craftstream.v1.DatasetKind;
import dev.craftstream.v1.DropReason;
import dev.craftstream.v1.FlowRule;
import dev.craftstream.v1.JudgeModel;
import dev.craftstream.v1.Label;
import dev.craftstream.v1.Mark;
import dev.craftstream.v1.Purpose;
import dev.craftstream.v1.Reason;
import dev.craftstream.v1.Role;
import dev.craftstream.v1.Shortage;
import dev.craftstream.v1.Task;
import dev.craftstream.v1.Ties;

/** The schemas' constants, whose names are the domain's with the enum's name in front. */
final class SchemaEnums {
  private SchemaEnums() {}

  static Task task(dev.craftstream.model.Task task) {
    return Task.valueOf("TASK_" + task.name());
  }

  static Purpose purpose(dev.craftstream.model.Purpose purpose) {
    return Purpose.valueOf("PURPOSE_" + purpose.name());
  }

  static CertaintyKind certaintyKind(dev.craftstream.model.knowledge.CertaintyKind kind) {
    return CertaintyKind.valueOf("CERTAINTY_KIND_" + kind.name());
  }

  static CorrectnessRule correctnessRule(dev.craftstream.model.knowledge.CorrectnessRule rule) {
    return CorrectnessRule.valueOf("CORRECTNESS_RULE_" + rule.name());
  }

  /** Null for null. */
  static JudgeModel judge(dev.craftstream.model.knowledge.JudgeModel judge) {
    return judge == null
        ? null
        : JudgeModel.newBuilder()
            .setModelName(judge.modelName())
            .setModelVersion(judge.modelVersion())
            .setPromptVersion(judge.promptVersion())
            .build();
  }

  static Role role(dev.craftstream.model.checkpoint.Role role) {
    return Role.valueOf("ROLE_" + role.name());
  }

  static Contract contract(dev.craftstream.model.checkpoint.Contract contract) {
    return Contract.valueOf("CONTRACT_" + contract.name());
  }

  static Label label(dev.craftstream.model.label.Label label) {
    return Label.valueOf("LABEL_" + label.name());
  }

  static DropReason dropReason(dev.craftstream.model.label.DropReason reason) {
    return DropReason.valueOf("DROP_REASON_" + reason.name());
  }

  static DatasetKind datasetKind(dev.craftstream.model.dataset.DatasetKind kind) {
    return DatasetKind.valueOf("DATASET_KIND_" + kind.name());
  }

  static Mark mark(DatasetRecord.Mark mark) {
    return Mark.valueOf("MARK_" + mark.name());
  }

  static Ties ties(dev.craftstream.model.dataset.Ties ties) {
    return Ties.valueOf("TIES_" + ties.name());
  }

  static Shortage shortage(dev.craftstream.model.dataset.Shortage shortage) {
    return Shortage.valueOf("SHORTAGE_" + shortage.name());
  }

  static FlowRule flowRule(dev.craftstream.model.label.FlowRule rule) {
    return FlowRule.valueOf("FLOW_RULE_" + rule.name());
  }

  /** The schema has strategies by their names, so that there may be more of them. */
  static String name(Strategy strategy) {
    return strategy == null ? "" : strategy.name();
  }

  static Reason reason(DeadLetter.Reason reason) {
    return Reason.valueOf("REASON_" + reason.name());
  }
}
