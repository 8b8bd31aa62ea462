package dev.craftstream.method;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SeedsTest {

  /**
   * Reckoned with another SHA-256: {@code int.from_bytes(sha256(b"\0\0\0\2q1" b"\0\0\0\1"
   * b"\0\0\0\6base-1" b"\0\0\0\0").digest()[:8]) & (2**63 - 1)}.
   */
  @Test
  void theSeedsOfAQuestionNeverChange() {
    assertThat(Seeds.seed("q1", 1, "base-1", 0)).isEqualTo(6646331514409296164L);
    assertThat(Seeds.seed("q1", 1, "base-1", 9)).isEqualTo(4033315183737222682L);
    assertThat(Seeds.seed("fr\u00e5ga", 3, "base-1", 0)).isEqualTo(7178321954132987013L);
  }

  @Test
  void everyPartOfTheInputCounts() {
    Set<Long> seeds = new HashSet<>();
    seeds.add(Seeds.seed("q1", 1, "base", 0));
    seeds.add(Seeds.seed("q2", 1, "base", 0));
    seeds.add(Seeds.seed("q1", 2, "base", 0));
    seeds.add(Seeds.seed("q1", 1, "bas", 0));
    seeds.add(Seeds.seed("q1", 1, "base", 1));
    assertThat(seeds).hasSize(5);
  }

  @Test
  void whereOneIdEndsAndTheNextStartsCounts() {
    assertThat(Seeds.seed("ab", 1, "c", 0)).isNotEqualTo(Seeds.seed("a", 1, "bc", 0));
    assertThat(Seeds.seed("q", 11, "c", 0)).isNotEqualTo(Seeds.seed("q1", 1, "c", 0));
  }

  @Test
  void aSeedIsNeverNegative() {
    for (int sample = 0; sample < 1000; sample++) {
      assertThat(Seeds.seed("q", 1, "base", sample)).isNotNegative();
    }
  }
}
