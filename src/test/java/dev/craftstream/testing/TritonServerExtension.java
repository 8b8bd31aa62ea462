package dev.craftstream.testing;

import dev.craftstream.embedded.CraftHome;
import dev.craftstream.embedded.PythonEnvironment;
import dev.craftstream.embedded.TritonServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * A real Triton for tests. All test classes that name the same models share one server, which
 * starts with the first of them and stops after the last test.
 *
 * <pre>{@code
 * @RegisterExtension
 * static final TritonServerExtension TRITON = TritonServerExtension.withTestModels();
 * }</pre>
 */
public final class TritonServerExtension implements BeforeAllCallback {
  private static final Path PROJECT = Path.of("").toAbsolutePath();
  private static final Path SERVING = PROJECT.resolve("docker/triton");

  private final Path repository;
  private final List<String> models;
  private TritonServer server;

  private TritonServerExtension(Path repository, List<String> models) {
    this.repository = repository;
    this.models = models;
  }

  /** All of the small models in {@code src/test/triton}. */
  public static TritonServerExtension withTestModels() {
    return withModels(
        Path.of("src/test/triton"),
        "craft_echo",
        "hangs",
        "fails",
        "nonsense",
        "narrow",
        "vllm_like",
        "llmapi_like",
        "llmapi_decoupled",
        "minilm_like",
        "ailing");
  }

  /** Models of a repository that need no packages but numpy. */
  public static TritonServerExtension withModels(Path repository, String... models) {
    return new TritonServerExtension(PROJECT.resolve(repository), List.of(models));
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    server =
        context
            .getRoot()
            .getStore(Namespace.create(TritonServerExtension.class))
            .getOrComputeIfAbsent(
                repository + " " + models,
                key -> started(settings(repository, models)),
                TritonServer.class);
  }

  /** The running server. */
  public TritonServer server() {
    return server;
  }

  /** Its host and port for gRPC. */
  public String endpoint() {
    return server.endpoint();
  }

  /** Settings for a server of a test's own, on free ports. */
  public TritonServer.Settings ownServer(Path folder, String... ownModels) {
    return settings(repository, List.of(ownModels)).withFolder(folder);
  }

  /** Loads a model of the repository. */
  public void load(String model) throws IOException, InterruptedException {
    change(server, model, "load");
  }

  /** Unloads a model; returns when it is gone. */
  public void unload(String model) throws IOException, InterruptedException {
    unload(server, model);
  }

  /** Unloads a model of a server of the caller's own; returns when it is gone. */
  public static void unload(TritonServer server, String model)
      throws IOException, InterruptedException {
    change(server, model, "unload");
    while (get(server.http().resolve("/v2/models/" + model + "/ready")).statusCode() == 200) {
      Thread.onSpinWait();
    }
  }

  /** The environment that test servers run in; made on its first use. */
  public static PythonEnvironment python() {
    try {
      CraftHome home = CraftHome.of(System.getenv(), PROJECT);
      return PythonEnvironment.prepare(
          // The demo has another one, with what its models need.
          home.virtualEnvironment("triton-server"),
          SERVING.resolve("requirements-server.txt"),
          List.of("--no-deps"),
          System.out::println);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static TritonServer.Settings settings(Path repository, List<String> models) {
    return TritonServer.Settings.of(
            python(),
            SERVING.resolve("serve.py"),
            repository,
            models,
            PROJECT.resolve("target/triton"))
        .withStartTimeout(Duration.ofMinutes(2));
  }

  private static TritonServer started(TritonServer.Settings settings) {
    try {
      return TritonServer.start(settings);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void change(TritonServer server, String model, String what)
      throws IOException, InterruptedException {
    URI uri = server.http().resolve("/v2/repository/models/" + model + "/" + what);
    HttpRequest request = HttpRequest.newBuilder(uri).POST(BodyPublishers.noBody()).build();
    HttpResponse<String> response =
        HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException("Could not " + what + " " + model + ": " + response.body());
    }
  }

  private static HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }
}
