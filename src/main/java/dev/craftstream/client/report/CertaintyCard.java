package dev.craftstream.client.report;

import dev.craftstream.client.report.CuratedQuestion.Knowledge;
import dev.craftstream.method.statistics.CertaintyQuality;
import dev.craftstream.method.statistics.CertaintyQuality.Figures;
import dev.craftstream.method.statistics.QuestionBootstrap;
import dev.craftstream.method.statistics.QuestionBootstrap.Interval;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.knowledge.CertaintyKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * How much certainty tells of correctness under one model checkpoint, of the questions of one task
 * that were measured by one kind of certainty.
 *
 * @param role INITIAL or REHEARSAL
 */
record CertaintyCard(
    Role role, Task task, CertaintyKind kind, CertaintyQuality quality, Figures<Interval> figures) {

  static final QuestionBootstrap BOOTSTRAP = new QuestionBootstrap(1_000, 0.95, 1);

  /** A card each, by task, kind and role; none where nothing was measured. */
  static List<CertaintyCard> of(List<CuratedQuestion> questions) {
    List<CertaintyCard> cards = new ArrayList<>();
    for (Task task : Task.values()) {
      for (CertaintyKind kind : CertaintyKind.values()) {
        if (kind != CertaintyKind.NONE) {
          List<CuratedQuestion> its = questions.stream().filter(q -> q.task() == task).toList();
          add(cards, Role.INITIAL, task, kind, its, CuratedQuestion::initial);
          add(cards, Role.REHEARSAL, task, kind, its, CuratedQuestion::rehearsal);
        }
      }
    }
    return List.copyOf(cards);
  }

  private static void add(
      List<CertaintyCard> cards,
      Role role,
      Task task,
      CertaintyKind kind,
      List<CuratedQuestion> questions,
      Function<CuratedQuestion, Knowledge> under) {
    List<Knowledge> measured =
        questions.stream()
            .map(under)
            .filter(Objects::nonNull)
            .filter(knowledge -> knowledge.kind() == kind)
            .toList();
    if (!measured.isEmpty()) {
      CertaintyQuality quality =
          new CertaintyQuality(
              kind,
              measured.stream().mapToDouble(Knowledge::certainty).toArray(),
              measured.stream().mapToDouble(Knowledge::correctness).toArray());
      cards.add(new CertaintyCard(role, task, kind, quality, quality.figures(BOOTSTRAP)));
    }
  }
}
