package dev.craftstream.cli.common;

import dev.craftstream.embedded.Project;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TimeoutException;

/** What went wrong, for people: what it was, and what to do. */
public final class FailureSentence {

  private FailureSentence() {}

  public static String of(Throwable failure) {
    if (ranOutOfMemory(failure)) {
      return "Java has too little memory for it. Give it more: CRAFT_JAVA_OPTIONS=-Xmx4g ./craft ...";
    }
    if (failure instanceof UncheckedIOException unchecked) {
      return of(unchecked.getCause());
    }
    if (failure instanceof FileSystemException file && file.getFile() != null) {
      return ofFile(file);
    }
    if (failure instanceof KafkaException kafka) {
      return ofKafka(kafka);
    }
    String message = failure.getMessage();
    boolean meantToBeRead =
        failure instanceof IOException
            || failure instanceof IllegalStateException
            || failure instanceof IllegalArgumentException
            || failure.getClass().getName().startsWith("dev.craftstream.");
    if (meantToBeRead && message != null && !message.isBlank()) {
      return message.strip();
    }
    return "It failed in a way that should not happen: "
        + failure
        + ". Run it again with --verbose for the whole error, and please report it.";
  }

  /** In whichever thread: what waits for one wraps what that died of. */
  private static boolean ranOutOfMemory(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof OutOfMemoryError) {
        return true;
      }
    }
    return false;
  }

  /** Java's own messages are often the path alone. */
  private static String ofFile(FileSystemException failure) {
    String file = failure.getFile();
    String reason = failure.getReason() == null ? "" : " (" + failure.getReason() + ")";
    String sentence;
    if (failure instanceof NoSuchFileException) {
      sentence = "There is no %s; check its name.".formatted(file);
    } else if (failure instanceof AccessDeniedException) {
      sentence = "%s may not be read or written%s; check its rights.".formatted(file, reason);
    } else if (failure instanceof FileAlreadyExistsException
        || failure instanceof NotDirectoryException) {
      sentence = "%s is there and is no folder; name another one.".formatted(file);
    } else {
      sentence =
          "%s can't be read or written%s; check its rights and the room on its disk."
              .formatted(file, reason);
    }
    Path home = Project.here().home().path();
    Path path = Path.of(file).toAbsolutePath().normalize();
    return path.startsWith(home) || home.startsWith(path)
        ? sentence
            + " It belongs to the folder %s for what ./craft keeps; CRAFT_HOME names another one."
                .formatted(home)
        : sentence;
  }

  private static String ofKafka(KafkaException failure) {
    String reason = reason(failure);
    if (failure instanceof TimeoutException) {
      return "Kafka did not answer in time (%s). Look whether its brokers run and can be reached, and whether kafka.bootstrap-servers, or --bootstrap-servers, is right; where they want TLS or SASL, kafka.properties too."
          .formatted(reason);
    }
    if (failure instanceof AuthorizationException) {
      return "Kafka does not allow it (%s). Have its administrator grant the permission to the user of kafka.properties."
          .formatted(reason);
    }
    if (failure instanceof AuthenticationException) {
      return "Kafka and this command do not trust each other (%s). Check what kafka.properties say of SASL and TLS: user, password, trust store."
          .formatted(reason);
    }
    return "Kafka can't be used (%s). Is ./craft demo --keep-running up? Else check kafka.bootstrap-servers, or --bootstrap-servers, and kafka.properties."
        .formatted(reason);
  }

  /** The innermost cause's: the outer ones say no more than that a client was not made. */
  private static String reason(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String message = root.getMessage() == null ? root.toString() : root.getMessage().strip();
    return message.endsWith(".") ? message.substring(0, message.length() - 1) : message;
  }
}
