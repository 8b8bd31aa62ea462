package dev.craftstream.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Timeout;

/** Whatever answers instead of Flink's REST API: figures of a job, or a fault in a sentence. */
@Timeout(20)
class RestFuzzTest {
  private static final URI REST = URI.create("http://flink:8081/");

  /** Lines: the answers on all jobs, on one, on its metrics and on its failures. */
  @FuzzTest(maxDuration = "2m")
  @DictionaryEntries({
    "\"jobs\":[",
    "\"jid\":",
    "\"state\":\"RUNNING\"",
    "\"vertices\":[",
    "\"name\":\"knowledge-tracker\"",
    "\"name\":\"checkpoint-admission\"",
    "\"status\":",
    "\"id\":\"knowledge-tracker.modelTime\"",
    "\"max\":",
    "\"NaN\"",
    "\"exceptionHistory\":{\"entries\":[",
    "\"stacktrace\":",
    "Caused by: ",
    "null",
    "\\x0a"
  })
  void answers(byte[] lines) {
    List<String> answers = Arrays.asList(new String(lines, StandardCharsets.UTF_8).split("\n", -1));
    JobMonitor.Server server = address -> new JobMonitor.Page(200, answer(answers, address));
    List<JobMonitor> jobs;
    try {
      jobs = JobMonitor.present(REST, server);
    } catch (IOException e) {
      checkSentence(e);
      return;
    }
    for (JobMonitor job : jobs) {
      check(job::name);
      check(job::state);
      check(job::allTasksRun);
      check(job::newestFailure);
      check(job::progress);
      check(job::tracker);
    }
  }

  private interface Look {
    Object at() throws IOException;
  }

  private static void check(Look look) {
    try {
      assertThat(look.at()).isNotNull();
    } catch (IOException e) {
      checkSentence(e);
    }
  }

  private static String answer(List<String> answers, URI address) {
    String path = address.toString();
    assertThat(path).startsWith("http://flink:8081/jobs/");
    int kind =
        path.endsWith("/jobs/overview")
            ? 0
            : path.contains("/metrics?") ? 2 : path.contains("/exceptions?") ? 3 : 1;
    return kind < answers.size() ? answers.get(kind) : "";
  }

  private static void checkSentence(IOException fault) {
    assertThat(fault)
        .message()
        .containsAnyOf(REST.toString(), "The job has no stage")
        .endsWith(".")
        .doesNotContain("\n");
  }
}
