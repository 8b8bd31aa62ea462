package dev.craftstream.model.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class EmbeddingPrecisionTest {

  @Test
  void givenEachHalf_whenReadAndWritten_thenItIsTheSame() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      double value = HalfPrecision.value((short) bits);
      if (!Double.isNaN(value)) {
        assertThat(HalfPrecision.of(value)).as("%04x", bits).isEqualTo((short) bits);
      }
    }
  }

  @Test
  void givenSomeKnownHalves_whenRead_thenTheyAreTheNumbersOfTheStandard() {
    assertThat(HalfPrecision.value((short) 0x3c00)).isEqualTo(1);
    assertThat(HalfPrecision.value((short) 0xc000)).isEqualTo(-2);
    assertThat(HalfPrecision.value((short) 0x7bff)).isEqualTo(65_504);
    assertThat(HalfPrecision.value((short) 0x0400)).isEqualTo(0x1p-14);
    assertThat(HalfPrecision.value((short) 0x0001)).isEqualTo(0x1p-24);
    assertThat(HalfPrecision.value((short) 0x3555)).isEqualTo(0.333251953125);
    assertThat(HalfPrecision.value((short) 0x7c00)).isEqualTo(Double.POSITIVE_INFINITY);
  }

  @Test
  void givenAnyNumber_whenWritten_thenItIsTheNearestHalf() {
    TreeMap<Double, Short> halves = new TreeMap<>();
    for (int bits = 0; bits < 0x7c00; bits++) {
      halves.put(HalfPrecision.value((short) bits), (short) bits);
    }
    Random random = new Random(7);
    for (int i = 0; i < 100_000; i++) {
      double value = Math.scalb(random.nextDouble(), random.nextInt(42) - 26);
      double below = halves.floorKey(value);
      Double above = halves.ceilingKey(value);
      double written = HalfPrecision.value(HalfPrecision.of(value));
      double nearest = above == null || value - below < above - value ? below : above;
      assertThat(Math.abs(written - value)).as("%s", value).isEqualTo(Math.abs(nearest - value));
    }
    // Halfway, to the even one.
    assertThat(HalfPrecision.of(1 + 0x1p-11)).isEqualTo((short) 0x3c00);
    assertThat(HalfPrecision.of(1 + 3 * 0x1p-11)).isEqualTo((short) 0x3c02);
    assertThat(HalfPrecision.of(-0.0)).isEqualTo((short) 0x8000);
  }

  @Test
  void givenAVectorBeyondHalves_whenWritten_thenItIsScaledByAPowerOfTwo() {
    double[] large = EmbeddingPrecision.FP16.decode(encoded(300_000, -100_000, 0));
    assertThat(large[0] / large[1]).isEqualTo(-3, within(2e-3));
    assertThat(large[0]).isEqualTo(300_000 / 262_144.0, within(1e-3));
    double[] small = EmbeddingPrecision.FP16.decode(encoded(3e-9, 1e-9));
    assertThat(small[0] / small[1]).isEqualTo(3, within(4e-3));
    assertThat(EmbeddingPrecision.FP16.decode(encoded(0, 0))).containsExactly(0, 0);
  }

  private static byte[] encoded(double... vector) {
    return EmbeddingPrecision.FP16.encode(vector);
  }

  @Test
  void givenNumbersOfSinglePrecision_whenWrittenInIt_thenTheyAreTheSame() {
    double[] vector = {(float) 0.1, -3e20f, Float.MIN_VALUE, 0};
    byte[] bytes = EmbeddingPrecision.FP32.encode(vector);
    assertThat(bytes).hasSize(16);
    assertThat(EmbeddingPrecision.FP32.decode(bytes)).containsExactly(vector);
  }

  @Test
  void givenBytesThatAreNoWholeNumbers_whenRead_thenASentenceSaysSo() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EmbeddingPrecision.FP16.decode(new byte[3]))
        .withMessage("An embedding has 3 bytes, which is no multiple of 2.");
  }
}
