package dev.craftstream.embedded;

import dev.craftstream.client.RunLedger;
import dev.craftstream.client.Terminal;
import java.nio.file.Path;

/** How to look at an embedded run that stays up. */
record DemoHints(Project project, WorkFolder work) {

  /**
   * @param pageUrl of the page to watch on; empty where there is none
   */
  void print(Terminal terminal, EmbeddedServers servers, RunLedger committed, String pageUrl) {
    terminal.line("");
    terminal.line("Everything is up until Ctrl-C.");
    if (!pageUrl.isEmpty()) {
      terminal.line("  Live page       %s", pageUrl);
    }
    terminal.line("  Flink's web UI  %s", servers.flink().webUi());
    terminal.line("  Kafka           %s", servers.broker().bootstrapServers());
    terminal.line("  Triton          %s", servers.triton().endpoint());
    terminal.line("Look, in another terminal:");
    terminal.line("  %s consume instructions%s | tail -n 5", command(), config());
    terminal.line("  %s status%s --flink %s", command(), config(), servers.flink().webUi());
    terminal.line("  %s export --list%s", command(), config());
    committed.manifests().values().stream()
        .filter(manifest -> manifest.getComplete() && manifest.getRefusal().getQuestions() > 0)
        .findFirst()
        .ifPresent(
            manifest ->
                terminal.line("  %s conflicts %s%s", command(), manifest.getDatasetId(), config()));
    terminal.line("Feed it:");
    terminal.line("  %s import jsonl FILE%s", command(), config());
  }

  private String command() {
    return project.root().equals(Path.of("").toAbsolutePath())
        ? "./craft"
        : project.root().resolve("craft").toString();
  }

  /** Commands know the default work folder's run by themselves. */
  private String config() {
    return work.path().equals(project.home().path().resolve("demo"))
        ? ""
        : " --config " + work.options();
  }
}
