package dev.craftstream.triton.doctor;

/**
 * What one check has found.
 *
 * @param check what was looked at, such as {@code seeds}
 * @param verdict how it is
 * @param found a sentence on what was seen
 * @param advice a sentence on what to do; empty where nothing is to be done
 */
public record Finding(String check, Verdict verdict, String found, String advice) {

  /** How something is. */
  public enum Verdict {
    /** As it should be. */
    WELL,
    /** The job works with it; one should know. */
    REMARK,
    /** What the job would make of it is wrong, or nothing at all. */
    FAULT,
    /** Something else has to be mended first. */
    NOT_CHECKED
  }

  static Finding well(String check, String found) {
    return new Finding(check, Verdict.WELL, found, "");
  }

  static Finding remark(String check, String found, String advice) {
    return new Finding(check, Verdict.REMARK, found, advice);
  }

  static Finding fault(String check, String found, String advice) {
    return new Finding(check, Verdict.FAULT, found, advice);
  }

  static Finding notChecked(String check, String found) {
    return new Finding(check, Verdict.NOT_CHECKED, found, "");
  }
}
