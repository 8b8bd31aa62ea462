package dev.craftstream.torture;

import static dev.craftstream.torture.RightOutput.WORKLOAD;
import static dev.craftstream.torture.RightOutput.isAbout;
import static dev.craftstream.torture.RightOutput.replace;
import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.torture.FlinkCluster.Completed;
import dev.craftstream.torture.Output.Committed;
import dev.craftstream.torture.RequestChecker.AskedAgain;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The checker finds the fault for each request that was made again, and those without one. */
class RequestCheckerTest {
  private static final int SLOTS = 2;

  private final RightOutput right = new RightOutput();
  private final Findings findings = new Findings();
  private final StringBuilder log = new StringBuilder();

  @TempDir private Path folder;

  private static final Fault TASK_MANAGER = fault(Fault.Kind.TASK_MANAGER_KILLED, 100, 110);
  private static final Fault SERVER = fault(Fault.Kind.SERVER_KILLED, 200, 210);
  private static final Fault LATER_TASK_MANAGER = fault(Fault.Kind.TASK_MANAGER_KILLED, 300, 310);
  private static final List<Completed> CHECKPOINTS =
      List.of(new Completed(1, at(50), at(51)), new Completed(2, at(90), at(91)));

  @Test
  void tellsWhyTheModelWasAskedAgain() throws Exception {
    asked(98, "q000001");
    asked(105, "q000001");
    asked(95, "q000002");
    answered(96, "q000002");
    asked(106, "q000002");
    asked(101, "q000003");
    answered(102, "q000003");
    asked(106, "q000003");
    asked(199, "q000004");
    answered(200, "q000004");
    asked(205, "q000004");
    // While the job recovered from the server's death, lost with the next task manager.
    asked(209, "q000005");
    answered(210, "q000005");
    asked(305, "q000005");
    assertThat(again())
        .isEqualTo(
            Map.of(
                TASK_MANAGER,
                new AskedAgain(1, 1, 1),
                SERVER,
                new AskedAgain(1, 0, 0),
                LATER_TASK_MANAGER,
                new AskedAgain(0, 1, 0)));
    assertThat(findings.lines()).isEmpty();
  }

  @Test
  void findsRequestsForWhatIsCommitted() throws Exception {
    asked(95, "q000001");
    asked(105, "q000001");
    replace(
        right.knowledge,
        record -> isAbout(record, 1, 1, Workload.INITIAL),
        record -> new Committed<>(record.key(), record.value(), 0, record.offset(), at(96)));
    again();
    assertThat(findings.lines())
        .singleElement()
        .asString()
        .startsWith("asked again though committed: ");
  }

  @Test
  void findsRequestsWithoutACause() throws Exception {
    asked(120, "q000001");
    asked(130, "q000001");
    again();
    assertThat(findings.lines())
        .singleElement()
        .asString()
        .startsWith("asked again without a cause: ");
  }

  @Test
  void findsMoreRequestsAgainThanCanHaveBeenInFlight() throws Exception {
    for (int number = 0; number <= SLOTS; number++) {
      asked(199, Workload.id(number));
      asked(205, Workload.id(number));
    }
    for (int number = 10; number <= 10 + SLOTS; number++) {
      asked(80, Workload.id(number));
      asked(105, Workload.id(number));
    }
    again();
    assertThat(findings.lines())
        .containsExactlyInAnyOrder(
            "asked again without a cause: 3 requests for SIGKILL tritonserver, but only 2 can be in"
                + " flight",
            "asked again without a cause: 3 requests from before the last Flink checkpoint for SIGKILL"
                + " task manager, but only 2 can have been in flight");
  }

  @Test
  void findsMoreRequestsAgainThanTheRateExplains() throws Exception {
    // Two were answered and not yet committed, and one was in flight.
    for (int number = 0; number < 3; number++) {
      asked(95, Workload.id(number));
      if (number != 1) {
        answered(96, Workload.id(number));
      }
      asked(106, Workload.id(number));
    }
    checkAskedAgain();
    assertThat(findings.lines()).isEmpty();

    asked(101, Workload.id(3));
    asked(106, Workload.id(3));
    checkAskedAgain();
    assertThat(findings.lines())
        .containsExactly(
            "asked too often: 3 requests for SIGKILL task manager beside those in flight, and 30 s of"
                + " the rate are 2");
  }

