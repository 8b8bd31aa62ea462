package dev.craftstream.survey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.model.DeadLetter;
import dev.craftstream.model.checkpoint.ModelCheckpointEvent;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.dataset.Request;
import dev.craftstream.model.message.Admitted;
import dev.craftstream.model.message.Directive;
import dev.craftstream.model.message.GoOn;
import dev.craftstream.prompt.KnowledgePrompt;
import dev.craftstream.prompt.TrainingPrompt;
import dev.craftstream.testing.UnreadOutput;
import dev.craftstream.tracking.TrackerHarness;
import java.time.Duration;
import java.util.List;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the planner makes of requests that a model checkpoint may go on. */
class SurveyPlannerTest {
  private static final ModelCheckpointEvent TUNED =
      TrackerHarness.announce(2, "tuned", Role.TUNED, "initial");

  private OneInputStreamOperatorTestHarness<Admitted, Directive> planner;

  @BeforeEach
  void start() throws Exception {
    planner =
        new OneInputStreamOperatorTestHarness<>(
            new SurveyPlanner(
                DatasetSettings.PAPER,
                new DatasetTexts(TrainingPrompt.standard(), KnowledgePrompt.standard()),
                Duration.ofDays(30)));
    planner.getEnvironment().addOutputs(List.of(new UnreadOutput()));
    planner.open();
    send(Admitted.of(TrackerHarness.announce(1, "initial", Role.INITIAL, "")));
    send(Admitted.of(TUNED));
    planner.getOutput().clear();
  }

  @AfterEach
  void stop() throws Exception {
    planner.close();
  }

  @Test
  void aLiveModelCheckpointOfAnyRoleMayGoOn() throws Exception {
    send(Admitted.of(Request.goOn("more", "tuned", TrackerHarness.original())));
    assertThat(planner.extractOutputValues())
        .containsExactly(Directive.of(new GoOn("more", TUNED.announced())));
  }

  @Test
  void aRequestCountsOnce_andOneForAnUnknownModelCheckpointIsADeadLetter() throws Exception {
    Request request = Request.goOn("more", "tuned", TrackerHarness.original());
    send(Admitted.of(request));
    send(Admitted.of(request));
    send(Admitted.of(Request.goOn("other", "nobody", TrackerHarness.original())));

    assertThat(planner.extractOutputValues()).hasSize(1);
    assertThat(planner.getSideOutput(SurveyPlanner.REFUSED))
        .extracting(StreamRecord::getValue)
        .extracting(DeadLetter::reason)
        .containsExactly(DeadLetter.Reason.INVALID, DeadLetter.Reason.UNKNOWN_CHECKPOINT);
  }

  private void send(Admitted admitted) throws Exception {
    planner.processElement(new StreamRecord<>(admitted));
  }
}
