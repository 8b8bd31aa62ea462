package dev.craftstream.bench.micro;

import dev.craftstream.method.judging.Judge;
import dev.craftstream.method.judging.JudgingRules;
import dev.craftstream.method.judging.Refusals;
import dev.craftstream.model.knowledge.CorrectnessRule;
import dev.craftstream.model.knowledge.Verdict;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Ten samples of a question. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class JudgingBenchmark {
  /** Rules of correctness. */
  @Param({"SUBSTRING", "NORMALIZED_SUBSTRING", "WORDS"})
  public CorrectnessRule rule;

  private Judge judge;

  @Setup
  public void prepare() {
    judge = new Judge(new JudgingRules(rule, List.of()));
  }

  @Benchmark
  public List<Verdict> judge() {
    return judge.verdicts(Made.QUESTION, Made.ANSWERS);
  }

  /** What does not depend on a rule. */
  @State(Scope.Thread)
  @BenchmarkMode(Mode.AverageTime)
  @OutputTimeUnit(TimeUnit.NANOSECONDS)
  public static class Refusal {
    @Benchmark
    public int refusals() {
      int refusals = 0;
      for (String answer : Made.ANSWERS) {
        refusals += Refusals.STANDARD.isRefusal(answer) ? 1 : 0;
      }
      return refusals;
    }
  }
}