  /** Where one is answered in 15 s. */
  private void checkAskedAgain() throws Exception {
    new RequestChecker(WORKLOAD, findings).checkAskedAgain(again(), 1 / 15.0);
  }

  @Test
  void whatASavepointHoldsIsNotAskedAgain() throws Exception {
    Fault restored = fault(Fault.Kind.RESTORED, 400, 410);
    // In flight when the job was stopped, asked and answered while it was stopped, and lost.
    asked(399, "q000001");
    asked(405, "q000001");
    asked(401, "q000002");
    answered(402, "q000002");
    asked(406, "q000002");
    assertThat(again(restored)).isEqualTo(Map.of(restored, new AskedAgain(1, 0, 1)));
    assertThat(findings.lines()).isEmpty();

    for (int number = 10; number <= 10 + SLOTS; number++) {
      asked(390, Workload.id(number));
      answered(391, Workload.id(number));
      asked(405, Workload.id(number));
    }
    again(restored);
    assertThat(findings.lines())
        .containsExactly(
            "asked again without a cause: 4 requests from before the last savepoint for stop, start from"
                + " the savepoint, but only 2 can have been in flight");
  }

  @Test
  void findsRequestsToRetiredCheckpoints() throws Exception {
    log.append("asked 199000000000 4 " + Workload.id(67) + " 1 abc\n");
    log.append("asked 199000000000 5 " + Workload.id(76) + " 1 abc\n");
    again();
    assertThat(findings.lines())
        .containsExactly("asked though retired: Subject[questionId=q000067, edition=1, version=4]");
  }

  @Test
  void findsMoreRequestsAtATimeThanAllowed() throws Exception {
    // What was asked before, or is answered later, belongs to others.
    asked(9, "q000001");
    answered(13, "q000001");
    for (int number = 10; number < 20; number++) {
      asked(11, Workload.id(number));
      answered(14, Workload.id(number));
    }
    asked(14, "q000020");
    answered(15, "q000020");
    asked(16, "q000021");
    answered(20, "q000021");
    // An answer is written down when it was sent: one for each of the five versions.
    new RequestChecker(WORKLOAD, findings).checkInFlight(requestLog(), at(10), at(19), 5);
    assertThat(findings.lines()).isEmpty();

    new RequestChecker(WORKLOAD, findings).checkInFlight(requestLog(), at(10), at(19), 4);
    assertThat(findings.lines())
        .containsExactly(
            "too many in flight: 10 requests, but only 4 are allowed at 1970-01-01T00:00:10Z");
  }

  @Test
  void findsTwoRequestsForTheSameThatDiffer() throws Exception {
    log.append("asked 199000000000 1 q000001 1 abc\n");
    log.append("asked 205000000000 1 q000001 1 abd\n");
    again();
    assertThat(findings.lines()).singleElement().asString().startsWith("conflicting: ");
  }

  private void asked(int second, String id) {
    log.append("asked " + second + "000000000 1 " + id + " 1 abc\n");
  }

  private void answered(int second, String id) {
    log.append("answered " + second + "000000000 1 " + id + " 1 abc\n");
  }

  private Map<Fault, AskedAgain> again(Fault... more) throws Exception {
    List<Fault> faults = new ArrayList<>(List.of(TASK_MANAGER, SERVER, LATER_TASK_MANAGER));
    faults.addAll(List.of(more));
    return new RequestChecker(WORKLOAD, findings)
        .check(requestLog(), right.output(), faults, CHECKPOINTS, SLOTS);
  }

  private RequestLog requestLog() throws Exception {
    return RequestLog.read(Files.writeString(folder.resolve("requests.log"), log));
  }

  private static Fault fault(Fault.Kind kind, int began, int recovered) {
    return new Fault(kind, "", at(began), at(began + 1), at(recovered));
  }

  private static Instant at(int second) {
    return Instant.ofEpochSecond(second);
  }
}
