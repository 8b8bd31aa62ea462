package dev.craftstream.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

class JobMonitorTest {
  private static final String METRIC = "knowledge-tracker.checkpoint.%s.paused";

  @Test
  void namesThePausedModelCheckpoints_byTheNamesThatFlinkGivesTheirMetrics() throws Exception {
    List<JobMonitor> jobs =
        JobMonitor.present(URI.create("http://localhost:8081"), JobMonitorTest::answer);

    assertThat(jobs)
        .singleElement()
        .satisfies(
            job ->
                assertThat(job.paused(List.of("llama-0", "a b,c", "goes on", "too new")))
                    .containsExactly("llama-0", "a b,c"));
  }

  @Test
  void givenFlinkAsksForACertificate_whenAskedWithoutOne_thenTheSentenceSaysHowToGiveIt() {
    assertThatIOException()
        .isThrownBy(
            () ->
                JobMonitor.present(
                    URI.create("https://flink:8081"),
                    address -> {
                      throw new SSLHandshakeException("Received fatal alert: bad_certificate");
                    }))
        .withMessageContaining("https://flink:8081 (Received fatal alert: bad_certificate)")
        .withMessageContaining("CRAFT_JAVA_OPTIONS='-Djavax.net.ssl.trustStore=");
  }

  /** As Flink does; one of the tasks is paused, or none. */
  private static JobMonitor.Page answer(URI address) {
    String path = URLDecoder.decode(address.toString(), StandardCharsets.UTF_8);
    if (path.endsWith("/jobs/overview")) {
      return page("{\"jobs\":[{\"jid\":\"j\",\"state\":\"RUNNING\"}]}");
    }
    if (path.endsWith("/jobs/j")) {
      return page("{\"vertices\":[{\"id\":\"v\",\"name\":\"knowledge-tracker\"}]}");
    }
    String wanted = path.substring(path.indexOf("get=") + 4);
    for (String id : List.of("llama-0", "a_b-c", "goes_on")) {
      if (wanted.equals(METRIC.formatted(id))) {
        return page(
            "[{\"id\":\"%s\",\"min\":0.0,\"max\":%s}]"
                .formatted(wanted, id.equals("goes_on") ? "0.0" : "1.0"));
      }
    }
    return page("[]");
  }

  private static JobMonitor.Page page(String body) {
    return new JobMonitor.Page(200, body);
  }
}
