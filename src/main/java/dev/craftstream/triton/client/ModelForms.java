package dev.craftstream.triton.client;

import dev.craftstream.inference.ModelMetadataResponse;
import io.grpc.Context;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * The inputs and outputs of models as their servers told them last. What a contract leaves open, it
 * asks for only where the model has it. A model may be loaded again with others at any time, so
 * they are looked up anew now and then, while the old ones are still taken.
 */
public final class ModelForms {
  /** How long what was told is taken for so. */
  private static final Duration FRESH = Duration.ofMinutes(1);

  /** How long nobody is asked again who did not answer. */
  private static final Duration REST = Duration.ofSeconds(5);

  /** How long a request waits for it. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final Function<ServedModel, CompletableFuture<ModelMetadataResponse>> lookUp;
  private final LongSupplier nanoClock;
  private final Map<ServedModel, Known> byModel = new ConcurrentHashMap<>();

  /**
   * @param answer what was told; empty where nobody answered
   * @param before what was told before; null where nothing was
   */
  private record Known(
      CompletableFuture<Optional<ModelMetadataResponse>> answer,
      long askedAt,
      Optional<ModelMetadataResponse> before) {

    /** The newest that is known without waiting; null where nothing is. */
    Optional<ModelMetadataResponse> now() {
      Optional<ModelMetadataResponse> told = answer.getNow(null);
      return told == null || (told.isEmpty() && before != null) ? before : told;
    }

    boolean isStale(long now) {
      Optional<ModelMetadataResponse> told = answer.getNow(null);
      return told != null && now - askedAt > (told.isPresent() ? FRESH : REST).toNanos();
    }
  }

  ModelForms(
      Function<ServedModel, CompletableFuture<ModelMetadataResponse>> lookUp,
      LongSupplier nanoClock) {
    this.lookUp = lookUp;
    this.nanoClock = nanoClock;
  }

  /** The model's; empty where no server tells it in time. Never fails. */
  public CompletableFuture<Optional<ModelMetadataResponse>> of(ServedModel model) {
    long now = nanoClock.getAsLong();
    Known known =
        byModel.compute(
            withoutAdapter(model),
            (key, before) ->
                before == null || before.isStale(now)
                    ? new Known(asked(key), now, before == null ? null : before.now())
                    : before);
    Optional<ModelMetadataResponse> told = known.now();
    return told != null
        ? CompletableFuture.completedFuture(told)
        : known
            .answer
            .copy()
            .completeOnTimeout(Optional.empty(), PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** The model has others than it told. */
  public void forget(ServedModel model) {
    byModel.remove(withoutAdapter(model));
  }

  /** Whoever asks first may be taken back; the answer is for all. */
  private CompletableFuture<Optional<ModelMetadataResponse>> asked(ServedModel model) {
    Context before = Context.ROOT.attach();
    try {
      return lookUp
          .apply(model)
          .handle((told, failure) -> failure == null ? Optional.of(told) : Optional.empty());
    } finally {
      Context.ROOT.detach(before);
    }
  }

  private static ServedModel withoutAdapter(ServedModel model) {
    return new ServedModel(model.name(), model.version(), "");
  }
}
