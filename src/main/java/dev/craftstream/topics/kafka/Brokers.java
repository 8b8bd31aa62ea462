package dev.craftstream.topics.kafka;

import dev.craftstream.topics.records.Rejection;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.TimeoutException;

/** Asks the brokers, and says in sentences what they don't answer. */
final class Brokers implements AutoCloseable {
  private final KafkaSettings settings;
  private final Duration timeout;
  private final String permissionHint;
  private final Admin admin;

  /**
   * @param timeout for each answer
   * @param permissionHint what else can be done where they don't allow something; may be empty
   * @throws TopicSetupException where the client properties are wrong
   */
  Brokers(KafkaSettings settings, Duration timeout, String permissionHint) {
    this.settings = settings;
    this.timeout = timeout;
    this.permissionHint = permissionHint;
    this.admin = open();
  }

  Admin admin() {
    return admin;
  }

  @Override
  public void close() {
    admin.close();
  }

  private Admin open() {
    try {
      settings.requireVariables();
    } catch (IllegalArgumentException e) {
      throw new TopicSetupException(e.getMessage(), e);
    }
    Properties properties = settings.connection();
    properties.setProperty(
        AdminClientConfig.CLIENT_ID_CONFIG, settings.transactionalIdPrefix() + "-topics");
    int millis = Math.toIntExact(timeout.toMillis());
    properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, millis);
    properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.min(millis, 10_000));
    // Else it writes a line to the log every millisecond while no broker answers.
    properties.put(AdminClientConfig.METADATA_RECOVERY_STRATEGY_CONFIG, "none");
    try {
      return Admin.create(properties);
    } catch (KafkaException e) {
      throw new TopicSetupException(
          "No Kafka client could be made for %s (%s); check the bootstrap servers and the client properties."
              .formatted(settings.bootstrapServers(), reason(e)),
          e);
    }
  }

  /**
   * Waits for an answer.
   *
   * @param what was asked for, as in "It failed to ..."
   * @throws TopicSetupException where it is a failure or does not come, with a sentence
   */
  <T> T get(String what, KafkaFuture<T> future) {
    try {
      return future.get(2 * timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof TimeoutException) {
        throw unreachable(what, cause);
      }
      if (cause instanceof AuthorizationException) {
        throw new TopicSetupException(
            "The brokers at %s do not allow to %s (%s); grant the permission%s."
                .formatted(
                    settings.bootstrapServers(),
                    what,
                    reason(cause),
                    permissionHint.isEmpty() ? "" : ", " + permissionHint),
            cause);
      }
      if (cause instanceof InvalidReplicationFactorException) {
        throw new TopicSetupException(
            "It failed to %s at %s: %s; set a replication factor of at most the number of brokers."
                .formatted(what, settings.bootstrapServers(), reason(cause)),
            cause);
      }
      throw new TopicSetupException(
          "It failed to %s at %s: %s.".formatted(what, settings.bootstrapServers(), reason(cause)),
          cause);
    } catch (java.util.concurrent.TimeoutException e) {
      throw unreachable(what, e);
    } catch (InterruptedException e) {
      throw interrupted(what, e);
    }
  }

  private TopicSetupException unreachable(String what, Throwable cause) {
    return new TopicSetupException(
        "No Kafka broker at %s answered within %d seconds, to %s; check that the bootstrap servers are right and run, and, where they want TLS or SASL, the client properties."
                .formatted(settings.bootstrapServers(), timeout.toSeconds(), what)
            + TlsHint.of(settings.bootstrapServers(), settings.clientProperties()),
        cause);
  }

  private static TopicSetupException interrupted(String what, InterruptedException e) {
    Thread.currentThread().interrupt();
    return new TopicSetupException("It was interrupted while it should " + what + ".", e);
  }

  private static String reason(Throwable cause) {
    Throwable root = cause;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String message = Rejection.shortened(String.valueOf(root.getMessage()), 300).strip();
    return message.endsWith(".") ? message.substring(0, message.length() - 1) : message;
  }

  /** A moment before the same is asked again. */
  static void pause(String what) {
    try {
      Thread.sleep(100);
    } catch (InterruptedException e) {
      throw interrupted(what, e);
    }
  }
}
