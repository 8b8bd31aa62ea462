package dev.craftstream.client.watch;

import dev.craftstream.v1.DatasetManifest;

/**
 * A dataset or rehearsal set, with its manifest.
 *
 * @param base how many records of MARK_BASE have come
 * @param later how many have come since
 */
public record ClosedDataset(DatasetManifest manifest, long base, long later) {}
