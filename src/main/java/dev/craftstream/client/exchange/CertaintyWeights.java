package dev.craftstream.client.exchange;

import dev.craftstream.v1.CertaintyKind;
import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.Label;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Weights of rows by certainty: of ANSWER rows the most certain weigh most, of REFUSAL rows the
 * least certain, which is the order in which CRAFT takes them (paper, section 3.2).
 *
 * <p>A row weighs twice the share of its label's rows that fit no better than it does, where a row
 * as certain as it, itself included, counts half: above 0 and below 2, with a mean of 1 over either
 * label. So the sum of the loss and the labels' balance stay what they are, and kinds of certainty
 * with other scales give the same weights.
 */
final class CertaintyWeights {
  private CertaintyWeights() {}

  /**
   * The weights of a dataset's rows, in their order.
   *
   * @throws IOException with a sentence, where no certainty was measured or certainties of several
   *     kinds can't be compared
   */
  static double[] of(ExportedDataset dataset) throws IOException {
    List<DatasetRecord> rows = dataset.rows();
    check(dataset.manifest().getDatasetId(), rows);
    double[] weights = new double[rows.size()];
    for (Label label : new Label[] {Label.LABEL_ANSWER, Label.LABEL_REFUSAL}) {
      List<Integer> ranked = new ArrayList<>();
      IntStream.range(0, rows.size())
          .filter(i -> rows.get(i).getLabel() == label)
          .forEach(ranked::add);
      ranked.sort((a, b) -> Double.compare(fit(rows.get(a)), fit(rows.get(b))));
      weigh(rows, ranked, weights);
    }
    return weights;
  }

  private static void weigh(List<DatasetRecord> rows, List<Integer> ranked, double[] weights) {
    int from = 0;
    while (from < ranked.size()) {
      int to = from + 1;
      while (to < ranked.size()
          && fit(rows.get(ranked.get(to))) == fit(rows.get(ranked.get(from)))) {
        to++;
      }
      for (int i = from; i < to; i++) {
        weights[ranked.get(i)] = (from + to) / (double) ranked.size();
      }
      from = to;
    }
  }

  /** Higher is better. */
  private static double fit(DatasetRecord row) {
    double certainty = row.getBasis().getInitialCertainty();
    // + 0.0 turns -0.0 into 0.0.
    return (row.getLabel() == Label.LABEL_REFUSAL ? -certainty : certainty) + 0.0;
  }

  private static void check(String id, List<DatasetRecord> rows) throws IOException {
    List<CertaintyKind> kinds =
        rows.stream().map(row -> row.getBasis().getCertaintyKind()).distinct().toList();
    if (kinds.contains(CertaintyKind.CERTAINTY_KIND_NONE)) {
      throw new IOException(
          "Rows of %s have no certainty that they could be weighed by; leave out --weights."
              .formatted(id));
    }
    if (kinds.size() > 1) {
      throw new IOException(
          "The certainties in %s are of several kinds (%s), which can't be compared; leave out --weights."
              .formatted(id, String.join(", ", kinds.stream().map(Names::constant).toList())));
    }
  }
}
