package dev.craftstream.admission;

import java.io.IOException;
import java.io.Serializable;

/** What has to be so before a job that starts without state lets its first announcement through. */
@FunctionalInterface
public interface StartCondition extends Serializable {

  /** Where a job may always start anew. */
  StartCondition NONE = () -> {};

  /**
   * Looks once, and may take seconds.
   *
   * @throws StartRefusedException where the job must not start
   * @throws IOException where that can't be found out now, with a sentence
   */
  void require() throws IOException;
}
