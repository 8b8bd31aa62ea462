package dev.craftstream.triton.doctor;

import dev.craftstream.triton.doctor.Finding.Verdict;
import java.util.List;

/**
 * All that was found.
 *
 * @param model the model as people read it
 * @param contract how it was asked
 * @param servers where it is served
 * @param well whether there is no fault
 * @param findings one or more for each check, in their order
 * @param rates one for each number of questions in flight; empty where they were left out
 * @param load what to make of the rates; null where there are none
 */
public record Diagnosis(
    String model,
    String contract,
    String servers,
    boolean well,
    List<Finding> findings,
    List<Rate> rates,
    LoadAdvice load) {

  static boolean well(List<Finding> findings) {
    return findings.stream().noneMatch(finding -> finding.verdict() == Verdict.FAULT);
  }
}
