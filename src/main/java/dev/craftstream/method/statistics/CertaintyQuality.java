package dev.craftstream.method.statistics;

import dev.craftstream.method.statistics.QuestionBootstrap.Interval;
import dev.craftstream.model.knowledge.CertaintyKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How much certainty tells of correctness, over questions that have both.
 *
 * <p>A question's correctness is a share: it counts as so much right and as the rest wrong. Where
 * questions are equally certain, their order is left to chance, and each figure is its mean over
 * all their orders; so no figure depends on the order in which the questions come. A figure that is
 * undefined is NaN.
 */
public final class CertaintyQuality {
  /** Of the calibration. */
  public static final int BINS = 10;

  private final double[] certainty;
  private final double[] correctness;
  private final double[] confidence;
  private final int[] byCorrectness;
  private final double[] harmonic;

  /**
   * @param areaUnderRoc AUROC: the probability that what is right is more certain than what is
   *     wrong, equals counting half; 0.5 is chance. NaN where all is right, or all wrong
   * @param averagePrecision AUPRC: the mean precision of what is at least so certain, weighted by
   *     the gain in recall; chance is the mean correctness. NaN where nothing is right
   * @param rejectionRatio PRR: how much of the area that the best order gains over chance certainty
   *     gains, where the least certain questions are rejected one after the other; 1 is the best
   *     order, 0 chance (Malinin and Gales, 2021). NaN where all are equally correct
   * @param riskCoverageArea AURC: the share that is wrong among the m most certain, in the mean
   *     over all m; less is better (Geifman and others, 2019)
   * @param calibrationError ECE: how far correctness lies from certainty read as a probability, in
   *     the mean over the questions of {@link #BINS} bins of one width (Guo and others, 2017)
   */
  public record Figures<T>(
      T areaUnderRoc,
      T averagePrecision,
      T rejectionRatio,
      T riskCoverageArea,
      T calibrationError) {}

  /**
   * A bin of the calibration.
   *
   * @param questions how many are in it
   * @param confidence their mean confidence
   * @param correctness their mean correctness
   */
  public record Bin(int questions, double confidence, double correctness) {}

  /**
   * @param kind how certainty was measured
   * @param certainty finite; higher is surer
   * @param correctness of the same questions, 0 to 1
   * @throws IllegalArgumentException where there are no questions, or a number is none
   */
  public CertaintyQuality(CertaintyKind kind, double[] certainty, double[] correctness) {
    int questions = certainty.length;
    for (int i = 0; i < questions; i++) {
      if (!Double.isFinite(certainty[i]) || !(correctness[i] >= 0 && correctness[i] <= 1)) {
        throw new IllegalArgumentException(
            "Certainty %s and correctness %s can't be compared."
                .formatted(certainty[i], correctness[i]));
      }
    }
    if (questions == 0) {
      throw new IllegalArgumentException("There are no questions.");
    }
    int[] order = descending(certainty);
    this.certainty = IntStream.of(order).mapToDouble(i -> certainty[i]).toArray();
    this.correctness = IntStream.of(order).mapToDouble(i -> correctness[i]).toArray();
    confidence = Arrays.stream(this.certainty).map(value -> confidence(kind, value)).toArray();
    byCorrectness = descending(this.correctness);
    harmonic = new double[questions + 1];
    for (int i = 1; i <= questions; i++) {
      harmonic[i] = harmonic[i - 1] + 1.0 / i;
    }
  }

