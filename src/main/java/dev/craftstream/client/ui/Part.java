package dev.craftstream.client.ui;

import dev.craftstream.client.watch.Watch;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * A part of the page, which is shown anew where what it tells has changed.
 *
 * @param everySeconds how often at most
 * @param version changes where the part does
 */
record Part(String name, int everySeconds, ToLongFunction<View> version) {
  private static final int PICTURE = 3;

  /** All of them, in the order of the page. */
  static final List<Part> ALL =
      List.of(
          new Part("state", 1, Part::state),
          new Part("figures", 1, on(Watch.Topic.values())),
          new Part("checkpoints", 2, on(Watch.Topic.CHECKPOINTS, Watch.Topic.KNOWLEDGE)),
          new Part("sweeps", 1, Part::sweeps),
          new Part("answers", PICTURE, on(Watch.Topic.KNOWLEDGE)),
          new Part("planes", PICTURE, Part::planes),
          new Part("flows", PICTURE, Part::planes),
          new Part("labels", 2, on(Watch.Topic.LABELS)),
          new Part("label-history", PICTURE, on(Watch.Topic.LABELS)),
          new Part("datasets", 2, on(Watch.Topic.DATASETS)),
          new Part("evaluations", 2, on(Watch.Topic.EVALUATIONS)),
          new Part("dead-letters", 2, on(Watch.Topic.DEAD_LETTERS)),
          new Part("servers", 1, Part::servers));

  private static ToLongFunction<View> on(Watch.Topic... topics) {
    return view -> view.watch().changes(topics);
  }

  private static long state(View view) {
    var position = view.position().get();
    return position.hashCode();
  }

  private static long planes(View view) {
    return view.watch()
        .changes(
            Watch.Topic.KNOWLEDGE,
            Watch.Topic.LABELS,
            Watch.Topic.QUESTIONS,
            Watch.Topic.DATASETS,
            Watch.Topic.CHECKPOINTS);
  }

  /** Rates and the time left change while nothing comes, too. */
  private static long sweeps(View view) {
    long changes =
        view.watch().changes(Watch.Topic.KNOWLEDGE, Watch.Topic.QUESTIONS, Watch.Topic.CHECKPOINTS);
    return changes * 1_000 + view.clock().millis() / 10_000 % 1_000;
  }

  private static long servers(View view) {
    return sweeps(view) * 31
        + (view.flink() == null ? 0 : view.flink().get().hashCode())
        + view.position().get().troubleSince();
  }
}
