package dev.craftstream.triton.client;

import dev.craftstream.knowledge.Spending;
import io.grpc.Context;

/**
 * Where the cost of requests to a model is added up. Belongs to the gRPC context that they are made
 * in, so that whatever is asked on behalf of a question counts: attempts that gRPC makes again by
 * itself, and questions by which a server is tried.
 *
 * @param model the model; requests to others, such as an embedding model, do not count
 */
public record CostMeter(ServedModel model, Spending spending) {
  private static final Context.Key<CostMeter> KEY = Context.key("cost-meter");

  /** The context in which requests are counted; the current one where nobody counts. */
  public static Context context(ServedModel model, Spending spending) {
    return spending == null
        ? Context.current()
        : Context.current().withValue(KEY, new CostMeter(model, spending));
  }

  /** The same in a context that is given. */
  public static Context within(Context context, ServedModel model, Spending spending) {
    return context.withValue(KEY, new CostMeter(model, spending));
  }

  /** Where requests to the model are counted now; null where nobody counts. */
  public static Spending of(ServedModel model) {
    CostMeter meter = KEY.get();
    return meter != null && meter.model.equals(model) ? meter.spending : null;
  }
}
