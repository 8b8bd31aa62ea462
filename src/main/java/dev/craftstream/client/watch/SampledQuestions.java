package dev.craftstream.client.watch;

import dev.craftstream.client.RecordHandler;
import dev.craftstream.client.RunLedger;
import dev.craftstream.method.Seeds;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.v1.DeadLetter;
import dev.craftstream.v1.Instruction;
import dev.craftstream.v1.KnowledgeRecord;
import java.util.List;
import java.util.TreeMap;

/**
 * All that became of a random sample of the questions to train on, in whatever order the topics are
 * read. A question's place in a random order decides; a better one takes the place of the last.
 */
final class SampledQuestions implements RecordHandler {
  private static final long SEED = 1;

  private final int most;
  private final TreeMap<Long, String> sample = new TreeMap<>(Long::compareUnsigned);
  private final RunLedger ledger = new RunLedger(List.of(), dataset -> false);

  SampledQuestions(int most) {
    this.most = most;
  }

  /** What became of them. */
  RunLedger ledger() {
    return ledger;
  }

  @Override
  public void add(QuestionEvent event) {
    if (event.question() == null || event.question().purpose() != Purpose.TRAIN) {
      sample.remove(Seeds.order(SEED, event.questionId()));
      ledger.forget(event.questionId());
    } else if (takes(event.questionId())) {
      ledger.follow(event.question());
    }
  }

  @Override
  public void add(KnowledgeRecord knowledge) {
    if (knowledge.getPurpose() != dev.craftstream.v1.Purpose.PURPOSE_EVALUATE
        && takes(knowledge.getQuestionId())) {
      ledger.add(knowledge);
    }
  }

  @Override
  public void add(Instruction instruction) {
    if (takes(instruction.getQuestionId())) {
      ledger.add(instruction);
    }
  }

  @Override
  public void removeInstructions(String questionId) {
    ledger.removeInstructions(questionId);
  }

  @Override
  public void add(DeadLetter letter, long writtenAt) {
    ledger.add(letter, writtenAt);
  }

  private boolean takes(String questionId) {
    long place = Seeds.order(SEED, questionId);
    if (sample.size() == most && Long.compareUnsigned(place, sample.lastKey()) > 0) {
      return false;
    }
    if (sample.put(place, questionId) == null) {
      ledger.follow(questionId);
      if (sample.size() > most) {
        ledger.forget(sample.pollLastEntry().getValue());
      }
    }
    return true;
  }
}
