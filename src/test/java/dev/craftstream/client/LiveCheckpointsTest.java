package dev.craftstream.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.ModelCheckpointEvent;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.v1.DeadLetter;
import org.junit.jupiter.api.Test;

class LiveCheckpointsTest {
  private static final long LETTERS_SINCE = 1_000;
  private static final long LONG_AGO = 10;
  private static final long LATELY = 2_000;

  private final LiveCheckpoints checkpoints = new LiveCheckpoints(LETTERS_SINCE);

  @Test
  void whatIsRefusedIsNotLive() {
    announce(1, "a", Role.INITIAL, "", LATELY);
    announce(2, "b", Role.INITIAL, "", LATELY);
    checkpoints.refuse(DeadLetter.newBuilder().setOffset(1).build());

    assertThat(live()).containsExactly("a");
    assertThat(checkpoints.modelTime()).isEqualTo(1);
  }

  @Test
  void whoseDeadLetterMayBeGoneIsLiveOnlyWhereItWasServed() {
    announce(1, "served", Role.INITIAL, "", LONG_AGO);
    announce(2, "served-r1", Role.REHEARSAL, "served", LONG_AGO);
    announce(3, "refused-for-its-model", Role.INITIAL, "", LONG_AGO);
    announce(4, "refused-for-its-base", Role.REHEARSAL, "refused-for-its-model", LATELY);
    checkpoints.served("served");
    checkpoints.served("served-r1");
    checkpoints.served("");

    assertThat(live()).containsExactly("served", "served-r1");
    assertThat(checkpoints.modelTime()).isEqualTo(2);
  }

  @Test
  void whatContradictsAnEarlierAnnouncementChangesNothingWithoutItsDeadLetterEither() {
    announce(1, "a", Role.INITIAL, "", LONG_AGO);
    announce(2, "b", Role.INITIAL, "", LONG_AGO);
    announce(3, "a", Role.TUNED, "b", LONG_AGO);
    retire(4, "c");
    checkpoints.served("a");
    checkpoints.served("b");

    assertThat(live()).containsExactly("a", "b");
    assertThat(checkpoints.all().get(0).role()).isEqualTo(Role.INITIAL);
    assertThat(checkpoints.modelTime()).isEqualTo(2);
  }

  @Test
  void whatIsAnnouncedAgainKeepsItsTimeAndWithItsBaseACheckpointGoes() {
    announce(1, "a", Role.INITIAL, "", LATELY);
    announce(2, "a-r1", Role.REHEARSAL, "a", LATELY);
    announce(3, "b", Role.INITIAL, "", LATELY);
    announce(4, "a", Role.INITIAL, "", LATELY);
    assertThat(live()).containsExactly("a", "a-r1", "b");

    retire(5, "a");

    assertThat(live()).containsExactly("b");
    assertThat(checkpoints.modelTime()).isEqualTo(5);
  }

  private Iterable<String> live() {
    return checkpoints.all().stream().map(ModelCheckpoint::id).toList();
  }

  private void announce(long modelTime, String id, Role role, String base, long writtenAt) {
    checkpoints.add(
        new ModelCheckpointEvent(
            id, modelTime, new ModelCheckpoint(id, modelTime, role, base, null), null),
        writtenAt);
  }

  private void retire(long modelTime, String id) {
    checkpoints.add(new ModelCheckpointEvent(id, modelTime, null, null), LATELY);
  }
}
