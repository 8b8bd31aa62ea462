package dev.craftstream.triton;

import dev.craftstream.knowledge.FailureKind;
import dev.craftstream.knowledge.ServerUnavailableException;
import dev.craftstream.triton.client.Failures;
import dev.craftstream.triton.client.ServerChoice;
import io.grpc.Context;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * One question, asked until it is known whether a failure that a server reported is the question's:
 * the same server is tried with another one. Where it answers that, it is asked once more; what
 * fails in the same words then would do so for ever. Where it does not, the question goes to the
 * other servers.
 *
 * @param <T> what its answer becomes
 * @param failures names them
 * @param context what takes the question back
 * @param measuring asks the question
 * @param trial asks another one of the same kind; fails where that fails
 */
record SuspectedQuestion<T>(
    Failures failures,
    Context context,
    Supplier<CompletableFuture<T>> measuring,
    Supplier<CompletableFuture<Void>> trial) {

  CompletableFuture<T> answer() {
    return answer(Set.of());
  }

  /**
   * @param failing servers that fail whatever they are asked
   */
  private CompletableFuture<T> answer(Set<String> failing) {
    return ServerChoice.otherThan(failing)
        .within(context, measuring)
        .exceptionallyCompose(
            failure ->
                isReported(failure)
                    ? afterFailure(
                        (ServerUnavailableException) Failures.unwrapped(failure), failing)
                    : CompletableFuture.failedFuture(failure));
  }

  private CompletableFuture<T> afterFailure(
      ServerUnavailableException failure, Set<String> failing) {
    if (failing.contains(failure.server())) {
      // There is no other.
      return CompletableFuture.failedFuture(failure);
    }
    ServerChoice sameServer = ServerChoice.only(failure.server());
    return sameServer
        .within(context, trial)
        .handle((answered, trouble) -> trouble == null)
        .thenCompose(
            answers -> {
              if (answers) {
                return sameServer
                    .within(context, measuring)
                    .exceptionallyCompose(again -> failedAgain(failure, again));
              }
              Set<String> alsoFailing = new HashSet<>(failing);
              alsoFailing.add(failure.server());
              return answer(alsoFailing);
            });
  }

  private CompletableFuture<T> failedAgain(ServerUnavailableException failure, Throwable again) {
    return CompletableFuture.failedFuture(
        saysTheSame(failure, again)
            ? failures.ofThisQuestionAlone(Failures.unwrapped(again))
            : again);
  }

  private static boolean isReported(Throwable failure) {
    return Failures.unwrapped(failure) instanceof ServerUnavailableException unavailable
        && unavailable.kind() == FailureKind.FAILING;
  }

  /** But for numbers, such as times. */
  private static boolean saysTheSame(Throwable one, Throwable other) {
    return isReported(other) && words(one).equals(words(other));
  }

  private static String words(Throwable failure) {
    return Failures.unwrapped(failure).getMessage().replaceAll("\\d+", "0");
  }
}
