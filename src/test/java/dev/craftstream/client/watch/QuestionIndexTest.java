package dev.craftstream.client.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.client.RecordPlace;
import dev.craftstream.model.Origin;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.Task;
import dev.craftstream.topics.kafka.Topics;
import dev.craftstream.v1.DeadLetter;
import dev.craftstream.v1.Instruction;
import dev.craftstream.v1.KnowledgeRecord;
import java.util.List;
import org.junit.jupiter.api.Test;

class QuestionIndexTest {
  private static final long ROOM = 64 << 20;

  private final Topics topics = new Topics("");
  private QuestionIndex index = new QuestionIndex(topics, ROOM);
  private long offset;

  @Test
  void aQuestionIsFoundByItsIdAndByPartsOfItsWordsInAnyOrderAndCase() {
    question("river-1", "Which river flows through Paris?");
    question("river-2", "Which river is the longest?");
    question("ÄRGER", "Was ist Ärger auf Griechisch: ΘΥΜΌΣ?");

    assertThat(found("river-1")).containsExactly("river-1");
    assertThat(found("RIVER")).containsExactly("river-1", "river-2");
    assertThat(found("paris flow WHICH")).containsExactly("river-1");
    assertThat(found("ärger")).containsExactly("ÄRGER");
    assertThat(found("θυμό")).containsExactly("ÄRGER");
    assertThat(found("A\u0308rger")).as("another spelling of the same").containsExactly("ÄRGER");
    assertThat(found("paris longest")).isEmpty();
    assertThat(found("")).isEmpty();
    assertThat(found("  \n ")).isEmpty();
  }

  @Test
  void theNewestContentIsFoundAndOfARemovedQuestionNothing() {
    question("q", "Who was it?");
    question("q", "When was it?");
    assertThat(found("who")).isEmpty();
    assertThat(found("when")).containsExactly("q");

    begin(topics.questions(), 3);
    index.add(new QuestionEvent("q", null, new Origin("", 0, 0)));

    assertThat(found("q")).isEmpty();
    assertThat(index.places("q")).isEmpty();
    question("q", "Who was it?");
    assertThat(found("who")).containsExactly("q");
    assertThat(index.places("q")).hasSize(1);
  }

  @Test
  void placesAreThoseOfAllRecordsOnAQuestionTheNewestFirst() {
    question("q", "Who?");
    begin(topics.knowledge(), 5_000_000_000L);
    index.add(KnowledgeRecord.newBuilder().setQuestionId("q").build());
    begin(topics.instructions(), 7);
    index.add(Instruction.newBuilder().setQuestionId("q").build());
    begin(topics.deadLetters(), 8);
    index.add(DeadLetter.newBuilder().setQuestionId("q").build(), 1);
    begin(topics.deadLetters(), 9);
    index.add(DeadLetter.newBuilder().build(), 1);

    assertThat(index.places("q"))
        .containsExactly(
            new RecordPlace(topics.deadLetters(), 3, 8, 0),
            new RecordPlace(topics.instructions(), 3, 7, 0),
            new RecordPlace(topics.knowledge(), 3, 5_000_000_000L, 0),
            new RecordPlace(topics.questions(), 3, 0, 0));
    assertThat(index.content("q")).contains(new RecordPlace(topics.questions(), 3, 0, 0));
    assertThat(index.places("other")).isEmpty();
  }

  @Test
  void atItsCeilingItTakesNoMoreAndSaysSo() {
    index = new QuestionIndex(topics, 3 << 20);
    for (int i = 0; i < 60_000; i++) {
      question("q" + i, "What is the number of this question, which is as long as most are? " + i);
    }

    QuestionIndex.Fill fill = index.fill();
    assertThat(fill.bytes()).isBetween(3L << 20, (3L << 20) + (1 << 20) + 200);
    assertThat(fill.leftOut()).isGreaterThan(10_000);
    assertThat(found("q0 number")).isNotEmpty();
    assertThat(found("q59999")).isEmpty();
  }

  @Test
  void whatIsReplacedAgainAndAgainTakesNoMoreRoom() {
    for (int round = 0; round < 40; round++) {
      for (int i = 0; i < 2_000; i++) {
        question("q" + i, "Round r" + round + "r of a question that is changed very often, " + i);
      }
    }

    long texts = index.fill().bytes() - 12L * 80_000 - 36L * 2_000;
    assertThat(texts).isLessThan(2 << 20);
    assertThat(index.find("r39r", 5).matches()).isEqualTo(2_000);
    assertThat(found("r38r")).isEmpty();
    assertThat(found("q1999")).containsExactly("q1999");
  }

  @Test
  void whatIsTheSameTakesNoRoomAndLongTextsAreCut() {
    question("q", "x".repeat(5_000) + " end");
    question("r", "Ω".repeat(5_000));

    assertThat(found("xxxx")).containsExactly("q");
    assertThat(found("end")).isEmpty();
    assertThat(found("ωωω")).containsExactly("r");
  }

  private List<String> found(String query) {
    return index.find(query, 10).ids();
  }

  private void question(String id, String text) {
    begin(topics.questions(), offset++);
    index.add(
        new QuestionEvent(
            id,
            new Question(
                id,
                Task.OPEN_ENDED,
                Purpose.TRAIN,
                text,
                "answer",
                List.of(),
                List.of(),
                "",
                List.of()),
            new Origin("", 0, 0)));
  }

  private void begin(String topic, long at) {
    index.begin(new RecordPlace(topic, 3, at, 0));
  }
}
