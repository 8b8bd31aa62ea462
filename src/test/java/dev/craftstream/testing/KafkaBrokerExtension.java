package dev.craftstream.testing;

import dev.craftstream.embedded.Folders;
import dev.craftstream.embedded.KafkaBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests a {@link KafkaBroker}. It is one for the whole test run, so tests take topics of
 * their own ({@link #freshPrefix}); a test that kills a broker starts one for itself.
 */
public final class KafkaBrokerExtension implements ParameterResolver {

  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(KafkaBrokerExtension.class);
  private static final AtomicInteger PREFIXES = new AtomicInteger();

  /** A topic prefix that no other test has. */
  public static String freshPrefix() {
    return "test-" + PREFIXES.incrementAndGet() + "-";
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == KafkaBroker.class;
  }

  @Override
  public KafkaBroker resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(NAMESPACE)
        .getOrComputeIfAbsent(SharedBroker.class, key -> new SharedBroker(), SharedBroker.class)
        .broker;
  }

  private static final class SharedBroker implements AutoCloseable {
    private final Path folder;
    private final KafkaBroker broker;

    SharedBroker() {
      try {
        folder = Files.createTempDirectory("craft-stream-kafka");
      } catch (IOException e) {
        throw new IllegalStateException("No folder for the Kafka broker of the tests.", e);
      }
      broker = KafkaBroker.start(folder);
    }

    @Override
    public void close() throws IOException {
      broker.close();
      Folders.delete(folder);
    }
  }
}
