package dev.craftstream.client.exchange;

import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.Label;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * A dataset as it is written for a trainer.
 *
 * @param manifest what closed it
 * @param rows in the order in which they are written; a question stands there as often as it has
 *     copies
 * @param changes what is in the rows that is not in the manifest
 */
public record ExportedDataset(DatasetManifest manifest, List<DatasetRecord> rows, Changes changes) {

  /** Questions whose newest record has such a mark. */
  public record Changes(long added, long changed, long removed) {
    public static final Changes NONE = new Changes(0, 0, 0);

    boolean any() {
      return added + changed + removed > 0;
    }
  }

  /** In the order of the questions' ids. */
  static ExportedDataset of(
      DatasetManifest manifest, Collection<DatasetRecord> records, Changes changes) {
    List<DatasetRecord> rows = new ArrayList<>();
    records.stream()
        .sorted(Comparator.comparing(DatasetRecord::getQuestionId))
        .forEach(
            record -> rows.addAll(Collections.nCopies(Math.max(1, record.getCopies()), record)));
    return new ExportedDataset(manifest, List.copyOf(rows), changes);
  }

  /** The same in a random order, which the seed decides. */
  public ExportedDataset shuffled(long seed) {
    List<DatasetRecord> shuffled = new ArrayList<>(rows);
    Collections.shuffle(shuffled, new Random(seed));
    return new ExportedDataset(manifest, List.copyOf(shuffled), changes);
  }

  /** How many rows have this label. */
  public long count(Label label) {
    return rows.stream().filter(row -> row.getLabel() == label).count();
  }
}
