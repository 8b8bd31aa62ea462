package dev.craftstream.embedded.bench;

import dev.craftstream.client.Terminal;
import dev.craftstream.embedded.Project;
import dev.craftstream.embedded.PythonEnvironment;
import dev.craftstream.embedded.PythonInterpreter;
import dev.craftstream.embedded.PythonSetUp;
import dev.craftstream.embedded.TritonServer;
import dev.craftstream.embedded.WorkFolder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Measures the project's client beside others, against a model that answers at once. */
public final class Bench {
  private static final String MODEL = "at_once";

  private final Project project;
  private final WorkFolder work;

  public Bench(Project project, WorkFolder work) {
    this.project = project;
    this.work = work;
  }

  /**
   * What to measure.
   *
   * @param levels questions in flight
   * @param rounds how often everything is measured
   * @param time for each client, level and round
   * @param warmUp questions that the project's own client asks first
   * @param peers further clients: a name, and the program with its first arguments, see {@link
   *     CommandClient}
   */
  public record Plan(
      List<Integer> levels,
      int rounds,
      Duration time,
      long warmUp,
      Map<String, List<String>> peers) {}

  /**
   * What came out.
   *
   * @param cores of the machine, which server and clients share
   * @param seconds for each client, level and round
   * @param clients a client and level each, the project's own first
   */
  public record Result(int cores, int rounds, double seconds, List<ClientFigures> clients) {}

  /**
   * Sets up what is missing, starts a model server and measures.
   *
   * @param terminal told of the set-up
   * @param progress told what is measured next
   */
  public Result run(Plan plan, Terminal terminal, Consumer<String> progress) throws Exception {
    Path sources = project.bench();
    PythonEnvironment python =
        PythonSetUp.prepare(
            "Python environment",
            project.home().virtualEnvironment("bench"),
            sources.resolve("requirements.txt"),
            PythonInterpreter.OF_THE_SERVER,
            terminal);
    List<Contender> contenders = new ArrayList<>();
    contenders.add(new OwnClient(MODEL, plan.warmUp()));
    contenders.add(
        new CommandClient(
            "asyncio",
            List.of(python.python().toString(), sources.resolve("asyncio_client.py").toString()),
            MODEL,
            work.logs()));
    plan.peers()
        .forEach(
            (name, command) ->
                contenders.add(new CommandClient(name, command, MODEL, work.logs())));
    try (TritonServer server =
        TritonServer.start(
            TritonServer.Settings.of(
                python,
                project.launcher(),
                sources.resolve("models"),
                List.of(MODEL),
                work.triton()))) {
      List<ClientFigures> clients =
          new ClientComparison(contenders, server.endpoint(), plan.time(), progress)
              .run(plan.levels(), plan.rounds());
      return new Result(
          Runtime.getRuntime().availableProcessors(),
          plan.rounds(),
          plan.time().toNanos() / 1e9,
          clients);
    }
  }
}
