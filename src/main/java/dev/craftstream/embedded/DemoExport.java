package dev.craftstream.embedded;

import dev.craftstream.client.DatasetTopics;
import dev.craftstream.client.RunLedger;
import dev.craftstream.client.exchange.ExportFolder;
import dev.craftstream.client.exchange.ExportFormat;
import dev.craftstream.client.exchange.ExportedDataset;
import dev.craftstream.client.exchange.RowStyle;
import dev.craftstream.config.CurationSettings;
import dev.craftstream.v1.DatasetKind;
import dev.craftstream.v1.DatasetManifest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Exports the datasets of an embedded run. */
final class DemoExport {
  private static final Logger LOG = LoggerFactory.getLogger(DemoExport.class);

  private DemoExport() {}

  /** A dataset in its folder. */
  record Exported(String id, Path folder) {}

  /** The job's own strategy's datasets and the rehearsal sets, as chat messages. */
  static List<Exported> run(
      CurationSettings settings, RunLedger committed, WorkFolder work, Duration timeout)
      throws IOException {
    List<Exported> exported = new ArrayList<>();
    for (DatasetManifest manifest : new TreeMap<>(committed.manifests()).values()) {
      boolean wanted =
          manifest.getKind() == DatasetKind.DATASET_KIND_REHEARSAL
              || manifest.getStrategy().equals(settings.strategy().name());
      if (wanted && manifest.getComplete()) {
        String id = manifest.getDatasetId();
        Path folder = work.export().resolve(id);
        ExportedDataset dataset =
            new DatasetTopics(settings.kafka())
                .collect(id, timeout, true, progress -> {})
                .asOfManifest();
        var files =
            new ExportFolder(folder)
                .write(
                    dataset, ExportFormat.CHAT, RowStyle.messages(""), OptionalLong.empty(), false);
        LOG.info("Exported {}: {}", id, files);
        exported.add(new Exported(id, folder));
      }
    }
    return exported;
  }
}