  private static int[] descending(double[] values) {
    return IntStream.range(0, values.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer i) -> -values[i]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /**
   * Certainty read as a probability: a similarity as it is, but not below 0; minus an entropy as
   * the reciprocal of the number of equally probable answers that has this entropy.
   */
  public static double confidence(CertaintyKind kind, double certainty) {
    double probability =
        switch (kind) {
          case NONE, EMBEDDING_SIMILARITY -> certainty;
          case SEMANTIC_ENTROPY, OPTION_ENTROPY, NORMALIZED_OPTION_ENTROPY, CHOSEN_OPTION_ENTROPY ->
              Math.exp(certainty);
        };
    return Math.max(0, Math.min(1, probability));
  }

  public int questions() {
    return certainty.length;
  }

  /** The figures of all questions. */
  public Figures<Double> figures() {
    double[] values = measured(null);
    return new Figures<>(values[0], values[1], values[2], values[3], values[4]);
  }

  /** The same with intervals; resamples in which a figure is undefined are left out of its own. */
  public Figures<Interval> figures(QuestionBootstrap bootstrap) {
    List<Interval> intervals = bootstrap.ofAll(questions(), 5, this::measured);
    return new Figures<>(
        intervals.get(0), intervals.get(1), intervals.get(2), intervals.get(3), intervals.get(4));
  }

  /**
   * The share that is wrong among the {@code most} most certain questions, in the mean over all
   * orders of equals.
   *
   * @param most 1 to {@link #questions()}
   */
  public double risk(int most) {
    double wrong = 0;
    for (int from = 0; from < most; ) {
      int to = endOfEquals(certainty, from);
      double among = 0;
      for (int i = from; i < to; i++) {
        among += 1 - correctness[i];
      }
      wrong += among * (Math.min(to, most) - from) / (to - from);
      from = to;
    }
    return wrong / most;
  }

  /** The bins that have questions, from the least confident. */
  public List<Bin> calibration() {
    List<Bin> bins = new ArrayList<>();
    double[][] sums = bins(null);
    for (double[] bin : sums) {
      if (bin[0] > 0) {
        bins.add(new Bin((int) bin[0], bin[1] / bin[0], bin[2] / bin[0]));
      }
    }
    return bins;
  }

  // ---------------------------------------------------------------- figures of a resample

  /**
   * In the order of {@link Figures}.
   *
   * @param drawn places in the order of certainty, one as often as it counts; null: each once
   */
  private double[] measured(int[] drawn) {
    int[] times = times(drawn);
    double right = 0;
    long all = 0;
    for (int i = 0; i < times.length; i++) {
      right += times[i] * correctness[i];
      all += times[i];
    }
    double wrong = all - right;
    double pairs = 0;
    double precision = 0;
    double risk = 0;
    double rightBefore = 0;
    double wrongBefore = 0;
    long before = 0;
    for (int from = 0; from < times.length; ) {
      int to = endOfEquals(certainty, from);
      long count = 0;
      double rightHere = 0;
      for (int i = from; i < to; i++) {
        count += times[i];
        rightHere += times[i] * correctness[i];
      }
      from = to;
      if (count == 0) {
        continue;
      }
      double wrongHere = count - rightHere;
      pairs += rightHere * (wrong - wrongBefore - wrongHere / 2);
      risk += summedRisk(before, wrongBefore, count, wrongHere);
      before += count;
      rightBefore += rightHere;
      wrongBefore += wrongHere;
      precision += rightHere * rightBefore / before;
    }
    double byChance = wrong / all;
    double area = risk / all;
    double best = leastRisk(times) / all;
    return new double[] {
      isNone(right) || isNone(wrong) ? Double.NaN : pairs / (right * wrong),
      isNone(right) ? Double.NaN : precision / right,
      isNone(byChance - best) ? Double.NaN : (byChance - area) / (byChance - best),
      area,
      calibrationError(times, all)
    };
  }

  /** What additions leave of nothing is nothing. */
  private static boolean isNone(double amount) {
    return Math.abs(amount) < 1e-12;
  }

  /** The sum over m of the risk of the m first, where the least wrong come first. */
  private double leastRisk(int[] times) {
    double risk = 0;
    double wrongBefore = 0;
    long before = 0;
    for (int place : byCorrectness) {
      double wrong = times[place] * (1 - correctness[place]);
      risk += summedRisk(before, wrongBefore, times[place], wrong);
      before += times[place];
      wrongBefore += wrong;
    }
    return risk;
  }

  /**
   * The sum of (L + j l) / (n + j) for j from 1 to {@code count}, with l the mean of what is wrong
   * among them: of n that come before, L are wrong.
   */
  private double summedRisk(long n, double wrongBefore, long count, double wrong) {
    if (count == 0) {
      return 0;
    }
    double mean = wrong / count;
    double reciprocals = harmonic[(int) (n + count)] - harmonic[(int) n];
    return count * mean + (wrongBefore - mean * n) * reciprocals;
  }

  private double calibrationError(int[] times, long all) {
    double error = 0;
    for (double[] bin : bins(times)) {
      error += Math.abs(bin[2] - bin[1]);
    }
    return error / all;
  }

  /** Of each bin: how many questions, the sum of their confidence and of their correctness. */
  private double[][] bins(int[] times) {
    double[][] bins = new double[BINS][3];
    for (int i = 0; i < confidence.length; i++) {
      int count = times == null ? 1 : times[i];
      double[] bin = bins[bin(confidence[i])];
      bin[0] += count;
      bin[1] += count * confidence[i];
      bin[2] += count * correctness[i];
    }
    return bins;
  }

  /** Each bin has its upper bound, and the first its lower one, too. */
  private static int bin(double value) {
    int bin = 0;
    while (bin < BINS - 1 && value > (bin + 1) / (double) BINS) {
      bin++;
    }
    return bin;
  }

  private int[] times(int[] drawn) {
    int[] times = new int[certainty.length];
    if (drawn == null) {
      Arrays.fill(times, 1);
    } else {
      for (int place : drawn) {
        times[place]++;
      }
    }
    return times;
  }

  private static int endOfEquals(double[] sorted, int from) {
    int to = from + 1;
    while (to < sorted.length && sorted[to] == sorted[from]) {
      to++;
    }
    return to;
  }
}
