package dev.craftstream.embedded.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.craftstream.model.dataset.Request;
import dev.craftstream.model.label.FlowRule;
import dev.craftstream.model.label.Strategy;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArmTest {

  @Test
  void thePapersFiveComeFirst() {
    assertThat(Arm.ALL.stream().filter(Arm::isOfThePaper).map(Arm::strategy))
        .containsExactly(Strategy.values());
    assertThat(Arm.ALL.subList(0, 5)).allMatch(Arm::isOfThePaper);
  }

  /** The trainer tells them apart by what their requests' ids begin with. */
  @Test
  void noRequestBeginsWithAnothersId() {
    for (Arm arm : Arm.ALL) {
      assertThat(Arm.ALL)
          .filteredOn(other -> other.requestId().startsWith(arm.requestId()))
          .containsExactly(arm);
    }
  }

  @Test
  void aRequestNamesStrategyRuleAndPair() {
    Arm surely = Arm.named(List.of("craft-rises-surely")).get(0);
    Request request = surely.request("i", "r", "n");
    assertThat(request.strategy()).isEqualTo(Strategy.CRAFT);
    assertThat(request.rehearsalId()).isEqualTo("r");
    assertThat(request.changes())
        .singleElement()
        .extracting(Request.Changes::flowRule)
        .isEqualTo(FlowRule.RISES_SURELY);
    assertThat(surely.datasetId()).isEqualTo("craft-rises-surely.arm/craft-open-ended");
    assertThat(surely.checkpointId(2)).isEqualTo("tuned-craft-rises-surely-s2");
  }

  @Test
  void oneOfSureLabelsAsksForItsBounds() {
    Arm sure = Arm.named(List.of("cor-rait-sure")).get(0);
    assertThat(sure.request("i", "r", "n").changes())
        .singleElement()
        .extracting(Request.Changes::answerFrom, Request.Changes::refusalBound)
        .containsExactly(0.7, 0.0);
    assertThat(sure.title()).isEqualTo("COR_RAIT, ANSWER from 0.7 and REFUSAL to 0.0");
    assertThat(sure.isOfThePaper()).isFalse();
  }

  @Test
  void oneOfAnotherRatioHasAsManyQuestions() {
    assertThat(Arm.ALL)
        .filteredOn(arm -> arm.bounds().answers() != null)
        .hasSize(2)
        .allMatch(arm -> arm.bounds().answers() + arm.bounds().refusals() == 240);
  }

  @Test
  void theControlRestsOnTheNullFlow() {
    assertThat(Arm.ALL).filteredOn(Arm::ofNullFlow).hasSize(1);
    Arm control = Arm.ALL.get(Arm.ALL.size() - 1);
    assertThat(control.request("i", "r", "n").rehearsalId()).isEqualTo("n");
  }

  @Test
  void aNameThatThereIsNoneOfIsNamed() {
    assertThatThrownBy(() -> Arm.named(List.of("craft", "kraft")))
        .hasMessageContaining("kraft")
        .hasMessageContaining("corcer-rait");
  }
}
