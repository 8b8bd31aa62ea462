package dev.craftstream.method.statistics;

import static dev.craftstream.model.knowledge.Verdict.CORRECT;
import static dev.craftstream.model.knowledge.Verdict.REFUSED;
import static dev.craftstream.model.knowledge.Verdict.WRONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.craftstream.model.knowledge.Verdict;
import org.junit.jupiter.api.Test;

class AgreementTest {
  private final Agreement<Verdict> agreement = new Agreement<>(Verdict.class);

  @Test
  void kappaIsThatOfScikitLearn() {
    // By cohen_kappa_score of scikit-learn 1.9.1, of the same 60 pairs.
    agreement.add(CORRECT, CORRECT, 20);
    agreement.add(CORRECT, WRONG, 5);
    agreement.add(CORRECT, REFUSED, 1);
    agreement.add(WRONG, CORRECT, 3);
    agreement.add(WRONG, WRONG, 15);
    agreement.add(WRONG, REFUSED, 4);
    agreement.add(REFUSED, CORRECT, 2);
    agreement.add(REFUSED, WRONG, 2);
    agreement.add(REFUSED, REFUSED, 8);

    assertThat(agreement.total()).isEqualTo(60);
    assertThat(agreement.agreed()).isEqualTo(43);
    assertThat(agreement.share()).hasValueCloseTo(43 / 60.0, within(1e-12));
    assertThat(agreement.kappa()).hasValueCloseTo(0.5584415584415585, within(1e-12));
  }

  @Test
  void kappaIsBelowZeroWhereTheyAgreeLessThanByChance() {
    agreement.add(CORRECT, WRONG, 3);
    agreement.add(WRONG, CORRECT, 3);

    assertThat(agreement.share()).hasValue(0);
    assertThat(agreement.kappa()).hasValue(-1);
  }

  @Test
  void ofNothingThereIsNoShare() {
    assertThat(agreement.share()).isEmpty();
    assertThat(agreement.kappa()).isEmpty();
  }

  @Test
  void whereAllIsInOneClassThereIsNoKappa() {
    agreement.add(CORRECT, CORRECT, 7);

    assertThat(agreement.share()).hasValue(1);
    assertThat(agreement.kappa()).isEmpty();
  }
}
