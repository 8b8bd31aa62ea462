package dev.craftstream.torture;

import static dev.craftstream.torture.RightOutput.isAbout;
import static dev.craftstream.torture.RightOutput.replace;
import static dev.craftstream.torture.RightOutput.with;
import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.torture.Output.Committed;
import dev.craftstream.torture.RequestLog.Subject;
import dev.craftstream.v1.Cost;
import dev.craftstream.v1.KnowledgeRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The checker finds measurements that cost more than the server saw, and those of unknown cost. */
class CostCheckerTest {
  private static final Cost ONE_ANSWER =
      Cost.newBuilder()
          .setRequests(1)
          .setRequestsWithTokens(1)
          .setPromptTokens(40)
          .setGeneratedTokens(30)
          .build();

  private final RightOutput right = new RightOutput();
  private final Findings findings = new Findings();
  private final StringBuilder log = new StringBuilder();

  @TempDir private Path folder;

  @BeforeEach
  void eachMeasurementIsOneRequest() {
    right.knowledge.replaceAll(
        record -> record.value() == null ? record : costing(record, ONE_ANSWER));
    for (Committed<KnowledgeRecord> record : right.knowledge) {
      if (record.value() != null) {
        Subject subject = RequestChecker.subject(record.value());
        log.append(
            "asked 95000000000 %d %s %d abc\n"
                .formatted(subject.version(), subject.questionId(), subject.edition()));
      }
    }
  }

  @Test
  void findsNothingInWhatIsRight_thoughSomeWasAskedAgain() throws Exception {
    log.append("asked 96000000000 1 q000001 1 abc\n");
    replace(
        right.knowledge,
        record -> isAbout(record, 1, 1, Workload.INITIAL),
        record -> costing(record, ONE_ANSWER.toBuilder().setRequests(2).build()));
    replace(
        right.knowledge,
        record -> isAbout(record, 2, 1, Workload.INITIAL),
        record -> costing(record, Cost.newBuilder().setRequests(1).build()));
    check();
    assertThat(findings.lines()).isEmpty();
  }

  @Test
  void findsAnAnswerThatIsCountedTwice() throws Exception {
    replace(
        right.knowledge,
        record -> isAbout(record, 1, 1, Workload.INITIAL),
        record ->
            costing(
                record, ONE_ANSWER.toBuilder().setRequests(2).setRequestsWithTokens(2).build()));
    check();
    assertThat(findings.lines())
        .anyMatch(line -> line.startsWith("costs more than the server saw: "));
  }

  @Test
  void findsAMeasurementThatCostNothing() throws Exception {
    replace(
        right.knowledge,
        record -> isAbout(record, 1, 1, Workload.INITIAL),
        record -> costing(record, Cost.getDefaultInstance()));
    check();
    assertThat(findings.lines()).singleElement().asString().startsWith("cost unknown: ");
  }

  @Test
  void findsAManifestThatCountsMoreThanWasAnswered() throws Exception {
    replace(
        right.manifests,
        record -> record.value().getComplete(),
        record ->
            with(
                record,
                record.value().toBuilder()
                    .setInitialCost(ONE_ANSWER.toBuilder().setRequestsWithTokens(1_000_000))
                    .build()));
    check();
    assertThat(findings.lines())
        .isNotEmpty()
        .allMatch(line -> line.startsWith("costs more than the server saw: "));
  }

  private void check() throws Exception {
    new CostChecker(findings)
        .check(
            RequestLog.read(Files.writeString(folder.resolve("requests.log"), log)),
            right.output());
  }

  private static Committed<KnowledgeRecord> costing(Committed<KnowledgeRecord> record, Cost cost) {
    return with(record, record.value().toBuilder().setCost(cost).build());
  }
}
