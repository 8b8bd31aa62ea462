package dev.craftstream.client.exchange;

import static dev.craftstream.client.exchange.DatasetSamples.base;
import static dev.craftstream.client.exchange.DatasetSamples.later;
import static dev.craftstream.client.exchange.DatasetSamples.manifest;
import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.Mark;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class CollectedDatasetTest {
  private final CollectedDataset dataset = new CollectedDataset(DatasetSamples.ID);

  @Test
  void itIsCompleteWhenTheManifestAndAllThatItCountsAreRead() {
    dataset.add(base().get(0));
    dataset.add(base().get(0));
    dataset.add(base().get(1));
    dataset.manifest(manifest());
    assertThat(dataset.isComplete()).isFalse();

    dataset.add(base().get(2));

    assertThat(dataset.isComplete()).isTrue();
    dataset.manifest(null);
    assertThat(dataset.isComplete()).isFalse();
    assertThat(dataset.manifestRemoved()).isTrue();
  }

  @Test
  void copiesStandThereOftenAndTheOrderIsThatOfTheIds() {
    base().forEach(dataset::add);
    later().forEach(dataset::add);

    assertThat(ids(dataset.asOfManifest())).containsExactly("a", "b", "b", "c");
    assertThat(ids(dataset.asOfNow())).containsExactly("b", "b", "c", "d");
    assertThat(dataset.asOfManifest().rows().get(1).getResponse()).isEqualTo("The answer b");
    assertThat(dataset.asOfNow().rows().get(1).getResponse()).isEqualTo("Changed");
    assertThat(dataset.asOfNow().changes()).isEqualTo(new ExportedDataset.Changes(1, 1, 1));
  }

  @Test
  void recordsThatAFailureHadWrittenTwiceChangeNothing() {
    dataset.manifest(manifest());
    base().forEach(dataset::add);
    later().forEach(dataset::add);
    List<DatasetRecord> rows = dataset.asOfNow().rows();

    base().forEach(dataset::add);
    later().forEach(dataset::add);

    assertThat(dataset.asOfNow().rows()).isEqualTo(rows);
    assertThat(dataset.isMixed()).isFalse();
  }

  @Test
  void aQuestionThatWasRemovedAndCameBackIsInItWhateverItsRevision() {
    dataset.manifest(manifest());
    base().forEach(dataset::add);
    later().forEach(dataset::add);

    dataset.add(base().get(2).toBuilder().setMark(Mark.MARK_ADDED).setResponse("Back").build());

    assertThat(ids(dataset.asOfNow())).containsExactly("a", "b", "b", "c", "d");
    assertThat(dataset.asOfNow().rows().get(0).getResponse()).isEqualTo("Back");
  }

  @Test
  void whatARunWithoutItsStateWritesUnderTheSameIdReplacesWhatWasThere() {
    dataset.manifest(manifest());
    base().forEach(dataset::add);
    later().forEach(dataset::add);

    base().forEach(record -> dataset.add(record.toBuilder().setResponse("Of the new run").build()));

    assertThat(dataset.asOfManifest().rows())
        .allMatch(row -> row.getResponse().equals("Of the new run"));
    assertThat(dataset.asOfNow().rows())
        .filteredOn(row -> !row.getQuestionId().equals("d"))
        .allMatch(row -> row.getResponse().equals("Of the new run"));
    assertThat(dataset.isMixed()).isFalse();
  }

  @Test
  void moreQuestionsThanTheManifestCountsAreOfTwoRuns() {
    dataset.manifest(manifest());
    base().forEach(dataset::add);
    assertThat(dataset.isMixed()).isFalse();

    dataset.add(base().get(0).toBuilder().setQuestionId("e").build());

    assertThat(dataset.isMixed()).isTrue();
  }

  @Test
  void whereCompactionLeftTheNewestRecordsAloneItIsCompleteAsOfNowOnly() {
    dataset.manifest(manifest());
    dataset.add(base().get(0));
    assertThat(dataset.isCompleteButForReplaced()).isFalse();

    later().forEach(dataset::add);

    assertThat(dataset.isComplete()).isFalse();
    assertThat(dataset.isCompleteButForReplaced()).isTrue();
    assertThat(ids(dataset.asOfNow())).containsExactly("b", "b", "c", "d");
  }

  @Test
  void theSameSeedShufflesTheSameWay() {
    dataset.manifest(manifest());
    base().forEach(dataset::add);
    ExportedDataset ordered = dataset.asOfManifest();

    assertThat(ordered.shuffled(3)).isEqualTo(ordered.shuffled(3));
    assertThat(ordered.shuffled(3).rows()).containsExactlyInAnyOrderElementsOf(ordered.rows());
    assertThat(LongStream.range(0, 10).mapToObj(ordered::shuffled).distinct().count())
        .isGreaterThan(1);
  }

  private static List<String> ids(ExportedDataset dataset) {
    return dataset.rows().stream().map(DatasetRecord::getQuestionId).toList();
  }
}
