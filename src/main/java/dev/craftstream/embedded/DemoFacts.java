package dev.craftstream.embedded;

import dev.craftstream.client.RunLedger;
import dev.craftstream.client.report.RunData;
import dev.craftstream.config.CurationSettings;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.v1.Instruction;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * What the report of an embedded run tells beside its figures.
 *
 * @param committed what the job has committed
 * @param requestsInFlight how many requests the job may have in flight
 */
record DemoFacts(
    CurationSettings settings,
    EmbeddedFlink flink,
    RunLedger committed,
    ModelCheckpoint initial,
    ModelCheckpoint rehearsal,
    int requestsInFlight) {

  /** Further names and values of the report, in order. */
  List<RunData.Fact> all() {
    List<RunData.Fact> facts = new ArrayList<>();
    facts.add(new RunData.Fact("Strategy", settings.strategy().name()));
    facts.add(fact("INITIAL", initial));
    facts.add(fact("REHEARSAL", rehearsal));
    facts.add(
        new RunData.Fact(
            "Sampling",
            "%d samples a question at temperature %s"
                .formatted(settings.query().samples(), settings.query().temperature())));
    facts.add(ofDecisions("Knowledge prompts", i -> i.getBasis().getKnowledgePromptVersion()));
    facts.add(ofDecisions("Training prompts", i -> i.getBasis().getTrainingPromptVersion()));
    facts.add(
        new RunData.Fact(
            "Job",
            "%d parallel tasks, %d requests in flight, Flink checkpoints every %d s"
                .formatted(
                    flink.parallelism(),
                    requestsInFlight,
                    flink.checkpointInterval().toSeconds())));
    facts.add(
        new RunData.Fact("Machine", Runtime.getRuntime().availableProcessors() + " processors"));
    return facts;
  }

  private static RunData.Fact fact(String name, ModelCheckpoint checkpoint) {
    return new RunData.Fact(
        name, "%s (%s)".formatted(checkpoint.id(), checkpoint.serving().shown()));
  }

  private RunData.Fact ofDecisions(String name, Function<Instruction, String> figure) {
    return new RunData.Fact(
        name, String.join(", ", committed.ofDecisions(initial.id(), rehearsal.id(), figure)));
  }
}
